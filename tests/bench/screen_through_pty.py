"""How loud and how quick the screen is, measured through a real pseudo-terminal.

    python tests/bench/screen_through_pty.py [RUN] [--seconds 20] [--size 120x40] [--colours truecolor]

Replays a run (a made-up one without RUN) and prints, for each stage that it passes: bytes per second to the
terminal; and over the whole: the time from a key to the first byte that answers it.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

import recorded

CODE = """
import sys
from tui_trainer.run.folder import RunFolder
from tui_trainer.ui.app import run_app
run_app(RunFolder(sys.argv[1]), "replay", float(sys.argv[2]))
"""


class Terminal:
    """A process on a pseudo-terminal that reads everything at once."""

    def __init__(self, command: list[str], size: tuple[int, int], colours: str) -> None:
        self.process, self.end = pty.fork()
        if self.process == 0:
            environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": colours}
            os.execvpe(command[0], command, environ)
        width, height = size
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.bytes = 0

    def read(self, seconds: float) -> float | None:
        """Read for so long; returns when the first byte came, in seconds."""
        began, first = time.perf_counter(), None
        while (left := seconds - (time.perf_counter() - began)) > 0:
            if not select.select([self.end], [], [], left)[0]:
                break
            try:
                data = os.read(self.end, 65536)
            except OSError:
                break
            first = time.perf_counter() - began if first is None else first
            self.bytes += len(data)
        return first

    def key(self, text: str) -> float | None:
        """Press a key; the time until something was painted."""
        os.write(self.end, text.encode())
        return self.read(0.3)

    def close(self) -> None:
        os.kill(self.process, signal.SIGTERM)
        self.read(3.0)
        os.waitpid(self.process, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--colours", default="truecolor")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory() as temporary:
        run = options.run or str(recorded.write_run(Path(temporary) / "run", recorded.records()).path)
        command = [sys.executable, "-c", CODE, run, str(options.speed)]
        began = time.perf_counter()
        terminal = Terminal(command, (width, height), options.colours)
        terminal.read(0.05)
        while terminal.bytes < 3000 and time.perf_counter() - began < 30:
            terminal.read(0.02)
        print(f"first frame after {time.perf_counter() - began:.2f} s, {terminal.bytes} bytes")
        second = 0.0
        while second < options.seconds:
            terminal.bytes = 0
            terminal.read(5.0)
            second += 5.0
            print(f"second {second:4.0f}: {terminal.bytes / 5 / 1000:6.1f} kB/s")
        terminal.key(" ")
        terminal.read(1.0)
        terminal.bytes = 0
        terminal.read(5.0)
        print(f"paused: {terminal.bytes / 5:.0f} B/s")
        terminal.key(" ")
        waits = [terminal.key(key) for _ in range(6) for key in "21345\x1bz3z1"]
        found = sorted(1000 * wait for wait in waits if wait is not None)
        p95 = found[int(0.95 * (len(found) - 1))]
        print(f"key to paint: median {statistics.median(found):.0f} ms, p95 {p95:.0f} ms of {len(found)}")
        terminal.close()


if __name__ == "__main__":
    main()
