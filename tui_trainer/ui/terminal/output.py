"""What goes to the terminal goes through a thread: nothing here ever waits for a terminal that does not read.

Textual's own thread takes thirty frames and then lets the app wait, keys, signals and all.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from tui_trainer.ui.terminal.wake_up import WakeUp

LAST_SECONDS = 1.0  # so long the end of the app waits for the terminal to take what is left
STALLED_SECONDS = 1.5  # without a byte taken


class Output(threading.Thread):
    """Writes in order. Whoever paints asks `idle` first, and paints the newest state once it is.

    Args:
        file: a descriptor of the terminal.
        on_idle: called from the thread when everything has been written.
        on_gone: called from the thread, once, when the terminal is gone.
    """

    def __init__(
        self, file: int, encoding: str, on_idle: Callable[[], object], on_gone: Callable[[], object]
    ) -> None:
        super().__init__(name="output", daemon=True)
        self._file, self._encoding = _opened_again(file), encoding
        self._on_idle, self._on_gone = on_idle, on_gone
        self._texts: SimpleQueue[str | None] = SimpleQueue()
        self._mutex = threading.Lock()
        self._wake_up = WakeUp()
        self._unwritten = 0
        self._taken_at = time.monotonic()  # when a byte was taken last, or there was none to take
        self._given_up = False

    @property
    def idle(self) -> bool:
        """Whether all has been written that was to be."""
        return not self._unwritten

    @property
    def stalled(self) -> bool:
        """Whether the terminal has not taken anything for a while; once it does, `on_idle` will be called."""
        return bool(self._unwritten) and time.monotonic() - self._taken_at >= STALLED_SECONDS

    def write(self, text: str) -> None:
        """Write this after what came before; returns at once."""
        with self._mutex:
            if not self._unwritten:
                self._taken_at = time.monotonic()
            self._unwritten += 1
        self._texts.put(text)

    def stop(self) -> bool:
        """End after the last write; or without it, if the terminal does not take it: then False."""
        self._texts.put(None)
        self.join(LAST_SECONDS)
        if taken := not self.is_alive():
            os.close(self._file)
        else:
            self.give_up()
        return taken

    def give_up(self) -> None:
        """Write no more of what is left."""
        self._given_up = True
        self._texts.put(None)
        self._wake_up.give()
        self.join(LAST_SECONDS)

    def write_now(self, text: str) -> None:
        """After `give_up`: write this without waiting, if there is room for it. Raises `OSError`."""
        os.write(self._file, text.encode(self._encoding, "replace"))

    def run(self) -> None:
        while (text := self._texts.get()) is not None:
            self._write(text.encode(self._encoding, "replace"))
            with self._mutex:
                self._unwritten -= 1
            if not self._unwritten:
                self._on_idle()

    def _write(self, data: bytes) -> None:
        try:
            while data and not self._given_up:
                if self._wake_up.wait_to_write(self._file):
                    with contextlib.suppress(BlockingIOError):
                        data = data[os.write(self._file, data) :]
                        self._taken_at = time.monotonic()
        except OSError:
            self._given_up = True
            self._on_gone()


def _opened_again(file: int) -> int:
    """The same terminal so that writing never blocks: the shell's own descriptor must stay as it is."""
    try:
        return os.open(os.ttyname(file), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return os.dup(file)
