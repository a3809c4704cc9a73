"""An input that foreign text can be pasted into."""

from textual.events import Paste
from textual.widgets import Input

from tui_trainer.sanitize import one_line

MOST_PASTED = 4000  # characters


class SafeInput(Input):
    """Sanitises what is pasted, of which as much goes in as there is room for."""

    _full: str | None = None  # what stood here when last it was said that there is no room

    def _on_paste(self, event: Paste) -> None:
        text = one_line(event.text[:MOST_PASTED].replace("\r\n", "\n").replace("\r", "\n"))
        if self.max_length is not None:
            room = max(0, self.max_length - len(self.value) + len(self.selected_text))
            if len(text) > room:
                text = text[:room]
                self.restricted()
        event.text = text  # Textual hands the event on to its own input, which puts it in

    def action_copy(self) -> None:
        """ctrl+c: copy what is selected; else take away what is typed; of an empty line, leave it."""
        if self.selected_text:
            super().action_copy()
        elif self.value:
            self.clear()
        else:
            self.app.simulate_key("escape")

    def restricted(self) -> None:
        """It is said in words: Textual would ring the terminal's bell, before an audience at each key."""
        if self._full != self.value:
            self._full = self.value
            self.notify(f"There is room for {self.max_length} characters.", markup=False, timeout=4)
