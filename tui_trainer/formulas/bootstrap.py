"""The bootstrap: how a figure would vary, were other cases like these drawn (Efron 1979)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000


def resampled(cases: int, seed: int, draws: int = DRAWS) -> NDArray[np.int64]:
    """How often each case is drawn: (draws, cases), rows sum to `cases`."""
    generator = np.random.Generator(np.random.PCG64(seed))
    return generator.multinomial(cases, np.full(cases, 1 / cases), size=draws)


def quantiles(values: NDArray[Any]) -> tuple[float, float]:
    """The middle 95 %."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def ratio_interval(parts: Sequence[float], wholes: Sequence[float], seed: int) -> tuple[float, float]:
    """95 % interval of the sum of the parts over that of the wholes, by the quantiles of the bootstrap over
    cases; (0, 1) where the wholes are nothing.

    Args:
        parts: of each case; of questions about the same entity, which are alike, their sum.
        wholes: of each case.
        seed: of the draws.
    """
    times = resampled(max(1, len(wholes)), seed) if wholes else np.zeros((0, 0), np.int64)
    below = times @ np.asarray(wholes, float)
    if not len(times) or not below.any():
        return 0.0, 1.0
    above = times @ np.asarray(parts, float)
    return quantiles(above[below > 0] / below[below > 0])
