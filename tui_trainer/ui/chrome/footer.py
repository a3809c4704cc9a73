"""The footer: the keys that do something now, the focussed pane's first. Each can be clicked."""

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual.strip import Strip

from tui_trainer.ui.actions import Action, Context, Place, label
from tui_trainer.ui.drawing.lines import Part, line, link
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view import pace
from tui_trainer.view.text import cut

TOUR = ("tour_next", "step_back", "help", "quit")  # all that is shown on the tour
NAMED = 0.4  # of the width, at most, for where the key back leads: of 80 cells, a whole date, preset and seed
DIALED = 0.55  # ... for the pace, and what its keys lead to


def shown_now(actions: Sequence[Action], scene: Scene, here: Context) -> list[Action]:
    """What the footer of a pane shows: what is urgent, then the pane's own keys, then everybody's."""
    if scene.typing:
        return [a for a in actions if a.context == "chat" and a.footer != "no"]
    if scene.tour is not None:
        return [a for a in actions if a.name in TOUR]

    def placed(context: Context, *places: Place) -> list[Action]:
        return [a for a in actions if a.context == context and a.footer in places and a.key]

    shown = placed("anywhere", "urgent")
    if here == "rater" and scene.now.waits is not None:
        shown += [*placed("rater", "yes"), *placed("anywhere", "first", "yes")]
    else:
        shown += [*placed("anywhere", "first"), *placed(here, "yes"), *placed("anywhere", "yes")]
    on_card = () if scene.card is None else ("card_guess",)  # where it can be read
    return [a for a in shown if a.when(scene) and a.name not in on_card]


def dial(scene: Scene, room: int) -> list[Part]:
    """The pace that is now, between the keys that change it, each with what it leads to; the keys together
    in a replay, which only goes faster or slower, and where there is no room for that."""
    ink, here = scene.ink, pace.of(scene.now)
    replays = scene.mode == "replay"
    now = f"now ×{scene.replay_speed:g}" if replays else f"now {here.short}"
    before, after = (
        "" if pace.turned(scene.now, by) is here else pace.turned(scene.now, by).short for by in (-1, 1)
    )
    parts: list[Part] = []
    for name, key, leads in (
        ("slower", scene.key_of("slower"), before),
        ("", "", now),
        ("faster", scene.key_of("faster").split()[-1], after),
    ):
        if leads and name:
            parts += [(f" {key} ", link(ink.key, f"app.do('{name}')")), (f" {leads}  ", ink.muted)]
        elif leads:
            parts += [(" " if not parts else "", ink.text), (f"{leads}  ", ink.text)]
    if sum(cell_len(text) for text, _ in parts) <= room and not replays:
        return parts
    both = (f" {scene.key_of('faster')} ", link(ink.key, "app.do('faster')"))
    return [both, (f" {now}  ", ink.muted)]


class Footer(LineView):
    """One line of keys; what does not fit is found by the help."""

    def __init__(self, scene: Scene, actions: Callable[[], Sequence[Action]]) -> None:
        super().__init__(id="footer")
        self.scene = scene
        self.actions = actions

    def lines(self, width: int, height: int) -> list[Strip]:
        ink = self.scene.ink
        parts: list[Part] = [(" ", ink.text)]
        used = 1
        actions = list(self.actions())
        # Help is where the rest is found, so it always has its place.
        help_ = next((action for action in actions if action.name == "help"), None)
        kept = len(f" {self.scene.key_of(help_.name)}  {help_.label}  ") if help_ is not None else 0
        for action in actions:
            shown = self._drawn(action, width)
            length = sum(cell_len(text) for text, _ in shown)
            mine = action is help_
            if used + length + (0 if mine or help_ is None else kept) > width:
                continue
            if mine:
                kept, help_ = 0, None
            parts += shown
            used += length
        return [line(*parts)]

    def _drawn(self, action: Action, width: int) -> list[Part]:
        """Its key and what it does."""
        if action.name == "faster":
            return dial(self.scene, int(DIALED * width))
        ink = self.scene.ink
        key = (f" {self.scene.key_of(action.name)} ", link(ink.key, f"app.do('{action.name}')"))
        return [key, (f" {self._label(action, width)}  ", ink.muted)]

    def _label(self, action: Action, width: int) -> str:
        if action.name == "pause" and self.scene.now.held:
            return "begin"
        if action.name == "pause" and self.scene.paused:
            return "go on"
        if action.name == "pause" and self.scene.slowly:
            return "hold"
        if action.name == "step" and self.scene.slowly:
            return "next part"
        if action.name == "step_back" and self.scene.tour is not None:
            return "skip the tour"
        if action.name == "leave_input" and self.scene.answering:
            return "stop"
        if action.name == "back":
            return cut(label(action, self.scene), int(NAMED * width))
        return action.label
