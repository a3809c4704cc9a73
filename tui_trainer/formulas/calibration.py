"""How far a stated confidence goes with being right.

Answers are put into bins by their confidence. Of a calibrated model's answers in the bin around .8, .8 are
right (Guo et al. 2017, arXiv 1706.04599).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tui_trainer.formulas.bootstrap import DRAWS, quantiles, resampled

BINS = 10  # of equal width


class Bin(Struct, frozen=True):
    """The answers whose confidence lies in one tenth."""

    confidence: float  # mean
    accuracy: float
    answers: int


def _place(confidence: NDArray[Any]) -> NDArray[np.int64]:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def calibration(confidence: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """The bins that have answers, the least confident first.

    Args:
        confidence: from 0 to 1, of each answer.
        right: whether it was.
    """
    stated, was = np.asarray(confidence, float), np.asarray(right, float)
    place = _place(stated)
    return [
        Bin(float(stated[place == at].mean()), float(was[place == at].mean()), int((place == at).sum()))
        for at in np.unique(place)
    ]


def expected_calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """The distance of confidence and accuracy, over the bins, each weighted by its answers; 0 of none."""
    found = calibration(confidence, right)
    return sum(b.answers * abs(b.confidence - b.accuracy) for b in found) / max(1, len(confidence))


def calibration_interval(
    confidence: Sequence[float], right: Sequence[bool], seed: int, draws: int = DRAWS
) -> tuple[float, float]:
    """95 % interval of the expected calibration error, by the bootstrap over answers.

    The error of a sample is too large by chance, and that of a sample of the sample again by as much: so the
    quantiles are turned over at the value found (Davison and Hinkley 1997, 5.2, the basic interval), which
    takes that off where the quantiles themselves would add it. Where that would end below the value found, it
    ends there.

    Args:
        seed: of the draws.
    """
    n = len(confidence)
    if n < 2:
        return 0.0, 1.0
    stated, was = np.asarray(confidence, float), np.asarray(right, float)
    excess, place = stated - was, _place(stated)
    times = resampled(n, seed, draws)
    sums = np.stack([times @ (excess * (place == at)) for at in range(BINS)])
    low, high = quantiles(np.abs(sums).sum(axis=0) / n)
    found = expected_calibration_error(confidence, right)
    return max(0.0, 2 * found - high), min(1.0, max(found, 2 * found - low))
