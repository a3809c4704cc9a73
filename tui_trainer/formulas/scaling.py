"""How loss falls with size and text: a law fitted to a few models, that foresees others.

    L(N, D) = E + A / N^alpha + B / D^beta

of N parameters and D tokens read (Hoffmann et al. 2022, arXiv 2203.15556). E is what no model of this kind
comes below, A / N^alpha what it costs to be small, B / D^beta what it costs to have read little. At the best
size for each compute it is a power law with that offset, of exponent alpha beta / (alpha + beta).
"""

from collections.abc import Sequence
from itertools import combinations
from math import sqrt
from statistics import fmean

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tui_trainer.formulas.intervals import t95

Run = tuple[float, float, float]  # parameters, tokens read, loss in nats a token
FEWEST = 6  # runs; the law has five numbers
LOWEST, HIGHEST = 0.02, 2.0  # exponents
GRID = 21  # of each exponent, in each round
ROUNDS = 7


class Law(Struct, frozen=True):
    """The five numbers of it."""

    floor: float  # E
    a: float
    alpha: float
    b: float
    beta: float

    def loss(self, parameters: float, tokens: float) -> float:
        """What it foresees, in nats a token."""
        return float(self.floor + self.a * parameters**-self.alpha + self.b * tokens**-self.beta)

    @property
    def exponent(self) -> float:
        """Of compute, at the best size for each."""
        return self.alpha * self.beta / (self.alpha + self.beta)


def fit(runs: Sequence[Run]) -> Law | None:
    """The law with the least squared relative error; None of too few runs.

    For given exponents it is linear in E, A and B, which can't be negative; the exponents are searched for on
    ever finer grids.
    """
    if len(runs) < FEWEST or not np.isfinite(runs).all() or min(map(min, runs)) <= 0:
        return None
    n, d, loss = np.array(runs, dtype=np.float64).T
    scale_n, scale_d = np.exp(np.log(n).mean()), np.exp(np.log(d).mean())
    at_n, at_d = np.log(n / scale_n), np.log(d / scale_d)
    low, high = np.log([LOWEST, LOWEST]), np.log([HIGHEST, HIGHEST])
    best = np.zeros(6)  # alpha, beta, E, A, B, error
    for _ in range(ROUNDS):
        alphas, betas = (np.exp(np.linspace(low[i], high[i], GRID)) for i in (0, 1))
        best = min(
            (_linear(at_n, at_d, loss, alpha, betas) for alpha in alphas), key=lambda found: float(found[5])
        )
        step = (high - low) / (GRID - 1) * 1.5
        middle = np.log(best[:2])
        low, high = np.maximum(middle - step, np.log(LOWEST)), np.minimum(middle + step, np.log(HIGHEST))
    alpha, beta, floor, a, b, _ = map(float, best)
    return Law(floor, a * float(scale_n) ** alpha, alpha, b * float(scale_d) ** beta, beta)


def _linear(
    at_n: NDArray[np.float64],
    at_d: NDArray[np.float64],
    loss: NDArray[np.float64],
    alpha: float,
    betas: NDArray[np.float64],
) -> NDArray[np.float64]:
    """For one alpha the best of these betas, and E, A and B of it: alpha, beta, E, A, B, error."""
    ones = np.ones((len(betas), len(loss)))
    columns = np.stack([ones, ones * np.exp(-alpha * at_n), np.exp(-betas[:, None] * at_d)], axis=2)
    columns = (
        columns / loss[None, :, None]
    )  # relative errors: a small loss is to be met as well as a large one
    gram = columns.mT @ columns
    target = columns.sum(axis=1)
    found = np.zeros((len(betas), 3))
    errors = np.full(len(betas), np.inf)
    for size in (1, 2, 3):  # which of the three are not 0
        for chosen in combinations(range(3), size):
            part = np.array(chosen)
            small = gram[:, part[:, None], part] + 1e-12 * np.eye(size)
            solved = np.linalg.solve(small, target[:, part, None])[..., 0]
            tried = np.zeros((len(betas), 3))
            tried[:, part] = solved
            error = ((columns @ tried[..., None])[..., 0] - 1) ** 2
            sums = np.where((solved >= 0).all(axis=1), error.sum(axis=1), np.inf)
            better = sums < errors
            found[better], errors[better] = tried[better], sums[better]
    at = int(errors.argmin())
    return np.array([alpha, betas[at], *found[at], errors[at]])


def exponent_interval(runs: Sequence[Run]) -> tuple[float, float] | None:
    """95 % interval of the exponent of compute, by the jackknife: the law fitted without each run in turn."""
    law = fit(runs)
    without = [fit([*runs[:i], *runs[i + 1 :]]) for i in range(len(runs))]
    found = [each.exponent for each in without if each is not None]
    if law is None or len(found) < len(runs):
        return None
    n, mean = len(found), fmean(found)
    spread = sqrt((n - 1) / n * sum((x - mean) ** 2 for x in found)) * t95(n - 1)
    return law.exponent - spread, law.exponent + spread


def r_squared(foreseen: Sequence[float], found: Sequence[float]) -> float:
    """The share of the variance of what was found that was foreseen: 1 is all, 0 what their mean foresees."""
    mean = fmean(found)
    left = sum((y - x) ** 2 for x, y in zip(foreseen, found, strict=True))
    return 1 - left / sum((y - mean) ** 2 for y in found)
