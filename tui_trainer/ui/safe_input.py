"""An input that foreign text can be pasted into."""

from textual.events import Paste
from textual.widgets import Input

from tui_trainer.ui.sanitize import one_line

MOST_PASTED = 4000  # characters


class SafeInput(Input):
    """Sanitises what is pasted."""

    def _on_paste(self, event: Paste) -> None:
        event.text = one_line(event.text[:MOST_PASTED])
        super()._on_paste(event)
