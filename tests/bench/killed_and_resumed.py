"""A whole run undisturbed, and the same killed with SIGKILL at random moments and resumed each time.

    python tests/bench/killed_and_resumed.py [--kills 10] [--twice] [--preset demo] [--seed 0] [--whole RUN]

With `--twice` it gets two SIGTERMs instead, of which the second ends it in the middle of a step. Of stages of
milliseconds the suite does the same (`MOMENTS=50 pytest tests/run/test_resume.py -k two_signals`).

Prints whether the weights' hashes and the streams of events (times aside) are the same; where they are not,
the first event that differs, and where both runs are kept. `--whole` takes an undisturbed run that is there
already. What it measures is not timed; the moments are drawn from the seed.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tui_trainer.messages.events import WeightsFrozen
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import comparable, read_all

COMMAND = (sys.executable, "-m", "tui_trainer")


def trainers(folder: RunFolder) -> list[int]:
    """Process ids of whoever trains this run."""
    found = subprocess.run(["pgrep", "-f", f"trainer {re.escape(str(folder.path))}"], capture_output=True)
    return [int(line) for line in found.stdout.split()]


def whole(runs: Path, preset: str, seed: int) -> RunFolder:
    """Run it undisturbed."""
    runs.mkdir()
    order = (*COMMAND, "run", "--headless", "--preset", preset, "--seed", str(seed), "--runs", str(runs))
    subprocess.run(order, check=True, stderr=subprocess.DEVNULL)
    (folder,) = runs.iterdir()
    return RunFolder(folder)


def disturbed(
    runs: Path, preset: str, seed: int, kills: int, seconds: float, signals: Sequence[int]
) -> tuple[RunFolder, int]:
    """Run it, killing the trainer `kills` times; a kill comes some `seconds` after the start before it."""
    runs.mkdir()
    draw = random.Random(seed)
    order = (*COMMAND, "run", "--headless", "--preset", preset, "--seed", str(seed), "--runs", str(runs))
    done = 0
    while True:
        process = subprocess.Popen(order, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        moment = time.monotonic() + draw.uniform(0.3, 1.7) * seconds
        while process.poll() is None and (done == kills or time.monotonic() < moment):
            time.sleep(0.1)
        folder = RunFolder(next(iter(runs.iterdir())))
        if process.poll() is not None:
            return folder, done
        for pid in trainers(folder):
            for number in signals:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
                time.sleep(0.003)  # within the same step
        process.wait()
        done += 1
        last = list(read_all(folder.events))[-1]
        print(f"kill {done} after event {last.seq}, {type(last.event).__name__}", flush=True)
        order = (*COMMAND, "resume", folder.path.name, "--headless", "--runs", str(runs))


def main() -> int:
    """Both runs, and the comparison; 0 when they are the same and all the kills were made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--whole", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="killed-and-resumed-"))
    began = time.monotonic()
    first = (
        RunFolder(options.whole) if options.whole else whole(folder / "whole", options.preset, options.seed)
    )
    records = list(read_all(first.events))
    seconds = time.monotonic() - began if not options.whole else records[-1].busy
    signals = (signal.SIGTERM, signal.SIGTERM) if options.twice else (signal.SIGKILL,)
    second, made = disturbed(
        folder / "disturbed", options.preset, options.seed, options.kills, seconds / options.kills, signals
    )
    streams = [[comparable(record) for record in read_all(run.events)] for run in (first, second)]
    hashes = [
        [r.event.sha256 for r in read_all(run.events) if isinstance(r.event, WeightsFrozen)]
        for run in (first, second)
    ]
    equal, hashed = streams[0] == streams[1], hashes[0] == hashes[1]
    print(f"kills {made}; events {len(streams[0])} and {len(streams[1])}, the same: {equal}")
    print(f"hashes of base, tuned and aligned the same: {hashed}; aligned {hashes[1][-1][:16]}")
    if equal and hashed:
        shutil.rmtree(folder)
        return 0 if made == options.kills else 1
    for one, other in zip(*streams, strict=False):
        if one != other:
            print(f"undisturbed: {one}\ndisturbed:   {other}"[:2000])
            break
    print(f"kept in {folder}")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
