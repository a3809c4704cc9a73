"""A choice over the screen: what there is, each by its number."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.strip import Strip

from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page

Chosen = TypeVar("Chosen")


class Choice(Modal[Chosen | None], Generic[Chosen]):
    """Subclasses say what there is. Ends with what was chosen, or with None."""

    name_: ClassVar[str]
    leave: ClassVar[str]  # what escape means
    height: ClassVar[int] = 14  # with its frame
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "choose(0)", "cancel", show=False),
        *(Binding(str(number), f"choose({number})", str(number), show=False) for number in range(1, 10)),
    ]

    def __init__(self, scene: Scene, offered: Sequence[Chosen]) -> None:
        super().__init__()
        self.scene = scene
        self.offered = offered

    def rows(self, width: int) -> list[Strip]:
        """What it is about, and what there is."""
        raise NotImplementedError

    def option(self, key: object, name: str, meaning: str = "") -> Strip:
        """One of what there is, with its key."""
        ink = self.scene.ink
        return line((f" {key} ", ink.key), (f"  {name}", ink.strong), (meaning, ink.muted))

    def compose(self) -> ComposeResult:
        with Vertical(id="choice") as frame:
            frame.border_title = self.name_
            frame.border_subtitle = f"esc: {self.leave}"
            frame.styles.height = self.height
            yield Page(lambda width, _: self.rows(width))

    def action_choose(self, number: int) -> None:
        """End with the one of this number; 0: with none."""
        if number <= len(self.offered):
            self.dismiss(self.offered[number - 1] if number else None)
