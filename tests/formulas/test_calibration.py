"""The calibration error against a plain re-implementation, and its interval against scipy's bootstrap."""

import math
import random

import numpy as np
import pytest
from scipy import stats

from tui_trainer.formulas.calibration import calibration, calibration_interval, expected_calibration_error


def _answers(n: int, seed: int = 0) -> tuple[list[float], list[bool]]:
    """Of a model that is right less often than it is sure."""
    draw = random.Random(seed)
    confidence = [draw.random() ** 0.5 for _ in range(n)]
    return confidence, [draw.random() < c * c for c in confidence]


def _plainly(confidence: list[float], right: list[bool]) -> float:
    total = 0.0
    for at in range(10):
        inside = [
            (c, r)
            for c, r in zip(confidence, right, strict=True)
            if at / 10 <= c and (c < (at + 1) / 10 or at == 9)
        ]
        if inside:
            gap = sum(c for c, _ in inside) / len(inside) - sum(r for _, r in inside) / len(inside)
            total += len(inside) / len(confidence) * abs(gap)
    return total


@pytest.mark.parametrize("seed", range(5))
def test_the_error_is_that_of_a_plain_loop(seed: int) -> None:
    confidence, right = _answers(200, seed)
    assert expected_calibration_error(confidence, right) == pytest.approx(_plainly(confidence, right))


def test_a_known_case() -> None:
    confidence, right = [0.95] * 10 + [0.35] * 10, [True] * 8 + [False] * 2 + [True] * 3 + [False] * 7
    first, second = calibration(confidence, right)
    assert (first.confidence, first.accuracy, first.answers) == (pytest.approx(0.35), pytest.approx(0.3), 10)
    assert (second.confidence, second.accuracy, second.answers) == (
        pytest.approx(0.95),
        pytest.approx(0.8),
        10,
    )
    assert expected_calibration_error(confidence, right) == pytest.approx((0.05 + 0.15) / 2)


def test_full_confidence_belongs_to_the_last_bin() -> None:
    assert [b.answers for b in calibration([1.0, 0.99, 0.0], [True, True, False])] == [1, 2]
    assert expected_calibration_error([1.0], [True]) == 0
    assert expected_calibration_error([], []) == 0


def test_the_interval_is_that_of_scipy() -> None:
    confidence, right = _answers(150)

    def error(c: np.ndarray, r: np.ndarray) -> float:
        return expected_calibration_error(c.tolist(), r.astype(bool).tolist())

    theirs = stats.bootstrap(
        (np.array(confidence), np.array(right, float)),
        error,
        paired=True,
        vectorized=False,
        method="basic",
        n_resamples=400,
        rng=np.random.default_rng(1),
    ).confidence_interval
    mine = calibration_interval(confidence, right, seed=2)
    assert mine == pytest.approx((theirs.low, theirs.high), abs=0.015)
    assert mine == calibration_interval(confidence, right, seed=2)


def test_the_interval_catches_the_true_error() -> None:
    # Right in c squared of the answers of confidence c, which is the root of a uniform: so each bin's error
    # is the mean of c - c squared over it, and nowhere below 0.
    true = 2 / 3 - 1 / 2
    caught = 0
    for seed in range(60):
        confidence, right = _answers(150, seed)
        low, high = calibration_interval(confidence, right, seed, draws=300)
        caught += low <= true <= high
    assert caught >= stats.binom.ppf(0.01, 60, 0.9)
    assert math.isclose(true, 1 / 6)


def test_too_few_answers_say_nothing() -> None:
    assert calibration_interval([0.5], [True], 0) == (0.0, 1.0)


def test_an_interval_lies_within_0_and_1_and_holds_what_was_found() -> None:
    """Every bin is as right as it is sure, by luck: of all samples of these answers none is so good."""
    confidence = [at for at in (0.25, 0.5, 0.75) for _ in range(4)]
    right = [at < 4 * sure for sure in (0.25, 0.5, 0.75) for at in range(4)]
    assert expected_calibration_error(confidence, right) == 0
    low, high = calibration_interval(confidence, right, seed=0)
    assert 0 <= low <= high <= 1
