"""The terminal: its keyboard, read so that a lone escape is answered at once, and its screen.

Textual's own driver looks every 100 ms whether an escape has stayed alone, whatever ESCDELAY says; here it
is looked at when that time is over. A terminal that is gone is not read again and again: it ends the app, as
the signal for that does. And nothing waits for a terminal that does not read (`Output`).
"""

import contextlib
import os
import signal
import termios
from collections.abc import Callable
from typing import Any

from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition

from tui_trainer.ui.terminal.flow_control import ASK, FlowControl
from tui_trainer.ui.terminal.keyboard import Keyboard
from tui_trainer.ui.terminal.output import Output
from tui_trainer.ui.terminal.wake_up import WakeUp

READ_BYTES = 4096
ANSWER_SECONDS = 0.5  # so long the end of the app waits for what the terminal was asked
# What begins and ends a screen of one's own: between two apps of which one draws over the other's last frame,
# neither is sent, and nothing else is to be seen.
BEGINS, ENDS = ("\x1b[?1049h",), ("\x1b[?1049l", "\x1b[?25h")
GIVE_BACK = (
    *("\x18", "\x1b[0m"),  # half a sequence is broken off
    *("\x1b[?1000l", "\x1b[?1003l", "\x1b[?1015l", "\x1b[?1006l"),  # the mouse is let alone
    *("\x1b[?2004l", "\x1b[?2048l", "\x1b[?1004l", "\x1b[<u"),  # paste, size, focus and keys as ever
    *("\x1b[?7h", "\x1b[?1049l", "\x1b[?25h"),  # lines wrap; the screen from before, with its cursor
)


class TerminalDriver(LinuxDriver):
    """For the terminals of Linux and macOS."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        assert self._file is not None
        self._terminal, self._encoding = self._file.fileno(), self._file.encoding
        self._output: Output | None = None
        self._wake_up = WakeUp()  # of the thread that reads
        self._flow = FlowControl()
        self.stands = False  # the last frame stays when the app ends
        self.left_out: tuple[str, ...] = BEGINS if getattr(app, "draws_over", False) else ()
        signal.signal(signal.SIGTSTP, lambda *_: self._soon(self.step_aside))
        signal.signal(signal.SIGCONT, lambda *_: self._soon(self._continued))
        self.on_idle: Callable[[], object] = _nothing  # called in the app's loop when more may be written
        self.on_start: Callable[[], object] = _nothing  # the terminal is ours, for the first time or again

    @property
    def idle(self) -> bool:
        """Whether the terminal has taken everything, and shown it or nearly so."""
        return self._output is not None and self._output.idle and self._flow.open

    @property
    def stalled(self) -> bool:
        """Whether the terminal does not read; once it does again, `on_idle` is called."""
        return self._output is not None and self._output.stalled

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self._output = Output(self._terminal, self._encoding, self._idle, _hang_up)
        self._output.start()
        self._flow = FlowControl()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual leaves it unannotated
        if self._writer_thread is not None:
            self._writer_thread.stop()  # Textual's own, which has nothing to do
            self._writer_thread = None
        self.left_out = ()
        self.on_start()

    def write(self, data: str) -> None:
        """Send this to the terminal after what came before; returns at once."""
        if self._output is not None and data not in self.left_out:
            self._output.write(data)
            if self._flow.send(len(data)):
                self._output.write(ASK)

    def stop_application_mode(self) -> None:
        """Give the terminal back; what it was asked it answers to us."""
        self._flow.end(ANSWER_SECONDS)
        self.left_out = ENDS if self.stands else ()
        super().stop_application_mode()

    def disable_input(self) -> None:
        """Read no more keys."""
        if self._key_thread is not None:
            self.exit_event.set()
            self._wake_up.give()
            self._key_thread.join()
            self._key_thread = None
            self.exit_event.clear()
        super().disable_input()

    def close(self) -> None:
        """Wait, though not for long, until the terminal has taken what is left."""
        if self._output is not None and not self._output.stop():
            self.give_back()

    def step_aside(self) -> None:
        """Stop, with all that was started beside it, as a job of the shell that is taken up again by `fg`.

        In the loop: in a signal's handler, a lock could be waited for that the same thread holds. Where
        there is no shell that could take it up, the kernel stops nothing, and the screen is back at once.
        """
        self.suspend_application_mode()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)
        while not self._in_front():  # `bg`
            os.kill(os.getpid(), signal.SIGSTOP)
        signal.signal(signal.SIGTSTP, lambda *_: self._soon(self.step_aside))
        self.resume_application_mode()

    def _in_front(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return True  # the terminal is gone, which is found out elsewhere

    def _continued(self) -> None:
        """Stopped and continued by a signal: what stood on the screen since is unknown."""
        self.on_start()
        self.on_idle()

    def _idle(self) -> None:
        self._soon(self.on_idle)

    def _soon(self, call: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the app has ended
            self._loop.call_soon_threadsafe(call)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # nobody could type any more: the app's end, told as any other
            self._app.call_later(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Read keys and pass them on until the driver ends."""
        keyboard = Keyboard(self._debug)
        while not self.exit_event.is_set():
            if self._wake_up.wait_to_read(self.fileno, keyboard.patience):
                try:
                    data = os.read(self.fileno, READ_BYTES)
                except OSError:
                    data = b""
                if not data:
                    _hang_up()  # nobody will type again
                    self.exit_event.wait()
                    break
                for event in keyboard.feed(data):
                    if isinstance(event, CursorPosition):
                        self._flow.answered()
                        self._idle()
                    else:
                        self.process_message(event)
            for event in keyboard.tick():
                self.process_message(event)

    def give_back(self) -> None:
        """As far as that goes without waiting: the terminal as it was, for an app that can't end properly."""
        if self._output is not None:
            self._output.give_up()  # or the rest of a torn sequence would follow what is dropped here
        with contextlib.suppress(termios.error, OSError):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            termios.tcflush(self.fileno, termios.TCOFLUSH)  # what it has not read, it need not read
            if self._output is not None:
                self._output.write_now("".join(GIVE_BACK))


def _hang_up() -> None:
    """There is one way in which a terminal goes away: as when its line is dropped."""
    os.kill(os.getpid(), signal.SIGHUP)


def _nothing() -> None:
    pass
