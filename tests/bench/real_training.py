"""A real run that trains beside a measurement, and the pieces that the measuring scripts share."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

from tui_trainer import settings
from tui_trainer.messages.commands import Stop, TakeControl
from tui_trainer.messages.events import Guessed, Stepped
from tui_trainer.run import client
from tui_trainer.run.storage import lock
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder, create
from tui_trainer.run.storage.log import LogReader


class Training:
    """A run's trainer, and how many steps it has taken."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._log = LogReader(folder.events)
        self.times: list[float] = []  # when each step was logged, seconds since the epoch
        self.lone: list[float] = []  # seconds of each step between which and the last nothing else was done
        self._alone = False

    def steps(self) -> int:
        """Steps taken so far."""
        for record in self._log.poll():
            if isinstance(record.event, Stepped):
                if self._alone:
                    self.lone.append(record.t - self.times[-1])
                self.times.append(record.t)
                self._alone = True
            elif not isinstance(record.event, Guessed):
                self._alone = False
        return len(self.times)

    def wait_for_steps(self, count: int, seconds: float = 300.0) -> None:
        """Until so many steps have been taken."""
        end = time.monotonic() + seconds
        while self.steps() < count:
            assert time.monotonic() < end and lock.is_alive(self.folder), "the trainer takes no steps"
            time.sleep(0.1)


def stop(folder: RunFolder, seconds: float = 60.0) -> None:
    """End a run's trainer, as the screen's "stop and quit" does."""
    end = time.monotonic() + seconds
    while lock.is_alive(folder):
        assert time.monotonic() < end, "the trainer does not stop"
        control = client.Control(folder)
        if control.send(TakeControl()).ok:
            control.send(Stop())
        control.close()
        time.sleep(0.2)


@contextmanager
def training(runs: Path, preset: str = "demo", steps: int = 100_000) -> Iterator[Training]:
    """A trainer in pretraining, long enough for any measurement; it is stopped at the end."""
    chosen = settings.load(preset, assignments=[f"pretrain.steps={steps}"], environ={})
    folder = create(runs, plans.make(chosen, seed=0, preset=preset))
    client.launch(folder)
    try:
        run = Training(folder)
        run.wait_for_steps(20)
        yield run
    finally:
        stop(folder)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    found = sorted(values)
    return found[min(len(found) - 1, int(share * len(found)))]


def verdict(what: str, value: float, bar: float, unit: str, *, more: bool = False) -> bool:
    """Print a figure beside its bar."""
    good = value >= bar if more else value <= bar
    sign = ">=" if more else "<="
    print(f"{'ok  ' if good else 'MISS'}  {what}: {value:.4g} {unit} (bar {sign} {bar:g} {unit})", flush=True)
    return good
