"""Trainers in processes of their own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from select import select

import pytest
from toys import toy_run
from waiting import PATIENCE, wait_until

from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader


class Trainers:
    """Starts one trainer at a time, of the toy stages or, `real=True`, of the real ones."""

    def __init__(self) -> None:
        here = Path(__file__).parent
        self.process = subprocess.Popen(
            [sys.executable, str(here / "zygote.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def start(self, folder: RunFolder, **order: object) -> int:
        """Fork a trainer; returns its process id."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"run": str(folder.path), **order}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def wait(self) -> int:
        """The exit status of the one that was started last; negative for a signal."""
        assert self.process.stdout
        assert self.ended(PATIENCE), "the trainer goes on and on"
        return int(self.process.stdout.readline())

    def ended(self, seconds: float = 0.0) -> bool:
        """Whether the one that was started last has ended, or does within that time."""
        return bool(select([self.process.stdout], [], [], seconds)[0])

    def run(self, folder: RunFolder, **order: object) -> int:
        self.start(folder, **order)
        return self.wait()

    def kill_after(
        self,
        folder: RunFolder,
        records: int,
        seconds: float = 0.0,
        signals: Sequence[int] = (signal.SIGKILL,),
        **order: object,
    ) -> int:
        """Kill it so long after it has written so many records, unless it ends first; its exit status.

        To count time from its start would kill it before it has begun on one machine, and never on another.
        """
        reader = LogReader(folder.events)
        reader.poll()
        pid, seen = self.start(folder, **order), 0

        def has_written() -> bool:
            nonlocal seen
            seen += len(reader.poll())
            return seen >= records or self.ended()

        wait_until(has_written, meanwhile=lambda: time.sleep(0.001))
        for number in signals:
            time.sleep(seconds)
            # The process is not reaped before `wait` has read its status, so its id is still its own or gone.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            seconds = 0.003  # to the next one: within the same step
        return self.wait()


@pytest.fixture(scope="session")
def trainers() -> Iterator[Trainers]:
    trainers = Trainers()
    yield trainers
    trainers.process.kill()
    trainers.process.communicate()


@pytest.fixture
def new_run() -> Iterator[Callable[..., RunFolder]]:
    """Makes runs of the toy pipeline, under a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="toy-", dir="/tmp") as runs:
        yield partial(toy_run, Path(runs))
