"""The scaling law: found again where it is known, and honest where it does not hold."""

import random

import numpy as np
import pytest
from scipy.optimize import least_squares

from tui_trainer.formulas.scaling import Law, exponent_interval, fit, r_squared

KNOWN = (
    Law(0.6, 40.0, 0.4, 30.0, 0.25),
    Law(1.69, 406.4, 0.34, 410.7, 0.28),  # Hoffmann et al. 2022, of their models
    Law(0.0, 12.0, 0.15, 900.0, 0.6),
)
SIZES = (4e4, 8e4, 1.3e5, 2.7e5, 4.6e5)
COMPUTE = (6e10, 1.2e11, 2.4e11)


def runs(law: Law, noise: float = 0.0, seed: int = 0) -> list[tuple[float, float, float]]:
    """Sizes at equal compute."""
    draw = random.Random(seed)
    found = []
    for n in SIZES:
        for c in COMPUTE:
            d = c / (6 * n)
            found.append((n, d, law.loss(n, d) * (1 + noise * draw.gauss(0, 1))))
    return found


@pytest.mark.parametrize("law", KNOWN)
def test_an_exact_law_is_found_again(law: Law) -> None:
    found = fit(runs(law))
    assert found is not None
    assert (found.alpha, found.beta) == pytest.approx((law.alpha, law.beta), rel=0.02)
    assert found.exponent == pytest.approx(law.exponent, rel=0.02)
    assert found.floor == pytest.approx(law.floor, abs=0.05)
    for n, d in ((2e4, 1e5), (1e6, 1e6)):  # beyond what it was fitted on
        assert found.loss(n, d) == pytest.approx(law.loss(n, d), rel=0.02)


@pytest.mark.parametrize("law", KNOWN)
@pytest.mark.parametrize("seed", range(3))
def test_nothing_fits_better(law: Law, seed: int) -> None:
    """SciPy, which begins at the truth, comes to no smaller error."""
    noisy = runs(law, noise=0.02, seed=seed)
    found = fit(noisy)
    assert found is not None
    n, d, loss = np.array(noisy).T

    def errors(x: np.ndarray) -> np.ndarray:
        floor, log_a, alpha, log_b, beta = x
        return (floor + np.exp(log_a) * n**-alpha + np.exp(log_b) * d**-beta) / loss - 1

    begin = [law.floor + 1e-6, np.log(law.a), law.alpha, np.log(law.b), law.beta]
    low, high = [0, -9, 0.02, -9, 0.02], [9, 99, 2, 99, 2]
    best = least_squares(errors, begin, bounds=(low, high), max_nfev=4000)
    own = sum((found.loss(*run[:2]) / run[2] - 1) ** 2 for run in noisy)
    assert own <= 1.01 * float((errors(best.x) ** 2).sum())


@pytest.mark.parametrize("law", KNOWN)
def test_sizes_left_out_are_foreseen(law: Law) -> None:
    every = runs(law, noise=0.01)
    left = [r for r in every if r[0] in (SIZES[1], SIZES[4])]
    found = fit([r for r in every if r not in left])
    assert found is not None
    assert r_squared([found.loss(n, d) for n, d, _ in left], [y for *_, y in left]) > 0.95


def test_what_follows_no_law_is_not_foreseen() -> None:
    draw = random.Random(1)
    every = [(n, d, draw.uniform(1, 3)) for n, d, _ in runs(KNOWN[0])]
    left = [r for r in every if r[0] in (SIZES[1], SIZES[4])]
    found = fit([r for r in every if r not in left])
    assert found is not None
    assert r_squared([found.loss(n, d) for n, d, _ in left], [y for *_, y in left]) < 0.5


def test_the_interval_holds_the_exponent_and_grows_with_noise() -> None:
    law = KNOWN[0]
    narrow, wide = (exponent_interval(runs(law, noise)) for noise in (0.001, 0.02))
    assert narrow is not None and wide is not None
    assert narrow[0] <= law.exponent <= narrow[1]
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])


def test_nothing_is_negative_and_too_little_is_no_law() -> None:
    flat = [(n, d, 2.0) for n, d, _ in runs(KNOWN[0])]
    found = fit(flat)
    assert found is not None and min(found.floor, found.a, found.b) >= 0
    assert found.loss(1e5, 1e5) == pytest.approx(2.0, rel=1e-3)
    assert fit(flat[:5]) is None
    assert fit([*flat, (1e5, 1e5, float("nan"))]) is None


def test_r_squared_is_the_share_that_was_foreseen() -> None:
    assert r_squared([1, 2, 3], [1, 2, 3]) == 1
    assert r_squared([2, 2, 2], [1, 2, 3]) == 0
    assert r_squared([1, 2, 4], [1, 2, 3]) == pytest.approx(0.5)
