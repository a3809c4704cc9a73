"""A line to be typed: what is searched for, say."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui_trainer.sanitize import one_line
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.safe_input import SafeInput

MOST = 200  # characters


class Ask(Modal[str | None]):
    """Ends with the line, or with None.

    Args:
        title: one of our own, never foreign text: titles are markup.
        value: what stands there at first, foreign or not; left as it is, it comes back unchanged.
        most: characters that can be typed.
        about: what it is an answer to, foreign or not; stands above the line.
        begun: the value is what has been typed already: more goes behind it.
    """

    kind, hint = "ask", "enter: done · esc: leave it"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "cancel", show=False)]

    def __init__(
        self, title: str, value: str = "", most: int = MOST, about: str = "", *, begun: bool = False
    ) -> None:
        self.value, self.shown = value, one_line(value)
        # What is longer from the first can still be made shorter.
        box = SafeInput(self.shown, compact=True, max_length=max(most, len(self.shown)), id="ask-input")
        box.cursor_blink = False
        box.select_on_focus = not begun
        super().__init__(
            *([Static(f"“{one_line(about)}”", markup=False, id="ask-about")] if about else []), box
        )
        self.frame.border_title = title

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(self.value if event.value == self.shown else event.value)
