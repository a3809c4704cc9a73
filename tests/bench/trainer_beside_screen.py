"""Training steps per second beside an open screen against headless, in one run; also beside a stalled one.

    python tests/bench/trainer_beside_screen.py [--preset demo] [--rounds 5] [--window 12] [--stall 60]

Windows without a screen, with one that is read, and with one that nobody reads take turns, so that what else
the machine does falls on all alike: each is held against the mean of the headless windows before and after
it, and the median over the rounds is told. Speed is taken from step to step, not by counting steps in a
window, of which there are few; what the log says was not a step alone (a validation, samples, pictures)
falls out in all windows. The time that the screen's process has spent is the second figure: the same on a
noisy machine.
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
FEWEST = 20  # steps in a window that say something


class Window:
    """Some seconds of a run: its steps per second, and what a screen's process spent, in % of a core."""

    def __init__(self, run: Training, seconds: float, screen: Terminal | None = None, *, read: bool = True):
        run.steps()
        first = len(run.lone)
        began, spent = time.perf_counter(), _spent(screen)
        if screen is not None and read:
            screen.read(seconds)
        else:
            time.sleep(seconds)
        self.percent = 100 * (_spent(screen) - spent) / (time.perf_counter() - began)
        run.steps()
        lone = run.lone[first:]
        if len(lone) < FEWEST:
            raise SystemExit(f"{len(lone)} steps in {seconds:g} s: the machine is not the trainer's alone")
        self.rate = len(lone) / sum(lone)


def _spent(screen: Terminal | None) -> float:
    """Processor seconds of a screen's process so far."""
    if screen is None:
        return 0.0
    tasks = Path(f"/proc/{screen.process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def close(terminal: Terminal) -> None:
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--window", type=float, default=12.0)
    parser.add_argument("--stall", type=float, default=60.0, help="seconds of the last round's stall")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs, training(Path(runs), options.preset) as run:
        headless = [Window(run, options.window)]
        beside, stalled = [], []
        for number in range(options.rounds):
            last = number == options.rounds - 1
            terminal = Terminal(run.folder.path, "view")
            terminal.read(SETTLE)
            beside.append(Window(run, options.window, terminal))
            stalled.append(Window(run, options.stall if last else options.window, terminal, read=False))
            if last:
                shown = run.steps()
                terminal.read(SETTLE)
            close(terminal)
            time.sleep(SETTLE)
            headless.append(Window(run, options.window))
            print(
                f"      steps/s: headless {headless[-2].rate:.3f}, beside a screen {beside[-1].rate:.3f} "
                f"({beside[-1].percent:.2f} % of a core), stalled {stalled[-1].rate:.3f} "
                f"({stalled[-1].percent:.2f} %), headless {headless[-1].rate:.3f}",
                flush=True,
            )
    good = True
    for what, windows in ("beside a screen", beside), ("with a stalled terminal", stalled):
        shares = [
            window.rate / statistics.mean((before.rate, after.rate))
            for before, window, after in zip(headless, windows, headless[1:], strict=False)
        ]
        share = statistics.median(shares)
        good &= verdict(f"steps/s {what} / headless", share, 0.97, "", more=True)
        percent = statistics.median(window.percent for window in windows)
        print(f"      {percent:.2f} % of a core; rounds {' '.join(f'{share:.3f}' for share in shares)}")
    caught_up = max((n for n in range(shown, shown + 60) if f"{n:,}/" in terminal.shown()), default=0)
    good &= verdict(
        "steps that the screen shows once the terminal reads again", caught_up, shown, "", more=True
    )
    sys.exit(not good)


if __name__ == "__main__":
    main()
