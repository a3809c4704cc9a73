"""From the command to the first step taken, headless: where the time goes, in a table.

    python tests/bench/first_step.py [--preset demo] [--rounds 5]

The first launch writes its world; those after it find it prepared, as does whoever runs a preset again. Each
is stopped after its first step. Prints the seconds from one event to the next, medians over the later
launches, and what all processes took of the processor: on a machine that others use the seconds say little.
"""

import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tui_trainer.messages.events import CorpusReady, RunStarted, Sampled, SpeedMeasured, Stepped
from tui_trainer.run.storage.log import LogReader

MARKS = {
    RunStarted: "two processes, imports",
    SpeedMeasured: "measuring the machine",
    CorpusReady: "data",
    Sampled: "model, validation, samples",
    Stepped: "the first step",
}
PATIENCE = 600.0


def launch(home: Path, arguments: list[str]) -> dict[str, float]:
    """Seconds of each part, and of the processor in all ("cpu")."""
    runs = Path(tempfile.mkdtemp(dir=home))
    begun, before = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_trainer", "run", "--headless", "--runs", str(runs), *arguments],
        env={**os.environ, "HOME": str(home)},
        stderr=subprocess.DEVNULL,
    )
    reader: LogReader | None = None
    parts: dict[str, float] = {}
    last, end = begun, time.monotonic() + PATIENCE
    while MARKS[Stepped] not in parts and process.poll() is None and time.monotonic() < end:
        found = next(runs.glob("*/events.jsonl"), None)
        reader = reader or (LogReader(found) if found else None)
        for record in reader.poll() if reader else ():
            name = MARKS.get(type(record.event))
            if name is not None and name not in parts:
                parts[name], last = record.t - last, record.t
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = sum(getattr(after, name) - getattr(before, name) for name in ("ru_utime", "ru_stime"))
    return {**parts, "in all": last - begun, "cpu, the stop included": spent}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    arguments = ["--preset", options.preset]
    with tempfile.TemporaryDirectory() as home:
        new = launch(Path(home), arguments)
        again = [launch(Path(home), arguments) for _ in range(options.rounds)]
    print(f"| {options.preset}, seconds | new world | prepared before, median of {options.rounds} |")
    print("|---|---|---|")
    for name in new:
        print(f"| {name} | {new[name]:.2f} | {statistics.median(each[name] for each in again):.2f} |")


if __name__ == "__main__":
    main()
