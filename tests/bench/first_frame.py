"""From `tui-trainer` to the first whole frame, through a real pseudo-terminal.

    python tests/bench/first_frame.py [--times 9]

The first call warms the disk and leaves the compiled modules, as an install does; the middle one of the
others counts. The trainer that each call launches is stopped at once.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from real_training import stop, verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

from pseudo_terminal import Terminal

from tui_trainer.run.storage.folder import list_runs

WHOLE = b"help "  # stands in the footer, the last line of the frame


def first_frame(runs: Path) -> float:
    """Seconds until the footer of the first frame has come."""
    command = [sys.executable, "-m", "tui_trainer", "--preset", "quick", "--runs", str(runs)]
    began = time.perf_counter()
    terminal = Terminal(runs, "control", command=command, PYTHONDONTWRITEBYTECODE="")
    while WHOLE not in terminal.output:
        assert terminal.read(0.01) is not None or time.perf_counter() < began + 20, "no frame came"
    took = time.perf_counter() - began
    folder = list_runs(runs)[0]
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()
    stop(folder)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        took = [first_frame(Path(directory) / str(number)) for number in range(options.times + 1)][1:]
    print(f"      {', '.join(f'{seconds * 1000:.0f}' for seconds in took)} ms")
    sys.exit(not verdict("first frame", 1000 * statistics.median(took), 400.0, "ms"))


if __name__ == "__main__":
    main()
