"""A screen over the screen: a frame with what it shows, which is closed once."""

from typing import ClassVar, TypeVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Vertical
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tui_trainer.ui.widgets.page import Page
from tui_trainer.view.text import fit

PARTED = " · "  # between the keys on a frame
FRAME = 12  # cells, at most, beside them
Result = TypeVar("Result")


class Modal(ModalScreen[Result]):
    """Subclasses give the frame's name in `app.tcss`, a title of our own, for it is markup, and the keys."""

    kind: ClassVar[str]
    title_: ClassVar[str] = ""
    hint: ClassVar[str] = ""
    page: Page  # of those that show lines

    def __init__(self, *content: Widget) -> None:
        super().__init__()
        # Held, not looked for: a sheet that is closed as soon as it is called for has no children any more.
        self.frame = Vertical(*content, id=self.kind)
        self.frame.border_title, self.frame.border_subtitle = self.title_, self.hint
        self._below: list[Strip] = []  # what lies under the frame, while it is painted

    def compose(self) -> ComposeResult:
        yield self.frame

    def render_lines(self, crop: Region) -> list[Strip]:
        self._below = []
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """What lies under the frame, with nothing to click: as Textual shows it, but not by way of Rich."""
        if not self._below:
            stack = self.app.screen_stack
            self._below = stack[stack.index(self) - 1]._compositor.render_strips(self.size)
        if y >= len(self._below):  # the terminal has just grown, and what is below has yet to
            return Strip.blank(self.size.width)
        line = self._below[y]
        if y == self.size.height - 1:  # where keys stand: those of what lies below do nothing now
            return self._last_line(line)
        pieces = [
            Segment(text, None if style is None else style.clear_meta_and_links()) for text, style, _ in line
        ]
        return Strip(pieces, line.cell_length)

    def _last_line(self, below: Strip) -> Strip:
        """The keys of this screen, on the ground of the line that they take the place of."""
        ground = next((style for _, style, _ in below if style is not None), None)
        said = fit(f" {self.frame.border_subtitle or ''}", self.size.width)
        return Strip([Segment(said, ground and ground.clear_meta_and_links())], self.size.width)

    def on_mount(self) -> None:
        self.frame.border_subtitle = self.spelt(str(self.frame.border_subtitle or ""))

    def spelt(self, hint: str) -> str:
        """Keys as they can be drawn on the frame: in ASCII arrows in words, for their likenesses are keys
        themselves, and commas between, for so is a dot; then as many as there is room for, with the last."""
        scene = getattr(self, "scene", None)
        if scene is None or not scene.ascii:
            return hint
        keys = scene.spelt(hint).split(PARTED)
        while len(keys) > 2 and len(", ".join(keys)) > self.app.size.width - FRAME:
            del keys[-2]
        return ", ".join(keys)

    def follow(self) -> None:
        """Draw again what may have changed."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close, if it has not been closed, with this result.

        Of two closing keys in one read both come here: the second would close what lies under it.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_scroll(self, lines: int) -> None:
        """Move its page on by so many lines."""
        self.page.scroll_by(lines)

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss()
