"""The screen over a link of 256 kbit/s and 200 ms, while a real trainer works: how soon a key is answered.

    python tests/bench/slow_link.py [--preset demo] [--kbit 256] [--round-trip 0.2]

The pseudo-terminal is read no faster than the link carries, and every byte and key is late by half a round
trip. A key counts as answered when the far end shows what only that key can have changed. The keys are those
of `keys_and_bytes.py`; then twenty follow each other so fast that whole frames must be dropped.
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
from collections.abc import Callable
from pathlib import Path

import pyte
from keys_and_bytes import KEYS
from real_training import percentile, training, verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

from pseudo_terminal import Terminal

SLICE = 0.01  # seconds


class Link:
    """Carries so many bytes a second from the terminal, late by `delay` seconds each way."""

    def __init__(self, terminal: Terminal, kbit: float, round_trip: float) -> None:
        self.terminal, self.delay = terminal, round_trip / 2
        self.a_slice = int(kbit * 1000 / 8 * SLICE)
        self.under_way: deque[tuple[float, bytes]] = deque()
        self.keys: deque[tuple[float, bytes]] = deque()
        self.carried = 0  # bytes that have come at the far end
        self._screen = pyte.Screen(120, 40)
        self._screen.write_process_input = self.press  # what a terminal answers when it is asked
        self._stream = pyte.ByteStream(self._screen)

    def carry(self, seconds: float) -> None:
        """Let the link work for so long."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            while self.keys and self.keys[0][0] <= now:
                os.write(self.terminal.end, self.keys.popleft()[1])
            if select.select([self.terminal.end], [], [], 0)[0]:
                self.under_way.append((now + self.delay, os.read(self.terminal.end, self.a_slice)))
            while self.under_way and self.under_way[0][0] <= now:
                data = self.under_way.popleft()[1]
                self.carried += len(data)
                self._stream.feed(data)
            time.sleep(SLICE)

    def press(self, key: str) -> None:
        """Press a key at the far end."""
        self.keys.append((time.monotonic() + self.delay, key.encode()))

    def ask(self, key: str, answer: Callable[[str], bool], limit: float = 5.0) -> float:
        """Press a key; seconds until its answer is there."""
        began = time.monotonic()
        self.press(key)
        while not answer("\n".join(self._screen.display)) and time.monotonic() < began + limit:
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
        for key, _, answer in KEYS * 3:
            waits.append(link.ask(key, answer))
            print(f"      {key!r} {1000 * waits[-1]:.0f} ms")
            link.carry(1.0)
        # A burst: the screen is painted twenty times, of which the line can carry a few.
        before, began = link.carried, time.monotonic()
        for key in "z" * 19:
            link.press(key)
            link.carry(0.05)
        waits.append(link.ask("2", lambda shown: "┏━ 2 Loss" in shown or "[2 Loss]" in shown))
        print(
            f"      after a burst of 20 keys {link.carried - before:,} bytes in "
            f"{time.monotonic() - began:.1f} s, the last answered in {1000 * waits[-1]:.0f} ms"
        )
        os.kill(terminal.process, signal.SIGTERM)
        terminal.ended()
    print(f"      {len(waits)} keys, median {1000 * statistics.median(waits):.0f} ms")
    sys.exit(not verdict("key to answer over the link, p95", 1000 * percentile(waits, 0.95), 500.0, "ms"))


if __name__ == "__main__":
    main()
