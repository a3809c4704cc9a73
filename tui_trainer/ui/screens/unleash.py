"""Taking the leash off: what that means, and the contrast in which the leash alone is back."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_trainer import leash
from tui_trainer.ui.drawing.lines import BLANK, line
from tui_trainer.ui.drawing.text import wrap
from tui_trainer.ui.line_view import LineView
from tui_trainer.ui.scene import Scene

ABOUT = (
    "A new run reinforces the same tuned model by the same picks, with nothing that holds it: no KL, no "
    "guard on facts, no bound on the reward. This run stays as it is."
)


class Choices(LineView):
    """What there is to choose, with its keys."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="page")
        self.scene = scene

    def lines(self, width: int, height: int) -> list[Strip]:
        ink = self.scene.ink
        rows = [line((row, ink.text)) for row in wrap(ABOUT, width)]
        for key, name, meaning in (
            ("1", "off the leash", f"KL costs nothing; {leash.STEPS} steps"),
            ("2", "the contrast", f"the same, but a nat of KL costs {leash.LEASH:g}"),
        ):
            rows += [BLANK, line((f" {key} ", ink.key), (f"  {name:<16}", ink.strong), (meaning, ink.muted))]
        return rows


class Unleash(ModalScreen[bool | None]):
    """Ends with whether it is leashed, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "choose(0)", "cancel", show=False),
        Binding("1", "choose(1)", "off the leash", show=False),
        Binding("2", "choose(2)", "the contrast", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene

    def compose(self) -> ComposeResult:
        with Vertical(id="choice") as frame:
            frame.border_title = "Off the leash"
            frame.border_subtitle = "esc: leave it on"
            yield Choices(self.scene)

    def action_choose(self, number: int) -> None:
        self.dismiss(None if not number else number == 2)
