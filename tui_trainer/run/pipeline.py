"""What the trainer needs to know of the work it drives; `stages` has the real one, tests have toys."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from tui_trainer.learning.stage import Stage
from tui_trainer.messages.events import (
    Choice,
    Measured,
    PairOffered,
    SpeedMeasured,
    StageName,
    WeightsFrozen,
    WeightsName,
)
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.settings import Settings


class Phase(Struct, frozen=True):
    """A part of a run with a `Stage` of its own; several can belong to one stage on the screen."""

    key: str  # names it in checkpoints
    stage: StageName
    freezes: WeightsName | None = None  # weights to hash and write at its end
    long: bool = False  # one long step: commands are taken between its events as well


class Rater(Protocol):
    """A simulated rater."""

    def choose(self, pair: PairOffered) -> Choice:
        """Always the same for the same pair."""


class Pipeline(Protocol):
    """The phases of one run, and the model that goes through them."""

    @property
    def phases(self) -> tuple[Phase, ...]:
        """All of them, in order."""

    def machine(self) -> dict[str, str]:
        """What of the machine decides the numbers, besides its threads: the precision, say."""

    def close(self) -> None:
        """The run ends, or stops: let go of other processes that take part in it."""

    def may_choose_threads(self) -> bool:
        """Whether a step's time is that of this process's threads: not where others take part, or a GPU."""

    def fastest_threads(self, most: int) -> int:
        """On how many threads, of at most so many, a step takes the least time now. Leaves no trace."""

    def measure_speed(self, most: int) -> SpeedMeasured:
        """Time a few steps that leave no trace.

        Args:
            most: threads, of which the fastest number is taken from here on; 0: as many as now.
        """

    def reason_to_skip(self, stage: StageName, settings: Settings) -> str | None:
        """One line for people if the stage has nothing to do."""

    def enter(self, phase: Phase, settings: Settings, measured: Mapping[str, Measured]) -> Stage:
        """The phase's stage, at its first step.

        Called in order of the phases; the first call of a process takes up the weights that the phases
        before this one left on disk.

        Args:
            measured: figures of the run so far.
        """

    def freeze(self, weights: WeightsName) -> WeightsFrozen:
        """Hash and write the model's weights. Raises `OSError`."""

    def look(self, look: Look) -> Looked:
        """Read a text with the model as it is, changing nothing. Raises `UserError` if there is none."""

    def rater(self, name: str) -> Rater:
        """A simulated rater by its taste. Raises `ValueError`."""
