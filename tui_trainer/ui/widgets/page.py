"""Lines of somebody else's, which can be scrolled."""

from collections.abc import Callable, Sequence

from textual.strip import Strip

from tui_trainer.ui.widgets.line_view import LineView


class Page(LineView):
    """Shows what is drawn for it.

    Args:
        draw: the lines for so many cells across and down; those that scroll pass `scrolled`.
    """

    def __init__(self, draw: Callable[[int, int], Sequence[Strip]], *, id: str = "page") -> None:
        super().__init__(id=id)
        self.draw = draw
        self.first = 0  # the line that is scrolled to

    def lines(self, width: int, height: int) -> Sequence[Strip]:
        return self.draw(width, height)

    def scrolled(self, rows: Sequence[Strip], height: int) -> Sequence[Strip]:
        """The part of the rows that is scrolled to."""
        self.first = max(0, min(self.first, len(rows) - height))
        return rows[self.first : self.first + height]

    def scroll_by(self, lines: int) -> None:
        """Move on by so many lines."""
        self.first += lines
        self.redraw()
