"""What all panes have in common: a number, a title, a frame, and drawing from the scene."""

from collections.abc import Mapping
from typing import ClassVar

from textual.strip import Strip

from tui_trainer.ui.actions import Acting, Context
from tui_trainer.ui.drawing.lines import BLANK, centered, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view import words
from tui_trainer.view.inspections import Purpose, Wish


class Pane(Acting, LineView, can_focus=True):
    """A framed view of the run. Subclasses draw `lines` and declare what can be done here."""

    number: ClassVar[int]
    context: ClassVar[Context]
    topics: ClassVar[tuple[str, ...]] = ()  # what of `State.changed` the pane draws

    def __init__(self, scene: Scene) -> None:
        super().__init__(id=f"pane-{self.number}", classes="pane")
        self.scene = scene
        self.border_title = title(self.number)
        self._seen: object = None

    def follow(self) -> None:
        """Redraw if something that the pane shows has changed."""
        seen = self.seen()
        if seen != self._seen and self.can_be_seen:
            self._seen = seen
            self.redraw()

    def seen(self) -> object:
        """A value that differs whenever the pane would be drawn differently."""
        changed = self.scene.state.changed
        return (
            tuple(changed[topic] for topic in self.topics),
            self.scene.trainer,
            self.scene.loading,
            self.scene.state.stage,
            self.scene.past_at,
        )

    def wishes(self) -> Mapping[Purpose, Wish]:
        """Texts that the pane would have the model read."""
        return {}

    def choose(self, kind: str, number: int) -> None:
        """Choose one of the pane's elements, as a click on it does."""

    @property
    def can_be_seen(self) -> bool:
        return bool(self.size) and self.display


def empty(scene: Scene, said: str, more: str, width: int, height: int) -> list[Strip]:
    """What stands in a pane that has nothing to show yet: that, and what will be seen here."""
    ink = scene.ink
    room = min(width - 2, 54)
    rows = paragraph(said, ink.text, room, 2)
    rows += [BLANK, *paragraph(more, ink.muted, room, max(1, height - 3))]
    return centered(rows, width, height)


def title(number: int) -> str:
    """A pane's title, as its frame and its tab show it."""
    return f"{number} {words.PANES[number - 1]}"
