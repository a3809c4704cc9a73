"""The curves of over-optimization, against enumeration, direct simulation and another library's fit."""

import math
import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from tui_trainer.formulas.overoptimization import (
    best_of_n,
    best_of_n_at,
    best_of_n_kl,
    fit_best_of_n,
    fit_reinforced,
    reinforced_at,
)
from tui_trainer.run import unleashed
from tui_trainer.settings import Settings, changed

SCORES = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 0.5000001, 2.0, 7.25]), min_size=1, max_size=7)


@given(SCORES, st.data())
def test_best_of_n_is_the_mean_over_all_draws(proxy: list[float], data: st.DataObject) -> None:
    worth = data.draw(st.lists(st.floats(-5, 5), min_size=len(proxy), max_size=len(proxy)))
    n = data.draw(st.integers(1, len(proxy)))
    found = []
    for draw in combinations(range(len(proxy)), n):
        best = max(proxy[i] for i in draw)
        alike = [worth[i] for i in draw if proxy[i] == best]  # one of them, by lot
        found.append(sum(alike) / len(alike))
    assert best_of_n(proxy, worth, n) == pytest.approx(sum(found) / len(found), abs=1e-9)


def test_best_of_n_as_it_is_simulated() -> None:
    draw = random.Random(0)
    proxy = [draw.gauss(0, 1) for _ in range(40)]
    worth = [p + draw.gauss(0, 2) for p in proxy]
    for n in (1, 3, 16, 40):
        tried = [max(draw.sample(range(40), n), key=lambda i: proxy[i]) for _ in range(20_000)]
        mean = sum(worth[i] for i in tried) / len(tried)
        assert best_of_n(proxy, worth, n) == pytest.approx(mean, abs=0.06)
    with pytest.raises(ValueError, match="best of 41"):
        best_of_n(proxy, worth, 41)


@pytest.mark.parametrize("n", [1, 2, 5, 16])
def test_the_kl_of_the_best_of_n_by_enumeration(n: int) -> None:
    """Of many equally likely answers, the i-th is the best of n draws with (i^n - (i - 1)^n) / m^n."""
    m = 20_000
    chances = [(i / m) ** n - ((i - 1) / m) ** n for i in range(1, m + 1)]
    kl = sum(p * math.log(p * m) for p in chances if p > 0)
    assert best_of_n_kl(n) == pytest.approx(kl, abs=1e-3)


@pytest.mark.parametrize(
    ("fit", "curve"),
    [
        (fit_best_of_n, lambda d, a, b: d * (a - b * d)),
        (fit_reinforced, lambda d, a, b: d * (a - b * np.log(d))),
    ],
)
def test_fits_as_scipy_does(fit, curve) -> None:  # type: ignore[no-untyped-def]  # functions of the module
    draw = random.Random(1)
    distances = [0.05 + 0.1 * i for i in range(40)]
    points = [(d, float(curve(d, 1.3, 0.4)) + draw.gauss(0, 0.05)) for d in distances]
    ys = np.array([y for _, y in points])
    wanted, _ = curve_fit(curve, np.array(distances), ys, p0=(1.0, 1.0))
    assert fit(points) == pytest.approx(tuple(wanted), rel=1e-6)
    assert fit([(0.0, 0.0), (math.nan, 1.0), (1.0, math.inf), *points]) == pytest.approx(fit(points))


def test_the_peak_of_best_of_n() -> None:
    assert best_of_n_at((1.3, 0.4), 1.3 / 0.8) == pytest.approx(1.3**2 / 1.6)


def test_where_a_fit_says_nothing() -> None:
    assert fit_reinforced([(1.0, 2.0), (2.0, 3.0)]) is None
    assert fit_best_of_n([(1.0, 2.0)] * 5) is None
    assert reinforced_at((1.0, 1.0), 0.0) == 0.0


def test_the_contrast_differs_in_the_leash_alone() -> None:
    off, on = (changed(Settings(), unleashed.assignments(leashed)).feedback for leashed in (False, True))
    assert off.beta == 0 and on.beta == unleashed.LEASH
    assert {f: getattr(off, f) for f in off.__struct_fields__ if f != "beta"} == {
        f: getattr(on, f) for f in on.__struct_fields__ if f != "beta"
    }
