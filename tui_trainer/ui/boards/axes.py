"""How a curve of the learning stages is laid out: what counts on the x axis, what part of it, which scale."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_trainer.events import StageName
from tui_trainer.ui.drawing import numbers
from tui_trainer.ui.state import State

Span = tuple[StageName, int, int]  # a stage with its first and last step on an axis of all steps
SMALLEST_ZOOM = 1 / 64


@dataclass(frozen=True)
class Unit:
    """What counts on the x axis; `series` is its curve over the steps, None where steps themselves count."""

    name: str
    series: str | None
    label: Callable[[float], str]


UNITS: tuple[Unit, ...] = (
    Unit("steps", None, numbers.count),
    Unit("tokens", "tokens", numbers.short),
    Unit("FLOPs", "flops", numbers.short),
    Unit("computing time", "seconds", numbers.duration),
)


@dataclass
class View:
    """What a person has chosen to see of a chart."""

    unit: Unit = UNITS[0]
    log: bool = False
    cursor: int | None = None  # a step, counted over all learning stages
    zoom: tuple[float, float] = (0.0, 1.0)  # shares of the whole axis

    @property
    def zoomed(self) -> bool:
        return self.zoom != (0.0, 1.0)

    def zoom_by(self, factor: float, middle: float) -> None:
        """Show `factor` of what is shown now, around a share of the whole axis."""
        low, high = self.zoom
        width = min(1.0, max(SMALLEST_ZOOM, (high - low) * factor))
        start = min(max(0.0, middle - width / 2), 1.0 - width)
        self.zoom = (0.0, 1.0) if width == 1.0 else (start, start + width)


class XAxis:
    """Where each step of each stage stands, in a unit."""

    def __init__(self, state: State, spans: Sequence[Span], unit: Unit) -> None:
        self.state, self.unit = state, unit
        # How many tokens a stage will take is known once it has begun.
        self.spans = [s for s in spans if unit.series is None or state.curve(s[0], unit.series) is not None]
        self._starts: dict[StageName, float] = {}
        self.end = 0.0
        for stage, first, last in self.spans:
            self._starts[stage] = self.end
            self.end = self.position(stage, last - first)

    def position(self, stage: StageName, step: float) -> float:
        """Of a step of a stage; beyond what has been run, as it has gone so far."""
        start = self._starts[stage]
        if self.unit.series is None:
            return start + step
        series = self.state.curve(stage, self.unit.series)
        assert series is not None  # spans without one were left out
        return start + series.between(step)

    def window(self, view: View) -> tuple[float, float]:
        """The part that is shown."""
        low, high = view.zoom
        return self.end * low, self.end * high


def log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """1, 2, 5 times the powers of ten in a range, at their logarithms; at least the two ends."""
    found = [
        digit * 10.0**power
        for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for digit in (1, 2, 5)
    ]
    found = [value for value in found if low * 0.999 <= value <= high * 1.001]
    if len(found) < 2:
        found = [low, high]
    return [(math.log10(value), f"{value:.3g}".rjust(5)) for value in found]
