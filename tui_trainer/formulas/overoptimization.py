"""How far a proxy can be pushed before what it stands for falls.

The curves are those of Gao et al. 2022 (arXiv 2210.10760). Both ways of pushing are measured by d = sqrt(KL)
to the policy they began from: choosing the best of n of its answers by the proxy, and reinforcement. What is
gained over that policy fits

    best of n:      R(d) = d (a - b d)
    reinforcement:  R(d) = d (a - b log d)

with a, the slope of the beginning, and b, how soon it turns. Pure functions of numbers: the learning measures
with them, and the screen draws with them.
"""

import math
from collections.abc import Callable, Sequence

Point = tuple[float, float]  # d, and what is gained there
Fit = tuple[float, float]  # a, b


def best_of_n_kl(n: int) -> float:
    """KL of the best of n answers to one answer, in nats: ln n - (n - 1) / n.

    Exact where no two answers are worth the same; with ties, and where answers can be the same text, an upper
    bound (Beirami et al. 2024, arXiv 2401.01879).
    """
    return math.log(n) - (n - 1) / n


def best_of_n(proxy: Sequence[float], worth: Sequence[float], n: int) -> float:
    """Mean worth of the answer that the proxy likes best among n, over all ways to draw n of the answers.

    Without repetition and without bias: with the answers in the order of their proxy, the i-th of N is the
    best of n in C(i - 1, n - 1) of C(N, n) draws. Those that the proxy likes alike share their places.

    Args:
        proxy: of each of the N answers.
        worth: of each; the proxy itself, or gold.

    Raises:
        ValueError: n is not from 1 to N.
    """
    total = len(proxy)
    if not 1 <= n <= total:
        raise ValueError(f"the best of {n} can't be drawn from {total}")
    order = sorted(range(total), key=lambda i: proxy[i])
    draws = math.comb(total, n)
    found, first = 0.0, 0
    while first < total:
        last = first
        while last < total and proxy[order[last]] == proxy[order[first]]:
            last += 1
        alike = order[first:last]
        share = (math.comb(last, n) - math.comb(first, n)) / draws  # that the best one is among these
        found += share * sum(worth[i] for i in alike) / len(alike)
        first = last
    return found


def fit_best_of_n(points: Sequence[Point]) -> Fit | None:
    """Least squares of d (a - b d); None where there is too little to tell."""
    return _least_squares(points, lambda d: -d * d)


def fit_reinforced(points: Sequence[Point]) -> Fit | None:
    """Least squares of d (a - b log d); None where there is too little to tell."""
    return _least_squares(points, lambda d: -d * math.log(d))


def best_of_n_at(fit: Fit, d: float) -> float:
    """d (a - b d)."""
    return d * (fit[0] - fit[1] * d)


def reinforced_at(fit: Fit, d: float) -> float:
    """d (a - b log d), 0 at 0."""
    return d * (fit[0] - fit[1] * math.log(d)) if d > 0 else 0.0


def _least_squares(points: Sequence[Point], bend: Callable[[float], float]) -> Fit | None:
    """a and b of a * d + b * bend(d), by the normal equations."""
    usable = [(d, y) for d, y in points if d > 0 and math.isfinite(d) and math.isfinite(y)]
    if len(usable) < 3:
        return None
    rows = [(d, bend(d), y) for d, y in usable]
    uu, uv, vv = (sum(r[i] * r[j] for r in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    uy, vy = (sum(r[i] * r[2] for r in rows) for i in (0, 1))
    determinant = uu * vv - uv * uv
    if determinant <= 1e-12 * uu * vv:  # all at one distance
        return None
    return (uy * vv - vy * uv) / determinant, (vy * uu - uy * uv) / determinant
