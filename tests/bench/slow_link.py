"""The screen over a link of 256 kbit/s and 200 ms, while a real trainer works: how soon a key is answered.

    python tests/bench/slow_link.py [--preset demo] [--kbit 256] [--round-trip 0.2]

The pseudo-terminal is read no faster than the link carries, and every byte and key is late by half a round
trip. A key counts as answered when something has come that only it can have caused.
"""

import argparse
import os
import select
import signal
import statistics
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

from real_training import percentile, training, verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

from pseudo_terminal import Terminal

SLICE = 0.01  # seconds
# A key, what only its answer contains, and the key that takes it back.
QUESTIONS = (("?", b"you are here", "\x1b"), ("m", b"What it can do", "\x1b"), ("g", b"Thu", "\x1b"))


class Link:
    """Carries so many bytes a second from the terminal, late by `delay` seconds each way."""

    def __init__(self, terminal: Terminal, kbit: float, round_trip: float) -> None:
        self.terminal, self.delay = terminal, round_trip / 2
        self.a_slice = int(kbit * 1000 / 8 * SLICE)
        self.under_way: deque[tuple[float, bytes]] = deque()
        self.keys: deque[tuple[float, bytes]] = deque()
        self.far = b""  # what has come at the far end

    def carry(self, seconds: float) -> None:
        """Let the link work for so long."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            while self.keys and self.keys[0][0] <= now:
                os.write(self.terminal.end, self.keys.popleft()[1])
            if select.select([self.terminal.end], [], [], 0)[0]:
                self.under_way.append((now + self.delay, os.read(self.terminal.end, self.a_slice)))
            while self.under_way and self.under_way[0][0] <= now:
                self.far += self.under_way.popleft()[1]
            time.sleep(SLICE)

    def ask(self, key: str, answer: bytes, limit: float = 5.0) -> float:
        """Press a key at the far end; seconds until its answer is there."""
        self.far = b""
        began = time.monotonic()
        self.keys.append((began + self.delay, key.encode()))
        while answer not in self.far and time.monotonic() < began + limit:
            self.carry(SLICE)
        return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--kbit", type=float, default=256.0)
    parser.add_argument("--round-trip", type=float, default=0.2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs, training(Path(runs), options.preset) as run:
        terminal = Terminal(run.folder.path, "view")
        link = Link(terminal, options.kbit, options.round_trip)
        link.carry(5.0)
        waits = []
        for number in range(30):
            key, answer, back = QUESTIONS[number % len(QUESTIONS)]
            waits.append(link.ask(key, answer))
            link.keys.append((time.monotonic(), back.encode()))
            link.carry(1.2)
        os.kill(terminal.process, signal.SIGTERM)
        terminal.ended()
    print(f"      {len(waits)} keys, median {1000 * statistics.median(waits):.0f} ms")
    sys.exit(not verdict("key to answer over the link, p95", 1000 * percentile(waits, 0.95), 500.0, "ms"))


if __name__ == "__main__":
    main()
