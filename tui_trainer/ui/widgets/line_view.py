"""The widget that everything is drawn on: lines, of which only the changed ones are painted again.

A pane computes all its lines whenever something may have changed, which is cheap; this widget compares them
with what stands on the screen and asks for a repaint of those that differ. Which cells of them are sent, the
frame buffer finds.
"""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Region
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tui_trainer.ui.drawing.lines import BLANK


class LineView(Widget):
    """Shows lines; subclasses say which in `lines`."""

    DEFAULT_CSS = "LineView { width: 1fr; height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: list[Strip] = []
        self._ground: Style | None = None  # colors of the whole widget; costly to ask for, line by line
        self._painting = False

    def lines(self, width: int, height: int) -> Sequence[Strip]:
        """What to show in `width` x `height` cells now."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Bring the screen up to date with `lines`."""
        width, height = self.size
        if not width or not height:
            self._shown = []  # when it is seen again, it is drawn anew
            return
        self._ground = None
        before, self._shown = self._shown, self._fresh(width, height)
        if len(before) != height or before[0].cell_length != width:
            self.refresh()
            return
        regions = [
            Region(0, y, width, 1)
            for y, (old, new) in enumerate(zip(before, self._shown, strict=True))
            if old != new
        ]
        if regions:
            self.refresh(*regions)

    def forget(self) -> None:
        """Draw it anew when it is painted next: what stands there is of an earlier time."""
        self._shown = []

    def _fresh(self, width: int, height: int) -> list[Strip]:
        rows = [strip.adjust_cell_length(width) for strip in self.lines(width, height)[:height]]
        return rows + [BLANK.adjust_cell_length(width)] * (height - len(rows))

    def notify_style_update(self) -> None:
        self._ground = None
        super().notify_style_update()

    def on_resize(self, _: Resize) -> None:
        if not self._fits():
            self.redraw()

    def _fits(self) -> bool:
        """Whether what is shown was drawn for the size there is: painting may come before the news of it."""
        width, height = self.size
        return len(self._shown) == height and bool(height) and self._shown[0].cell_length == width

    def render_lines(self, crop: Region) -> list[Strip]:
        self._painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._painting = False

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if not self._fits():
            self._shown = self._fresh(width, height)
        if self._ground is None:
            self._ground = self.rich_style
        strip = (self._shown[y] if y < height else BLANK).apply_style(self._ground)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(y)) is not None:
            start, end = span
            end = strip.cell_length if end == -1 else end
            strip = Strip.join(
                [strip.crop(0, start), self._selected(strip.crop(start, end)), strip.crop(end)]
            )
        # Where each piece stands is for what the mouse selects, which asks for the line itself: kept within
        # the style, it makes every piece one of a kind and so costlier to paint.
        return strip if self._painting else strip.apply_offsets(0, y)

    def _selected(self, strip: Strip) -> Strip:
        """What the mouse has selected: on its own ground whatever it was, and without colors in reverse."""
        style = self.screen.get_component_rich_style("screen--selection")
        if self.app.no_color:
            style = Style(reverse=True)
        return Strip(Segment.apply_style(strip, post_style=style), strip.cell_length)

    @property
    def shown_text(self) -> str:
        """What stands here, line by line."""
        return "\n".join(strip.text.rstrip() for strip in self._shown)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract(self.shown_text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
