"""Intervals against scipy, and by how often they catch what is true."""

import itertools
import math
import statistics

import numpy as np
import pytest
from scipy import stats

from tui_trainer.formulas.intervals import (
    Z95,
    grouped_interval,
    mean_interval,
    mean_share_interval,
    paired_interval,
    proportion_interval,
    t95,
)


@pytest.mark.parametrize("freedom", [*range(1, 41), 99, 100, 999, 5_000])
def test_student_s_quantile_is_scipy_s(freedom: int) -> None:
    assert t95(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-10)


@pytest.mark.parametrize("n", [2, 5, 13, 14, 15, 200])
def test_a_mean_s_interval_is_scipy_s(n: int) -> None:
    values = list(np.random.default_rng(n).normal(3, 2, n))
    expected = stats.t.interval(0.95, n - 1, statistics.fmean(values), stats.sem(values))
    assert mean_interval(values) == pytest.approx(expected, rel=1e-10)
    assert mean_interval(values[:1]) is None


def test_of_none_and_of_all_a_bound_is_exact() -> None:
    for n in range(1, 200):
        assert proportion_interval(0, n)[0] == 0.0
        assert proportion_interval(n, n)[1] == 1.0


def test_half_a_win_is_half_a_win() -> None:
    """Wilson's limits solve (share - p)^2 = z^2 p (1 - p) / n, halves or not."""
    for k, n in ((6.5, 8), (7.5, 8), (2.5, 4), (0.5, 1), (101.5, 160)):
        for limit in proportion_interval(k, n):
            assert (k / n - limit) ** 2 == pytest.approx(Z95**2 * limit * (1 - limit) / n)
    low, high = proportion_interval(4, 8)
    assert low == pytest.approx(1 - high)


# -- answers in groups -------------------------------------------------------------------------------------


def test_answers_that_are_alike_count_as_one() -> None:
    once = [[0.0], [1.0], [1.0], [1.0], [1.0], [0.0], [1.0], [1.0]]
    often = [group * 20 for group in once]
    assert grouped_interval(often) == pytest.approx(grouped_interval(once))
    low, high = grouped_interval(once)
    plain = proportion_interval(6, 8)
    assert low < plain[0] < plain[1] < high and high - low < 1.25 * (plain[1] - plain[0])


def test_groups_that_are_all_the_same_count_once_each() -> None:
    few = 12 * (Z95 / t95(11)) ** 2
    assert grouped_interval([[1.0] * 10] * 12) == proportion_interval(few, few)
    assert grouped_interval([[0.5] * 10] * 12) == pytest.approx(proportion_interval(few / 2, few))
    assert grouped_interval([[1.0, 0.0, 1.0]]) == pytest.approx(proportion_interval(2 / 3, 1))
    assert grouped_interval([]) == (0.0, 1.0)


@pytest.mark.parametrize("alike", [0.3, 3.0])
def test_the_true_mean_over_groups_is_caught(alike: float) -> None:
    """Each group has a chance of its own, beta-distributed about 0.7; seven answers, as in a win rate."""
    rng, caught = np.random.default_rng(0), 0
    for _ in range(1000):
        chances = rng.beta(0.7 * alike, 0.3 * alike, 24)
        groups = [[float(x) for x in rng.random(7) < chance] for chance in chances]
        low, high = grouped_interval(groups)
        caught += low <= 0.7 <= high
    assert 920 <= caught <= 975


# -- shares ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shares", [[0.0, 1.0], [1.0, 1.0, 0.98], [0.0, 0.01, 0.2], [1.0] * 5, [0.97] * 9])
def test_a_share_s_interval_stays_within_0_and_1_where_student_s_does_not(shares: list[float]) -> None:
    low, high = mean_share_interval(shares)
    assert 0 <= low <= statistics.fmean(shares) <= high <= 1 and low < high
    narrow = mean_interval(shares)
    assert narrow is not None and (narrow[0] < 0 or narrow[1] > 1 or narrow[0] == pytest.approx(narrow[1]))


def test_in_the_middle_a_share_s_interval_is_student_s() -> None:
    shares = [float(x) for x in np.random.default_rng(0).beta(20, 20, 200)]
    assert mean_share_interval(shares) == pytest.approx(mean_interval(shares), abs=1e-4)
    assert mean_share_interval(shares[:1]) == (0.0, 1.0)


@pytest.mark.parametrize(("a", "b"), [(2, 2), (9, 1), (30, 1)])
def test_the_true_mean_of_shares_is_caught(a: float, b: float) -> None:
    rng, caught = np.random.default_rng(0), 0
    for _ in range(1000):
        low, high = mean_share_interval([float(x) for x in rng.beta(a, b, 10)])
        caught += low <= a / (a + b) <= high
    assert 915 <= caught <= 975


# -- the same questions, twice -----------------------------------------------------------------------------


def _table(both: int, first: int, second: int, neither: int) -> tuple[list[bool], list[bool]]:
    before = [True] * (both + first) + [False] * (second + neither)
    return before, [True] * both + [False] * first + [True] * second + [False] * neither


def test_without_correlation_it_is_newcombe_s_interval_of_two_samples() -> None:
    before, after = _table(20, 20, 5, 5)  # 20 * 5 = 20 * 5
    (low_b, high_b), (low_a, high_a) = proportion_interval(40, 50), proportion_interval(25, 50)
    low, high = paired_interval(before, after)
    assert low == pytest.approx(0.3 - math.hypot(0.8 - low_b, high_a - 0.5))
    assert high == pytest.approx(0.3 + math.hypot(high_b - 0.8, 0.5 - low_a))


def test_what_goes_together_narrows_it_and_the_other_way_round_is_the_mirror() -> None:
    loose, tight = paired_interval(*_table(40, 20, 10, 5)), paired_interval(*_table(55, 12, 2, 6))
    assert tight[1] - tight[0] < loose[1] - loose[0]
    before, after = _table(55, 12, 2, 6)
    low, high = paired_interval(after, before)
    assert paired_interval(before, after) == pytest.approx((-high, -low))
    low, high = paired_interval([True] * 30, [True] * 30)  # no change is no proof that there is none
    assert low < -0.05 and high > 0.05
    assert paired_interval([], []) == (-1.0, 1.0)


@pytest.mark.parametrize("chances", [(0.7, 0.1, 0.05, 0.15), (0.5, 0.2, 0.2, 0.1), (0.85, 0.05, 0.02, 0.08)])
def test_the_true_difference_is_caught(chances: tuple[float, float, float, float]) -> None:
    """Coverage over all tables of thirty questions."""
    n, difference, covered = 30, chances[1] - chances[2], 0.0
    for table in itertools.product(range(n + 1), repeat=3):
        if (rest := n - sum(table)) < 0:
            continue
        low, high = paired_interval(*_table(*table, rest))
        if low <= difference <= high:
            covered += float(stats.multinomial.pmf([*table, rest], n, chances))
    assert covered > 0.94
