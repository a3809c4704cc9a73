"""Where cards and the list of what there is to see lead: each a way that one could go by keys as well."""

from collections.abc import Callable

from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.view import pace


def _step(app: Handling) -> None:
    """A step in slow motion; of a run that makes none any more, the last one that was taken apart."""
    from tui_trainer.ui.screens.help.one_step import OneStepSheet

    scene = app.scene
    training = scene.now.stage in ("pretrain", "finetune") and scene.mode != "replay"
    if training and scene.steers and scene.trainer == "alive" and not scene.now.ended:
        app.say(app.steering.set_pace(pace.SLOW))
        app.dashboard.go(4)
    elif scene.now.explained is not None:
        app.push_screen(OneStepSheet(scene))
        scene.did.add("step")
    else:
        app.say("In this run no step was taken apart: a new one begins in slow motion.")


def _dropped(app: Handling) -> None:
    app.dashboard.go(1)
    app.dashboard.dataset.do_only_dropped()
    app.dashboard.dataset.redraw()


def _ask_base(app: Handling) -> None:
    if "base" in app.scene.state.weights:
        app.dashboard.chat.choose("base")
    app.dashboard.go(5)


def _ask_tuned(app: Handling) -> None:
    if "tuned" in app.scene.state.weights:
        app.dashboard.chat.choose("tuned")
    app.dashboard.go(5)
    app.dashboard.chat.ask_again()


def _picks(app: Handling) -> None:
    app.dashboard.go(4)


def _unleash(app: Handling) -> None:
    if app.scene.now.reinforced is None:
        app.say("First the model is turned to the picks; then its leash can be taken off.")
    elif app.scene.mode == "view" or app.scene.past is not None:
        app.say("That is for the screen that steers this run, and for now.")
    else:
        app.call_later(app.run_action, "app.do('unleash')")


def _compare(app: Handling) -> None:
    app.call_later(app.run_action, "app.do('compare')")


def _chat(app: Handling) -> None:
    app.dashboard.go(5)


LEADS: dict[str, Callable[[Handling], None]] = {
    "step": _step,
    "dropped": _dropped,
    "ask_base": _ask_base,
    "ask_tuned": _ask_tuned,
    "picks": _picks,
    "unleash": _unleash,
    "compare": _compare,
    "chat": _chat,
}
