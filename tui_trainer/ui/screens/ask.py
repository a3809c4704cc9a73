"""A line to be typed: what is searched for, say."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui_trainer.ui.safe_input import SafeInput

MOST = 200  # characters


class Ask(ModalScreen[str | None]):
    """Ends with the line, or with None.

    Args:
        title: one of our own, never foreign text: titles are markup.
        value: what stands there at first.
        most: characters that can be typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]

    def __init__(self, title: str, value: str = "", most: int = MOST) -> None:
        super().__init__()
        self.most = most
        self.asked = title
        self.value = value

    def compose(self) -> ComposeResult:
        with Vertical(id="ask") as frame:
            frame.border_title = self.asked
            frame.border_subtitle = "enter: done · esc: leave it"
            box = SafeInput(self.value, compact=True, max_length=self.most, id="ask-input")
            box.cursor_blink = False
            yield box

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)

    def action_cancel(self) -> None:
        self.dismiss(None)
