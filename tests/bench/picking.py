"""How long a pick takes to be durable, and the next pair to be on the screen, while another run's RL trains.

    python tests/bench/picking.py RUN [--picks 50] [--alone]

RUN is a finished run of this machine: two runs are forked from its tuned model, one whose reinforcement loads
the machine, and one that is picked in. `--alone`: without the load. Pick to durable is over the control
socket: the trainer answers when the pick is in the log and in the preferences, both fsynced. Pick to the next
pair is through a pseudo-terminal: key pressed to the last byte painted within half a second.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from real_training import percentile, stop, verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

from pseudo_terminal import Terminal

from tui_trainer.messages.commands import Pick, TakeControl
from tui_trainer.messages.events import Event, PairOffered, Picked, Reinforced
from tui_trainer.run import client, fork
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, read_all

WINDOW = 0.5  # seconds after a key in which all that is painted belongs to it


@contextmanager
def forked(source: RunFolder, runs: Path, *assignments: str) -> Iterator[RunFolder]:
    """A run that goes on at feedback, its trainer running on one thread."""
    plan = fork.plan_of(source, "feedback", [*assignments, "run.threads=1"])
    folder = fork.begin(source, plan, runs)
    client.launch(folder)
    try:
        yield folder
    finally:
        stop(folder)


def wait_for(folder: RunFolder, kind: type[Event], seconds: float = 300.0) -> None:
    """Until there is an event of this kind."""
    reader, end = LogReader(folder.events), time.monotonic() + seconds
    while not any(isinstance(record.event, kind) for record in reader.poll()):
        assert time.monotonic() < end, f"no {kind.__name__}"
        time.sleep(0.1)


def over_the_socket(folder: RunFolder, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from each pick to its answer, and to the next pair in the log."""
    durable, following = [], []
    with client.Control(folder, 10.0) as control:
        assert control.send(TakeControl()).ok
        reader, offered = LogReader(folder.events), -1
        while (batch := reader.poll()) or offered < 0:
            offered = max([offered, *(r.event.pair for r in batch if isinstance(r.event, PairOffered))])
        for number in range(count):
            began = time.perf_counter()
            assert control.send(Pick(offered, "a" if number % 2 else "b")).ok
            durable.append(1000 * (time.perf_counter() - began))
            before = offered
            while offered == before:
                for record in reader.poll():
                    if isinstance(record.event, PairOffered):
                        offered = record.event.pair
                time.sleep(0.001)
            following.append(1000 * (time.perf_counter() - began))
            time.sleep(0.2)
    return durable, following


def on_the_screen(folder: RunFolder, count: int) -> list[float]:
    """Milliseconds from each key to the last byte that was painted for it."""
    terminal = Terminal(folder.path, "control", size=(80, 24))
    terminal.read(8.0)
    terminal.key("\x1b", 2.0)  # the tour, where this is a first run
    found = []
    try:
        for number in range(count):
            terminal.read(0.3)  # what was under way is not the answer
            began, last = time.perf_counter(), None
            os.write(terminal.end, b"ab"[number % 2 :][:1])
            while (left := WINDOW - (time.perf_counter() - began)) > 0:
                if terminal.read(min(left, 0.01)) is not None:
                    last = time.perf_counter() - began
            if last is not None:
                found.append(1000 * last)
    finally:
        os.kill(terminal.process, signal.SIGTERM)
        terminal.ended()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--picks", type=int, default=50)
    parser.add_argument("--alone", action="store_true")
    options = parser.parse_args()
    source = RunFolder(options.run)
    with tempfile.TemporaryDirectory() as runs:
        load = forked(source, Path(runs), "feedback.rater=polite", "feedback.steps=2000", "feedback.picks=8")
        picked = forked(source, Path(runs), "feedback.rater=person")
        with picked as folder:
            wait_for(folder, PairOffered)
            if options.alone:
                good = measure(folder, options.picks)
            else:
                with load as trained:
                    wait_for(trained, Reinforced)
                    good = measure(folder, options.picks)
    sys.exit(not good)


def measure(folder: RunFolder, count: int) -> bool:
    """Both, and whether the bars are met."""
    durable, following = over_the_socket(folder, count)
    good = verdict("pick to durable record, p95", percentile(durable, 0.95), 20.0, "ms")
    good &= verdict("pick to next pair in the log, p95", percentile(following, 0.95), 100.0, "ms")
    painted = on_the_screen(folder, count)
    good &= verdict("pick to next pair on screen, p95", percentile(painted, 0.95), 100.0, "ms")
    durably, paired, shown = (f"{statistics.median(found):.1f} ms" for found in (durable, following, painted))
    made = [r.event for r in read_all(folder.events) if isinstance(r.event, Picked)]
    print(f"      {len(made)} picks; medians: durable {durably}, next pair {paired}, painted {shown}")
    # A key that is pressed while a pick is under way is no pick.
    assert [p.pair for p in made] == list(range(len(made))) and len(made) >= count + len(painted) - 1
    return good


if __name__ == "__main__":
    main()
