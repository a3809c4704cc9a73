"""Training steps per second beside an open screen against headless, in one run; also beside a stalled one.

    python tests/bench/trainer_beside_screen.py [--preset demo] [--rounds 6] [--window 10] [--stall 60]

Windows without and with a screen take turns, so that what else the machine does falls on both alike.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from real_training import Training, training, verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

from pseudo_terminal import Terminal

SETTLE = 2.0  # seconds after a screen has opened or closed


def rate(run: Training, seconds: float, terminal: Terminal | None = None) -> float:
    """Steps per second in a window, while a terminal reads (or nobody does)."""
    began, steps = time.perf_counter(), run.steps()
    if terminal is None:
        time.sleep(seconds)
    else:
        terminal.read(seconds)
    return (run.steps() - steps) / (time.perf_counter() - began)


def close(terminal: Terminal) -> None:
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--window", type=float, default=10.0)
    parser.add_argument("--stall", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs, training(Path(runs), options.preset) as run:
        headless, beside = [], []
        for _ in range(options.rounds):
            time.sleep(SETTLE)
            headless.append(rate(run, options.window))
            terminal = Terminal(run.folder.path, "view")
            terminal.read(SETTLE)
            beside.append(rate(run, options.window, terminal))
            close(terminal)
        print(
            f"      headless {statistics.mean(headless):.3f} steps/s, "
            f"beside a screen {statistics.mean(beside):.3f}"
        )
        share = statistics.mean(beside) / statistics.mean(headless)
        good = verdict("steps/s beside a screen / headless", share, 0.97, "", more=True)

        terminal = Terminal(run.folder.path, "view")
        terminal.read(SETTLE)
        stalled = rate(run, options.stall)  # nobody reads the terminal
        shown = run.steps()
        terminal.output = b""
        terminal.read(SETTLE + 3.0)
        close(terminal)
        after = rate(run, min(options.stall, 20.0))
        calm = statistics.mean([*headless, after])
        good &= verdict("steps/s with a stalled terminal / headless", stalled / calm, 0.97, "", more=True)
        caught_up = max((n for n in range(shown, shown + 60) if f"{n:,}/" in terminal.shown()), default=0)
        good &= verdict(
            "steps that the screen shows once the terminal reads again", caught_up, shown, "", more=True
        )
    sys.exit(not good)


if __name__ == "__main__":
    main()
