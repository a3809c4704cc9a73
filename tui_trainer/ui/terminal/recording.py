"""Records what the terminal is sent as an asciicast (version 2), which `asciinema play` shows again."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from tui_trainer.errors import UserError
from tui_trainer.ui.terminal.driver import TerminalDriver


class Recorder:
    """One recording; the header is written with the first frame, when the size is known."""

    def __init__(self, path: Path) -> None:
        """Raises `UserError` if the file can't be written."""
        self.path = path
        self.failed = ""  # why it ends before the screen does
        self.on_failure: Callable[[str], object] = str  # told so, once
        try:
            # A pipe without a reader is an error, and a full one too: the screen waits for nothing.
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(path, flags, 0o666)
        except OSError as error:
            raise UserError(f"{path} can't be written: {error.strerror}") from error
        self._file = os.fdopen(file, "w", encoding="utf-8", errors="replace", buffering=1)
        self._began: float | None = None
        self._size = (0, 0)

    def size(self, width: int, height: int) -> None:
        """The terminal has this size now."""
        if (width, height) == self._size:
            return
        self._size = (width, height)
        if self._began is None:
            self._began = time.monotonic()
            head = {"version": 2, "width": width, "height": height, "timestamp": int(time.time())}
            self._line({**head, "env": {"TERM": "xterm-256color"}})
        else:
            self._event("r", f"{width}x{height}")

    def output(self, data: str) -> None:
        """This was sent to the terminal."""
        self._event("o", data)

    def close(self) -> bool:
        """Nothing more will come; whether all that came was written."""
        self._try(self._file.close)
        return not self.failed

    def _event(self, kind: str, data: str) -> None:
        if self._began is not None and not self._file.closed:
            self._line([round(time.monotonic() - self._began, 3), kind, data])

    def _line(self, value: Any) -> None:
        if not self.failed:
            self._try(lambda: self._file.write(json.dumps(value, ensure_ascii=False) + "\n"))

    def _try(self, write: Callable[[], object]) -> None:
        """A disk that is full ends the recording, not the screen."""
        try:
            write()
        except OSError as error:
            if not self.failed:
                self.failed = f"the recording {self.path} is not whole: {error.strerror}"
                self.on_failure(self.failed)


def recording_driver(recorder: Recorder) -> type[TerminalDriver]:
    """A driver for Linux and macOS terminals that records what it writes."""

    class RecordingDriver(TerminalDriver):
        recorder: ClassVar[Recorder]

        def start_application_mode(self) -> None:
            self.recorder.size(*self._get_terminal_size())
            super().start_application_mode()

        def write(self, data: str) -> None:
            if data not in self.left_out:
                self.recorder.output(data)
            super().write(data)

    RecordingDriver.recorder = recorder
    return RecordingDriver
