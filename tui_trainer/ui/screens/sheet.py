"""A sheet over the screen: lines that can be scrolled, closed by any of the keys that close things."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page


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
        self.page = Page(lambda width, height: self.page.scrolled(self.rows(width), height))
        super().__init__(self.page)

    def rows(self, width: int) -> list[Strip]:
        """All lines, `width` wide."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.fit()

    def on_resize(self) -> None:
        self.fit()

    def fit(self) -> None:
        """As high as its lines, as far as there is room."""
        high, room = len(self.rows(self.page.size.width or 100)) + 4, self.size.height - 2
        self.frame.styles.height = min(high, room)
        self.frame.border_subtitle = "↑ ↓ more · esc closes" if high > room else "esc closes"

    def follow(self) -> None:
        """Draw again what may have changed."""
        self.page.redraw()
