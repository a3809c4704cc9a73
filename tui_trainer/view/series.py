"""A curve of any length in bounded memory: per bucket of steps the lowest, highest and last value."""

import math
from array import array
from dataclasses import dataclass, field

CAPACITY = 1024  # buckets; twice the columns of any plot
_NAN, _INFINITE = math.nan, math.inf


def _empty() -> "array[float]":
    return array("d")


@dataclass
class Series:
    """Values at growing steps.

    When all buckets are in use, neighbors are merged and each bucket spans twice as many steps. The result
    depends on the values alone, never on how they were batched.
    """

    width: int = 1  # steps a bucket
    low: "array[float]" = field(default_factory=_empty)
    high: "array[float]" = field(default_factory=_empty)
    final: "array[float]" = field(default_factory=_empty)
    broken: int | None = None  # the first step whose value was not a finite number

    def add(self, step: int, value: float) -> None:
        """Take in one value; one that is not finite leaves a gap and is remembered."""
        bucket = step // self.width
        if bucket >= len(self.low):
            bucket = self._make_room(step)
        if not -_INFINITE < value < _INFINITE:
            self.broken = step if self.broken is None else self.broken
            return
        if not self.low[bucket] <= value:  # also when it is NaN
            self.low[bucket] = value
        if not self.high[bucket] >= value:
            self.high[bucket] = value
        self.final[bucket] = value

    def _make_room(self, step: int) -> int:
        """The bucket of a step beyond all that there are."""
        while step // self.width >= CAPACITY:
            self._merge()
        bucket = step // self.width
        for column in (self.low, self.high, self.final):
            column.extend([_NAN] * (bucket + 1 - len(column)))
        return bucket

    def _merge(self) -> None:
        if len(self.low) % 2:
            for column in (self.low, self.high, self.final):
                column.append(_NAN)
        self.width *= 2
        self.low = array("d", map(_least, self.low[::2], self.low[1::2]))
        self.high = array("d", map(_greatest, self.high[::2], self.high[1::2]))
        self.final = array("d", map(_latest, self.final[::2], self.final[1::2]))

    @property
    def last(self) -> float | None:
        """The latest finite value."""
        return next((value for value in reversed(self.final) if value == value), None)

    @property
    def end(self) -> int:
        """The first step beyond all buckets."""
        return len(self.final) * self.width

    @property
    def extremes(self) -> tuple[float, float] | None:
        """The lowest and the highest value."""
        lows = [value for value in self.low if value == value]
        return (min(lows), max(value for value in self.high if value == value)) if lows else None

    def at(self, step: float) -> float | None:
        """The value at a step, or the nearest one before it."""
        bucket = min(int(step) // self.width, len(self.final) - 1)
        return next((v for v in reversed(self.final[: bucket + 1]) if v == v), None) if bucket >= 0 else None

    def between(self, step: float) -> float:
        """A growing count at a step: interpolated from 0 at step 0, at its mean rate beyond the last."""
        # A bucket's final value belongs to the last step in it that was taken.
        known = len(self.final) * self.width - 1 if self.width > 1 else len(self.final) - 1
        last = self.last or 0.0
        if step >= known:
            return last * step / known if known > 0 else 0.0
        bucket = int((step + 1) // self.width)
        low_step = bucket * self.width - 1
        low = (self.at(low_step) or 0.0) if low_step > 0 else 0.0
        high = self.at(min(low_step + self.width, known)) or low
        share = (step - max(0, low_step)) / self.width
        return low + (high - low) * min(1.0, max(0.0, share))

    def columns(self, start: float, end: float, count: int) -> list[tuple[float, float, float]]:
        """(step, low, high) of at most `count` columns between two steps; NaN where there is nothing."""
        # More columns than buckets would draw gaps where nothing is missing.
        count = max(1, min(count, -(-int(end - start) // self.width)))
        span = (end - start) / count
        out = [(start + (index + 0.5) * span, _NAN, _NAN) for index in range(count)]
        for bucket, (low, high) in enumerate(zip(self.low, self.high, strict=True)):
            column = int((bucket * self.width - start) / span) if span > 0 else 0
            if low != low or not 0 <= column <= count:
                continue
            at = min(column, count - 1)
            step, lowest, highest = out[at]
            out[at] = (step, _least(lowest, low), _greatest(highest, high))
        return out


def _least(a: float, b: float) -> float:
    return b if a != a else a if b != b else min(a, b)


def _greatest(a: float, b: float) -> float:
    return b if a != a else a if b != b else max(a, b)


def _latest(a: float, b: float) -> float:
    return b if b == b else a
