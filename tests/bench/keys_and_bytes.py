"""How quick and how loud the screen is, through a real pseudo-terminal while a real trainer works.

    python tests/bench/keys_and_bytes.py [--preset demo] [--seconds 30] [--size 120x40]
    python tests/bench/keys_and_bytes.py --replay RUN [--speed 1]

Prints key press to painted change (median, p95, p99, the five slowest keys), bytes per second in the steady
state, and paused. A key counts as painted when the screen shows what only that key can have changed.
With `--replay` the bytes of each stage of a finished run, as fast as it went then.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from real_training import percentile, training, verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

from pseudo_terminal import Terminal

PAUSE = 0.25  # seconds between keys
SLOWEST = 5  # keys of which the times are printed
# Each key with what it does, and what its answer is known by.
KEYS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("2", "to the loss", lambda shown: "┏━ 2 Loss" in shown),
    ("1", "to the dataset", lambda shown: "┏━ 1 Dataset" in shown),
    ("3", "to the weights", lambda shown: "┏━ 3 Weights" in shown),
    ("z", "weights alone", lambda shown: "[3 Weights]" in shown),
    ("4", "rater alone", lambda shown: "[4 Rater]" in shown),
    ("z", "all panes", lambda shown: "[4 Rater]" not in shown),
    ("?", "help", lambda shown: "◂ you are here" in shown),
    ("\x1b", "out of the help", lambda shown: "◂ you are here" not in shown),
    ("m", "exam", lambda shown: "─ What it can do ─" in shown),
    ("\x1b", "out of the exam", lambda shown: "─ What it can do ─" not in shown),
    ("g", "glossary", lambda shown: "Thuật ngữ" in shown),
    ("\x1b", "out of the glossary", lambda shown: "Thuật ngữ" not in shown),
)


def keys(terminal: Terminal, count: int) -> list[float]:
    """Milliseconds from each key to its answer; infinity where there was none."""
    found = []
    for index in range(count):
        terminal.read(PAUSE)
        key, _, answer = KEYS[index % len(KEYS)]
        wait = terminal.answered_in(key, answer)
        found.append(float("inf") if wait is None else 1000 * wait)
    return found


def print_slowest(waits: list[float]) -> None:
    """The keys with the largest medians."""
    of = [(waits[index :: len(KEYS)], says) for index, (_, says, _) in enumerate(KEYS)]
    for found, says in sorted(of, key=lambda one: -statistics.median(one[0]))[:SLOWEST]:
        print(f"        {says:<20} median {statistics.median(found):3.0f}, slowest {max(found):3.0f} ms")


def loudness(terminal: Terminal, seconds: float) -> float:
    """kB/s to the terminal."""
    terminal.output = b""
    terminal.read(seconds)
    return len(terminal.output) / seconds / 1000


def while_training(preset: str, seconds: float, size: tuple[int, int]) -> bool:
    with tempfile.TemporaryDirectory() as runs, training(Path(runs), preset) as run:
        terminal = Terminal(run.folder.path, "control", size=size)
        terminal.wait_for("tokens/s")
        good = verdict("bytes while pretraining", loudness(terminal, seconds), 30.0, "kB/s")
        waits = keys(terminal, 10 * len(KEYS))
        print(f"      {len(waits)} keys, median {statistics.median(waits):.0f} ms; the slowest:")
        print_slowest(waits)
        good &= verdict("key to paint, p95", percentile(waits, 0.95), 50.0, "ms")
        good &= verdict("key to paint, p99", percentile(waits, 0.99), 80.0, "ms")
        terminal.key(" ")
        terminal.wait_for("aused")
        terminal.read(2.0)
        good &= verdict("bytes while paused", 1000 * loudness(terminal, 10.0), 100.0, "B/s")
        os.kill(terminal.process, signal.SIGTERM)
        terminal.ended()
    return good


def of_a_replay(run: str, speed: float, seconds: float, size: tuple[int, int]) -> bool:
    terminal = Terminal(run, "replay", speed, size)
    terminal.read(2.0)
    good = True
    for part in range(max(1, int(seconds // 5))):
        good &= verdict(f"bytes, seconds {5 * part}-{5 * part + 5}", loudness(terminal, 5.0), 30.0, "kB/s")
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--replay", metavar="RUN")
    parser.add_argument("--speed", type=float, default=1.0)
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    if options.replay:
        good = of_a_replay(options.replay, options.speed, options.seconds, (width, height))
    else:
        good = while_training(options.preset, options.seconds, (width, height))
    sys.exit(not good)


if __name__ == "__main__":
    main()
