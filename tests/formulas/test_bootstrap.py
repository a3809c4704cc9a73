"""The bootstrap against scipy's."""

import numpy as np
import pytest
from scipy import stats

from tui_trainer.formulas.bootstrap import ratio_interval, resampled


def test_each_draw_is_of_as_many_cases() -> None:
    times = resampled(7, seed=3, draws=50)
    assert times.shape == (50, 7) and (times.sum(axis=1) == 7).all() and (times >= 0).all()
    assert (times == resampled(7, seed=3, draws=50)).all() and (times != resampled(7, seed=4, draws=50)).any()


def test_a_ratio_s_interval_is_that_of_scipy() -> None:
    draw = np.random.default_rng(0)
    wholes = draw.integers(0, 6, 40).astype(float)
    parts = np.array([draw.binomial(int(whole), 0.4) for whole in wholes], float)
    theirs = stats.bootstrap(
        (parts, wholes),
        lambda p, w, axis: p.sum(axis=axis) / w.sum(axis=axis),
        paired=True,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert ratio_interval(parts.tolist(), wholes.tolist(), 2) == pytest.approx(theirs, abs=0.02)


def test_of_nothing_nothing_is_known() -> None:
    assert ratio_interval([], [], 0) == ratio_interval([0, 0], [0, 0], 0) == (0.0, 1.0)
