"""Choosing which simulated rater makes the remaining picks."""

from typing import ClassVar, get_args

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_trainer.settings import Taste
from tui_trainer.ui.drawing.lines import BLANK, line
from tui_trainer.ui.line_view import LineView
from tui_trainer.ui.scene import Scene

TASTES: tuple[str, ...] = get_args(Taste)
MEANING = {
    "polite": "likes kind words",
    "short": "likes few words",
    "example": "likes an example",
    "cautious": "likes answers that admit doubt",
}


class Choices(LineView):
    """The tastes with their keys."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="page")
        self.scene = scene

    def lines(self, width: int, height: int) -> list[Strip]:
        ink = self.scene.ink
        rows = [line(("A program picks in your place, by one taste:", ink.text)), BLANK]
        for number, taste in enumerate(TASTES, 1):
            rows.append(
                line(
                    (f" {number} ", ink.key),
                    (f"  {taste:<10}", ink.strong),
                    (MEANING.get(taste, ""), ink.muted),
                )
            )
        return rows


class Simulate(ModalScreen[str | None]):
    """Ends with the taste's name, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "choose(0)", "cancel", show=False),
        *(
            Binding(str(number), f"choose({number})", taste, show=False)
            for number, taste in enumerate(TASTES, 1)
        ),
    ]

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene

    def compose(self) -> ComposeResult:
        with Vertical(id="choice") as frame:
            frame.border_title = "A simulated rater"
            frame.border_subtitle = "esc: you go on picking"
            yield Choices(self.scene)

    def action_choose(self, number: int) -> None:
        self.dismiss(TASTES[number - 1] if number else None)
