"""A sheet over the screen: lines that can be scrolled, closed by any of the keys that close things."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page

ANY_WIDTH = 100  # of a sheet that is closed before it gets its styles


class Sheet(Modal[None]):
    """Subclasses give the rows and a title."""

    kind = "sheet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,m,enter,space", "close", "close", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.page = Page(lambda width, height: self.page.scrolled(self._made(width), height))
        self._rows: list[Strip] = []
        self._made_for: object = None  # what the rows were made for
        super().__init__(self.page)

    def rows(self, width: int) -> list[Strip]:
        """All lines, `width` wide."""
        raise NotImplementedError

    def seen(self) -> object:
        """A value that differs whenever the rows would; None: nobody knows, so they are always made anew."""
        return None

    def _made(self, width: int) -> list[Strip]:
        seen = self.seen()
        if seen is None or (width, seen) != self._made_for:
            self._rows, self._made_for = self.rows(width), (width, seen)
        return self._rows

    def on_mount(self) -> None:
        self.fit()

    def on_resize(self) -> None:
        self.fit()

    def fit(self) -> None:
        """As high as its lines, as far as there is room."""
        high, room = len(self._made(self.page.size.width or self._width_to_come())) + 4, self.size.height - 2
        self.frame.styles.height = min(high, room)
        hint = "↑ ↓ more · esc closes" if high > room else "esc closes"
        hint = self.spelt(hint)
        if self.frame.border_subtitle != hint:  # else it would be painted again
            self.frame.border_subtitle = hint

    def _width_to_come(self) -> int:
        """Of the page, which has none before the first layout."""
        styles = self.frame.styles
        bounds = [bound for bound in (styles.width, styles.max_width) if bound is not None]
        if not bounds:
            return ANY_WIDTH
        return min(int(bound.resolve(self.size, self.size)) for bound in bounds) - styles.gutter.width

    def follow(self) -> None:
        self.page.redraw()
