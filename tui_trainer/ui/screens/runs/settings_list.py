"""A list of settings under a cursor: what is turned while a run goes on, and what a new run has otherwise."""

from abc import abstractmethod
from collections.abc import Sequence

from textual.strip import Strip

from tui_trainer.settings import Description
from tui_trainer.ui.screens.modal import Modal, Result
from tui_trainer.ui.widgets.page import Page


class SettingsList(Modal[Result]):
    """Subclasses say which settings there are, and draw them."""

    def __init__(self) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.row = 0
        self.wrong = ""  # why the last value typed is none

    @property
    @abstractmethod
    def settings(self) -> Sequence[Description]:
        """All that can be chosen."""

    @property
    def chosen(self) -> Description | None:
        """The one under the cursor."""
        settings = self.settings
        return settings[min(self.row, len(settings) - 1)] if settings else None

    def around(self, room: int) -> list[tuple[int, Description]]:
        """As many, with their rows, as there is room for, the chosen one among them."""
        settings = self.settings
        first = max(0, min(self.row - room // 2, len(settings) - room))
        return list(enumerate(settings))[first : first + room]

    def action_row(self, by: int) -> None:
        self.row = max(0, min(len(self.settings) - 1, self.row + by))
        self.wrong = ""
        self.page.redraw()

    @abstractmethod
    def lines(self, width: int, height: int) -> list[Strip]:
        """What the page shows."""
