"""The few formulas that give a measured figure its uncertainty."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

Z95 = 1.959963984540054  # the normal distribution's 97.5 % point


def proportion_interval(k: float, n: int) -> tuple[float, float]:
    """95 % interval of a proportion k/n (Wilson 1927), ties in k being halves; (0, 1) when there is none."""
    if not n:
        return 0.0, 1.0
    p = k / n
    centre = p + Z95**2 / (2 * n)
    spread = Z95 * sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


# 97.5 % points of Student's t distribution, for 1, 2, ... degrees of freedom.
T95 = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788)


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % interval of a mean (Student 1908; normal from 14 values on); None of fewer than two values."""
    if len(values) < 2:
        return None
    quantile = T95[len(values) - 2] if len(values) - 2 < len(T95) else Z95
    spread = quantile * stdev(values) / sqrt(len(values))
    return fmean(values) - spread, fmean(values) + spread
