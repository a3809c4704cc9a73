"""Which actions do something at this moment: what the footer shows, and what a key is ignored for."""

from tui_trainer.ui.actions import BY_NAME, Action, Context, of
from tui_trainer.ui.scene import Scene

URGENT = ("resume", "now", "later", "earlier", "faster", "slower")


def applies(action: Action, scene: Scene) -> bool:
    """Whether the action could do anything now."""
    state = scene.now
    replay = scene.mode == "replay"
    match action.name:
        case "tour_next" | "tour_skip":
            return scene.tour is not None
        case "pause":
            return replay or (scene.steers and scene.trainer == "alive" and not state.ended)
        case "step":
            return scene.paused and (replay or (scene.steers and not state.ended))
        case "more_weight" | "less_weight":
            early = state.stage in (None, "data", "pretrain")
            return scene.steers and scene.past is None and early and bool(state.mixture)
        case "resume":
            return scene.steers and scene.stopped and not scene.state.unmendable
        case "earlier" | "later":
            return len(state.moments) > 0 and (action.name == "earlier" or scene.past is not None)
        case "now":
            return scene.past is not None
        case "faster" | "slower":
            return replay
        case "branch":
            return scene.mode != "view" and scene.past is None and state.corpus is not None
        case "cultures":
            return scene.mode != "view" and scene.past is None and "tuned" in state.weights
        case "compare":
            return scene.now.latest_weights is not None
        case "unleash":
            return scene.mode != "view" and scene.past is None and state.reinforced is not None
        case "stop_and_quit" | "start_over_quick":
            return scene.steers
    if action.name == "pick_undo" and (state.offered is None or state.offered.pair == 0):
        return False
    blind = state.offered is not None and state.offered.blind
    if blind and action.name in ("pick_undo", "pick_own", "simulate"):
        return False
    if blind and action.name == "prompts":
        return False
    if action.name == "taste":
        return state.fitted is not None
    if action.name == "room":
        return bool(state.picks)
    if action.name == "ledger":
        return bool(state.pick_seconds)
    if action.context == "rater":
        return scene.steers and state.offered is not None and not state.ended and scene.past is None
    return True


def in_footer(scene: Scene, here: Context, typing: bool) -> list[Action]:
    """What the footer shows: what is urgent, then the focussed pane's keys, then everybody's."""
    if typing:
        return [action for action in of("chat") if action.footer]
    if scene.tour is not None:
        return [BY_NAME[name] for name in ("tour_next", "tour_skip", "help", "quit")]
    everybody = [a for a in of("anywhere") if a.keys and (a.footer or a.name in URGENT)]
    urgent = [a for a in everybody if a.name in URGENT and a.name != "earlier"]
    answering = here == "rater" and scene.now.offered is not None
    first = [] if answering else [a for a in everybody if a.name in ("pause", "step")]
    mine = [a for a in of(here) if a.footer]
    rest = [a for a in everybody if a not in urgent and a not in first]
    shown = [*urgent, *first, *mine, *rest]
    hidden = {"leave_input"} if here == "chat" else set()
    return [a for a in shown if applies(a, scene) and a.name not in hidden]
