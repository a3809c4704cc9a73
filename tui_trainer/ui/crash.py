"""A mistake of the program's own: the terminal is given back, one line says so, and the details are kept."""

import os
import threading
import time
import traceback
from typing import Any

from textual.app import App

from tui_trainer.files import open_own
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line, sanitize
from tui_trainer.ui.terminal.driver import TerminalDriver


class Crashing(App[Any]):
    """Ends with the first exception that nobody took, in `crashed`; with another driver as Textual would."""

    crashed: BaseException | None = None

    def _handle_exception(self, error: Exception) -> None:
        if not isinstance(self._driver, TerminalDriver):
            super()._handle_exception(error)
            return
        self.crashed = self.crashed or error
        self._return_code = 1
        self._close_messages_no_wait()

    def watch_threads(self) -> None:
        """An exception that ends a thread ends the app: what the thread did, nobody does any more."""

        def ended(thread: threading.ExceptHookArgs) -> None:
            if isinstance(thread.exc_value, Exception):
                self.call_later(self._handle_exception, thread.exc_value)

        threading.excepthook = ended


def told(crash: BaseException, folder: RunFolder) -> str:
    """One line for the person; what a programmer needs goes into the run's screen.log."""
    kind = one_line(f"{type(crash).__name__}: {crash}")[:200]
    details = "".join(traceback.format_exception(crash))
    log = folder.path / "screen.log"
    try:
        with open(open_own(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "w", encoding="utf-8") as file:
            file.write(sanitize(f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n{details}\n"))
        kept = f"; details: {log}"
    except OSError:
        kept = ""  # the folder is gone, or somebody else's
    again = f"`tui-trainer attach {folder.id}` opens it again"
    return one_line(f"the screen has ended by a mistake of its own ({kind}){kept}; {again}")
