"""How far a stage is, how fast it goes, and how long it will still take."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

WINDOW = 40  # steps over which the speed is taken
LEAST_STEPS = 5  # done in a stage, before anything is said of how long it will take

Status = Literal["waiting", "running", "done", "skipped"]


@dataclass
class StageProgress:
    """One stage of the run, as its events tell it."""

    status: Status = "waiting"
    steps: int = 0  # in all; 0: unknown
    step: int = 0  # done
    tokens: int = 0
    flops: float = 0.0
    started: float = 0.0  # compute seconds of the run at its start
    busy: float = 0.0  # compute seconds of the stage so far
    training: float = 0.0  # of them, in gradient steps: not in evaluations
    reason: str = ""  # why it was skipped
    window: deque[tuple[float, int, int]] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def moved(self, busy: float, step: int, tokens: int, flops: float) -> None:
        """A step was done, at `busy` compute seconds of the run."""
        self.step = step
        self.tokens = tokens
        self.flops = flops
        self.window.append((busy, step, tokens))

    def _across(self, part: int) -> float | None:
        if len(self.window) < 2:
            return None
        first, last = self.window[0], self.window[-1]
        seconds = last[0] - first[0]
        return (last[part] - first[part]) / seconds if seconds > 0 else None

    @property
    def tokens_per_second(self) -> float | None:
        """Δtokens / Δcompute over the window."""
        return self._across(2)

    @property
    def steps_per_second(self) -> float | None:
        """Δsteps / Δcompute over the window."""
        return self._across(1)

    @property
    def share(self) -> float | None:
        """Done, 0 to 1; None when the length is unknown."""
        if self.status in ("done", "skipped"):
            return 1.0
        return min(1.0, self.step / self.steps) if self.steps else None

    @property
    def seconds_left(self) -> float | None:
        """Compute seconds until the end, by the steps that were done here; None: too few to say."""
        if self.status in ("done", "skipped"):
            return 0.0
        rate = self.steps_per_second
        if not rate or not self.steps or len(self.window) <= LEAST_STEPS:
            return None
        return max(0, self.steps - self.step) / rate
