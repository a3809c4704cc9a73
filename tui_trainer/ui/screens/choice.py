"""A choice over the screen: what there is, each by its number."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page

Chosen = TypeVar("Chosen")


class Choice(Modal[Chosen | None], Generic[Chosen]):
    """Subclasses say what there is. Ends with what was chosen, or with None."""

    kind = "choice"
    leave: ClassVar[str]  # what escape means
    height: ClassVar[int] = 14  # with its frame
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "choose(0)", "cancel", show=False),
        *(Binding(str(number), f"choose({number})", str(number), show=False) for number in range(1, 10)),
    ]

    def __init__(self, scene: Scene, offered: Sequence[Chosen]) -> None:
        super().__init__(Page(lambda width, _: self.rows(width)))
        self.scene, self.offered = scene, offered
        self.frame.border_subtitle = f"esc: {self.leave}"
        self.frame.styles.height = self.height

    def rows(self, width: int) -> list[Strip]:
        """What it is about, and what there is."""
        raise NotImplementedError

    def option(self, key: object, name: str, meaning: str = "") -> Strip:
        """One of what there is, with its key."""
        ink = self.scene.ink
        return line((f" {key} ", ink.key), (f"  {name}", ink.strong), (meaning, ink.muted))

    def action_choose(self, number: int) -> None:
        """End with the one of this number; 0: with none."""
        if number <= len(self.offered):
            self.dismiss(self.offered[number - 1] if number else None)
