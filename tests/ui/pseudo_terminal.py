"""The real screen in a process of its own, on a pseudo-terminal that reads everything at once."""

import fcntl
import itertools
import os
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

sys.path.insert(0, str(Path(__file__).parent.parent))  # for the benches, which use this file, too

from waiting import PATIENCE, rests

CODE = """
import sys
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.start import run_app
sys.exit(run_app(RunFolder(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
"""


def tells_stall(stalled: Path) -> str:
    """Statements for the app's process to begin with, after which it makes this file once it is not read.

    From here that can't be seen: a terminal may have a little room again and not wake who waits for it. And
    on a busy machine a slow moment of the app's own looks to it like a terminal that takes nothing.
    """
    return f"""
from pathlib import Path
from select import select
from tui_trainer.ui.terminal.output import Output

def stalled(self, real=Output.stalled.fget):
    if (found := real(self)) and not select([], [self._file], [], 0)[1]:
        Path({str(stalled)!r}).touch()
    return found

Output.stalled = property(stalled)
"""


class Terminal:
    """The app on a run, as a person's terminal sees it."""

    def __init__(
        self,
        run: Path | str,
        mode: str,
        speed: float = 1.0,
        size: tuple[int, int] = (120, 40),
        command: list[str] | None = None,
        before: str = "",
        **environ: str,
    ) -> None:
        """before: statements for the app's process to begin with."""
        # Sizes of panes are remembered: neither a person's own nor those of another test are to be met here.
        self._config = tempfile.TemporaryDirectory()
        width, height = size
        window = struct.pack("HHHH", height, width, 0, 0)
        self.process, self.end = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, window)  # known before the app asks, as in a real terminal
            known = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_CONFIG_HOME": self._config.name}
            command = command or [sys.executable, "-c", before + CODE, str(run), mode, str(speed)]
            os.execve(command[0], command, {**os.environ, **known, **environ})
        self.output = b""
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._unfed: list[bytes] = []

    def shown(self) -> str:
        """What a person sees, line by line: of a frame only what differs is ever sent."""
        # pyte takes the kitty keyboard's sequences for text.
        data = re.sub(rb"\x1b\[[<>=][0-9;]*u", b"", b"".join(self._unfed))
        self._unfed.clear()
        self._stream.feed(data)
        return "\n".join(self._screen.display)

    def read(self, seconds: float) -> float | None:
        """Read for so long; returns after how many seconds the first byte came."""
        began, first = time.perf_counter(), None
        while (left := seconds - (time.perf_counter() - began)) > 0:
            if not select.select([self.end], [], [], left)[0]:
                break
            try:
                data = os.read(self.end, 65536)
            except OSError:
                break
            if not data:
                break
            first = time.perf_counter() - began if first is None else first
            self.output += data
            self._unfed.append(data)
        return first

    def resize(self, width: int, height: int) -> None:
        """Another size of the window, of which the app is told by the kernel."""
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def wait_until(
        self, holds: Callable[[], object], said: str = "it did not happen", seconds: float = PATIENCE
    ) -> None:
        """Read until the condition holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"{said}:\n{self.shown()}"
            self.read(0.05)

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Read until this is to be seen."""
        self.wait_until(lambda: text in self.shown(), f"{text!r} did not come", seconds)

    def wait_until_gone(self, text: str) -> None:
        """Read until this is to be seen no more."""
        self.wait_until(lambda: text not in self.shown(), f"{text!r} stays")

    def flood(self, stalled: Path) -> None:
        """Have the screen painted anew and anew, and read none of it, until the app finds that nobody reads.

        Args:
            stalled: as in `tells_stall`, with which the app has to begin.
        """
        end = time.monotonic() + PATIENCE
        for key in itertools.cycle("z3z2z1z4"):
            if stalled.exists():
                return
            assert time.monotonic() < end, "there still is room"
            self.press(key)

    def press(self, keys: str) -> None:
        """Press keys, one after the other, and read nothing."""
        for key in keys:
            os.write(self.end, key.encode())
            time.sleep(0.05)

    def settle(self, process: int | None = None) -> None:
        """Read until the app has nothing to do: whatever it was sent, it has seen to.

        Args:
            process: the app's, where a shell began it.
        """
        read = -1
        while read != len(self.output) or not rests(process or self.process, 0.05):
            read = len(self.output)
            self.read(0.05)

    def answered_in(self, key: str, answer: Callable[[str], bool], seconds: float = 3.0) -> float | None:
        """Press a key; seconds until what came made the screen answer so; None: it did not."""
        self.shown()
        began = time.perf_counter()
        os.write(self.end, key.encode())
        while (left := began + seconds - time.perf_counter()) > 0:
            if not select.select([self.end], [], [], left)[0]:
                return None
            data = os.read(self.end, 65536)
            came = time.perf_counter()  # what our own emulation takes is not the app's
            self.output += data
            self._unfed.append(data)
            if answer(self.shown()):
                return came - began
        return None

    def key(self, text: str, seconds: float = 0.3) -> float | None:
        """Press a key; returns after how many seconds something was painted."""
        os.write(self.end, text.encode())
        return self.read(seconds)

    def ended(self, seconds: float = PATIENCE, *, reading: bool = True) -> int:
        """Wait for the process's end, reading on or not; its exit status, or minus the signal's number."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.process, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            if self.end >= 0 and reading:
                self.read(0.05)
            else:
                time.sleep(0.05)
        raise AssertionError("it has not ended")

    def hang_up(self) -> None:
        """Close the terminal, as a dropped line does."""
        os.close(self.end)
        self.end = -1
