"""The few formulas that give a measured figure its uncertainty.

Each 95 % interval is made by a rule that catches the true value in about 95 of 100 measurements like it.
"""

from collections.abc import Sequence
from functools import cache
from math import cos, inf, pi, sin, sqrt, tan
from statistics import fmean, stdev

Z95 = 1.959963984540054  # the normal distribution's 97.5 % point


def proportion_interval(k: float, n: float) -> tuple[float, float]:
    """95 % interval of a proportion k/n (Wilson 1927); (0, 1) when nothing was observed.

    Args:
        k: a tie is half of one.
    """
    if not n:
        return 0.0, 1.0
    p = k / n
    center = p + Z95**2 / (2 * n)
    spread = Z95 * sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    low = (center - spread) / scale if k > 0 else 0.0  # exactly: of nothing, the difference is rounding
    high = (center + spread) / scale if k < n else 1.0
    return max(0.0, low), min(1.0, high)


def grouped_interval(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """95 % interval of the mean over groups of the mean in each, of values from 0 to 1; (0, 1) of no group.

    Answers to one prompt are alike, and count as one answer as far as they are: see `mean_share_interval`.
    """
    if len(groups) < 2:
        return proportion_interval(sum(map(fmean, groups)), len(groups))
    return mean_share_interval([fmean(group) for group in groups], sum(map(len, groups)))


def mean_share_interval(shares: Sequence[float], most: float = inf) -> tuple[float, float]:
    """95 % interval of the mean of shares, each from 0 to 1; (0, 1) of fewer than two.

    Student's would leave 0..1, and near its ends hold the true mean too seldom. Instead Wilson's, for as many
    independent answers as the spread from share to share says, and with Student's quantile for so few (Korn
    and Graubard 1998; with Wilson's, Dean and Pagano 2015). Shares that are all the same count as one answer
    each: their spread says nothing.

    Args:
        most: there are no more answers than this.
    """
    if len(shares) < 2:
        return 0.0, 1.0
    mean, error = fmean(shares), stdev(shares) / sqrt(len(shares))
    count = min(mean * (1 - mean) / error**2, most) if error > 0 else len(shares)
    count *= (Z95 / t95(len(shares) - 1)) ** 2
    return proportion_interval(mean * count, count)


def paired_interval(before: Sequence[bool], after: Sequence[bool]) -> tuple[float, float]:
    """95 % interval of the share in `before` less that in `after`, of the same questions; (-1, 1) of none.

    Newcombe 1998 (Statistics in Medicine 17: 2635-2650), method 10: Wilson's intervals of both, and how far
    the two go together.
    """
    n = len(before)
    both = sum(a and b for a, b in zip(before, after, strict=True))
    first, second = sum(before), sum(after)
    neither = n - first - second + both
    if not n:
        return -1.0, 1.0
    (low_b, high_b), (low_a, high_a) = proportion_interval(first, n), proportion_interval(second, n)
    together = float(both * neither - (first - both) * (second - both))
    if together > 0:
        together = max(together - n / 2, 0.0)
    margins = first * (n - first) * second * (n - second)
    correlation = together / sqrt(margins) if margins else 0.0
    p, q = first / n, second / n

    def reach(x: float, y: float) -> float:
        return sqrt(max(0.0, x * x - 2 * correlation * x * y + y * y))

    return p - q - reach(p - low_b, high_a - q), p - q + reach(high_b - p, q - low_a)


@cache
def t95(freedom: int) -> float:
    """97.5 % point of Student's t distribution, by the finite sums for its integral (Abramowitz and Stegun
    1964, 26.7.3 and 26.7.4), of which a bisection finds where it is 95 %.

    Args:
        freedom: degrees of it, 1 or more.
    """

    def within(angle: float) -> float:
        """P(|T| < sqrt(freedom) tan(angle))."""
        square, term, total = cos(angle) ** 2, 1.0, 0.0
        if freedom % 2:
            term = cos(angle)
            for i in range(3, freedom + 1, 2):
                total, term = total + term, term * square * (i - 1) / i
            return 2 / pi * (angle + sin(angle) * total)
        for i in range(2, freedom + 1, 2):
            total, term = total + term, term * square * (i - 1) / i
        return sin(angle) * total

    low, high = 0.0, pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < 0.95 else (low, middle)
    return sqrt(freedom) * tan(low)


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % interval of a mean (Student 1908); None of fewer than two values. Of shares: see above."""
    if len(values) < 2:
        return None
    spread = t95(len(values) - 1) * stdev(values) / sqrt(len(values))
    return fmean(values) - spread, fmean(values) + spread
