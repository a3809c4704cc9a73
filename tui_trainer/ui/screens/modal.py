"""A screen over the screen, which is closed once."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

Result = TypeVar("Result")


class Modal(ModalScreen[Result]):
    """Of two closing keys in one read both come here: the second would close what lies under it."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close, if it has not been closed, with this result."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
