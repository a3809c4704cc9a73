"""Jump keys: the screen as it stands, with a letter on every element that a click would go to."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.page import Page

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
ELEMENT = "app.element("  # what has a key shows it where it stands
Place = tuple[int, int, str]  # a row, a cell, and what a click there does


def places(strips: Sequence[Strip]) -> list[Place]:
    """Where something can be clicked that has no key of its own, each thing once: at its first cell."""
    found: list[Place] = []
    seen = set[str]()
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            clicked = "" if segment.style is None else segment.style.meta.get("@click", "")
            if isinstance(clicked, str) and clicked.startswith(ELEMENT) and clicked not in seen:
                seen.add(clicked)
                found.append((y, x, clicked))
            x += segment.cell_length
    return found


def labels(count: int) -> list[str]:
    """So many names of one letter, or of two where that is not enough; none is another's beginning."""
    if count <= len(LETTERS):
        return list(LETTERS[:count])
    pairs = (first + second for first in LETTERS for second in LETTERS)
    return [name for name, _ in zip(pairs, range(count), strict=False)]


class Jump(ModalScreen[str | None]):
    """Ends with the action of the chosen place, or with None. A digit goes to the pane of that number."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, scene: Scene, strips: Sequence[Strip]) -> None:
        super().__init__()
        self.scene = scene
        found = places(strips)
        self.places = dict(zip(labels(len(found)), found, strict=True))
        self.typed = ""
        self.strips = list(strips)
        self.page = Page(self._lines)

    def compose(self) -> ComposeResult:
        yield self.page

    def on_resize(self) -> None:
        if self.size.width != self.strips[0].cell_length or self.size.height != len(self.strips):
            self._end(None)  # what stands where is not known any more

    def on_key(self, event: Key) -> None:
        event.stop()
        event.prevent_default()
        character = event.character or ""
        if character in "12345" and character:
            self._end(f"app.do('pane_{character}')")
            return
        typed = self.typed + character
        if event.key in ("escape", "semicolon") or not any(name.startswith(typed) for name in self.places):
            self._end(None)
        elif typed in self.places:
            self._end(self.places[typed][2])
        else:
            self.typed = typed
            self.page.redraw()

    def _end(self, clicked: str | None) -> None:
        if self.is_active:
            self.dismiss(clicked)

    def _lines(self, width: int, height: int) -> Sequence[Strip]:
        """The screen with the labels that can still be typed on it."""
        rows = list(self.strips)
        for name, (y, x, _) in self.places.items():
            if name.startswith(self.typed):
                left = name[len(self.typed) :]
                label = Strip([Segment(left, self.scene.ink.key + self.scene.ink.warn)])
                row = rows[y]
                rows[y] = Strip.join([row.crop(0, x), label, row.crop(x + len(left))])
        return rows
