"""The moments of a run that one can go back to: its evaluations, picks and frozen weights."""

from dataclasses import dataclass, field, replace
from typing import Literal

from tui_trainer.messages.events import StageName

KEPT = 400  # more than a timeline has cells; beyond, every other one is forgotten

What = Literal["corpus", "evaluation", "pick", "reinforcement", "frozen"]


@dataclass(frozen=True)
class Moment:
    """A place in the log: the state after its first `position` records."""

    position: int
    stage: StageName
    step: int
    what: What


@dataclass
class Moments:
    """In order, thinned out evenly as they become too many: the same log leaves the same moments."""

    kept: list[Moment] = field(default_factory=list)
    stride: int = 1  # one of so many is kept
    met: int = 0

    def mark(self, moment: Moment) -> None:
        """Take in a moment; one of the same step goes on, as pictures follow a validation."""
        if self.kept and replace(self.kept[-1], position=moment.position) == moment:
            self.kept[-1] = moment
            return
        self.met += 1
        if (self.met - 1) % self.stride and moment.what in ("evaluation", "reinforcement"):
            return
        self.kept.append(moment)
        if len(self.kept) > KEPT:
            self.kept = self.kept[::2]
            self.stride *= 2

    def __len__(self) -> int:
        return len(self.kept)
