"""How a curve of the learning stages is laid out: what counts on the x axis, what part of it, which scale."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tui_trainer.messages.events import StageName
from tui_trainer.view import numbers
from tui_trainer.view.state import State

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


STEPS = (1.0, 2.0, 2.5, 5.0)  # times a power of ten: between two labels of an axis
Ticks = list[tuple[float, str]]


def even(low: float, high: float, rows: int) -> tuple[float, float, Ticks]:
    """Bottom, top and ticks of a y axis from at most `low` to at least `high`: round numbers, with the same
    number of rows, two or more, between any two.

    So the top is no tick itself, where the rows don't come out even.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if not high > low:
        high = low + (abs(low) or 1.0)
    spaces, wanted = max(1, rows - 1), 5 if rows >= 9 else 3
    found: list[tuple[float, float, float, int]] = []  # how bad, bottom, step, rows apart
    for rows_apart in range(2 if spaces > 3 else 1, spaces + 1):
        many = spaces / rows_apart
        steps = _steps((high - low) / many)
        # Below and above nothing alike, one space alone holds no round numbers.
        step = next((step for step in islice(steps, 12) if _fits(low, high, step, many)), None)
        if step is None:
            continue
        bottom = _below(low, step)
        waste = step * many / (high - low)
        found.append((waste + 0.15 * abs(spaces // rows_apart + 1 - wanted), bottom, step, rows_apart))
    if not found:
        return low, high, [(low, f"{low:5.3g}"), (high, f"{high:5.3g}")]
    _, bottom, step, rows_apart = min(found)
    values = [bottom + step * number for number in range(spaces // rows_apart + 1)]
    labels = [f"{0.0 if abs(value) < step / 1e6 else value:.6g}" for value in values]
    widest = max(5, *(len(label) for label in labels))
    ticks = [(value, label.rjust(widest)) for value, label in zip(values, labels, strict=True)]
    return bottom, bottom + step * spaces / rows_apart, ticks


def rounds(low: float, high: float, many: int) -> list[float]:
    """Round numbers at even distances within a range, about so many."""
    if not high > low:
        return [low]
    step = next(_steps((high - low) / many))
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _steps(least: float) -> Iterator[float]:
    """Round numbers from about `least` on."""
    power = 10.0 ** math.floor(math.log10(least))
    while True:
        yield from (step * power for step in STEPS if step * power >= least * (1 - 1e-9))
        power *= 10


def _below(low: float, step: float) -> float:
    return math.floor(low / step + 1e-9) * step


def _fits(low: float, high: float, step: float, steps: float) -> bool:
    return _below(low, step) + step * steps >= high - (high - low) * 1e-9


def apart(
    ticks: Ticks, window: tuple[float, float], cells: float, gap: float = 1.0, row: bool = False
) -> Ticks:
    """Those whose labels do not touch, the first ones having the right of way.

    Args:
        cells: that the window takes, across or, where the labels stand in rows of their own, upward.
        row: whether they do.
    """
    low, high = window
    kept: list[tuple[float, float]] = []
    shown = []
    for at, label in ticks:
        middle = (at - low) / ((high - low) or 1.0) * cells
        half = 0.5 if row else len(label) / 2
        if all(middle - half >= end + gap or middle + half <= start - gap for start, end in kept):
            kept.append((middle - half, middle + half))
            shown.append((at, label))
    return shown
