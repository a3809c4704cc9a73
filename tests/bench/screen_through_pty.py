"""How loud and how quick the screen is, measured through a real pseudo-terminal.

    python tests/bench/screen_through_pty.py [RUN] [--seconds 20] [--size 120x40] [--colours truecolor]

Replays a run (a made-up one without RUN) and prints, for each stage that it passes: bytes per second to the
terminal; and over the whole: the time from a key to the first byte that answers it.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

import recorded
from pseudo_terminal import Terminal


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
        began = time.perf_counter()
        terminal = Terminal(run, "replay", options.speed, (width, height), COLORTERM=options.colours)
        while len(terminal.output) < 3000:
            terminal.read(0.02)
        print(f"first frame after {time.perf_counter() - began:.2f} s, {len(terminal.output)} bytes")
        second = 0.0
        while second < options.seconds:
            terminal.output = b""
            terminal.read(5.0)
            second += 5.0
            print(f"second {second:4.0f}: {len(terminal.output) / 5 / 1000:6.1f} kB/s")
        terminal.key(" ")
        terminal.read(1.0)
        terminal.output = b""
        terminal.read(5.0)
        print(f"paused: {len(terminal.output) / 5:.0f} B/s")
        terminal.key(" ")
        waits = [terminal.key(key) for _ in range(6) for key in "21345\x1bz3z1"]
        found = sorted(1000 * wait for wait in waits if wait is not None)
        p95 = found[int(0.95 * (len(found) - 1))]
        print(f"key to paint: median {statistics.median(found):.0f} ms, p95 {p95:.0f} ms of {len(found)}")
        os.kill(terminal.process, signal.SIGTERM)
        terminal.ended()


if __name__ == "__main__":
    main()
