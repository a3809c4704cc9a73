"""The reward model against scipy, brute-force integration and worked examples."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import norm

from tui_trainer.learning.preferences.reward_model import (
    CLIP,
    SPREAD,
    STEADIER,
    UNKNOWN,
    RewardModel,
    Scaling,
    fit_all,
    fit_cauchy,
)


def fit(x: np.ndarray, y: np.ndarray, prior_std: float) -> tuple[np.ndarray, np.ndarray]:
    """`fit_all` of one rater."""
    found = fit_all(x, y[None], prior_std)
    return found.mean[0], found.covariance[0]


def _comparisons(n: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    y = rng.choice([0.0, 0.5, 1.0], size=n, p=[0.4, 0.2, 0.4])
    return x, y


def _negative_log_posterior(w: np.ndarray, x: np.ndarray, y: np.ndarray, prior: float) -> float:
    p = expit(x @ w)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() + (w**2).sum() / (2 * prior**2))


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_is_the_maximum_that_scipy_finds(seed: int) -> None:
    x, y = _comparisons(24, 8, seed)
    found = minimize(_negative_log_posterior, np.zeros(8), (x, y, 1.3), method="BFGS", options={"gtol": 1e-9})
    mean, _ = fit(x, y, prior_std=1.3)
    np.testing.assert_allclose(mean, found.x, atol=1e-6)


def test_the_covariance_is_the_inverse_of_the_numeric_hessian() -> None:
    x, y = _comparisons(24, 3, 1)
    mean, covariance = fit(x, y, prior_std=1.3)
    h = 1e-4 * np.eye(3)

    def f(step: np.ndarray) -> float:
        return _negative_log_posterior(mean + step, x, y, 1.3)

    hessian = [[(f(a + b) - f(a - b) - f(b - a) + f(-a - b)) / (4e-8) for a in h] for b in h]
    np.testing.assert_allclose(covariance, np.linalg.inv(hessian), rtol=1e-5)


def test_laplace_is_near_the_posterior_that_a_grid_gives() -> None:
    x, y = _comparisons(30, 2, 3)
    axis = np.linspace(-4, 4, 201)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    logs = np.array([-_negative_log_posterior(w, x, y, 1.0) for w in grid])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    exact_mean = weights @ grid
    exact_std = np.sqrt(weights @ (grid - exact_mean) ** 2)
    mean, covariance = fit(x, y, prior_std=1.0)
    np.testing.assert_allclose(mean, exact_mean, atol=0.1)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), exact_std, rtol=0.1)


def test_separable_picks_have_a_finite_answer() -> None:
    x = np.array([[30.0], [40.0], [50.0]])
    mean, covariance = fit(x, np.ones(3), prior_std=0.7)
    assert 0 < mean[0] < 5 and covariance[0, 0] > 0


def test_with_a_cauchy_prior_precisions_and_weights_agree() -> None:
    """A fixed point of both equations, the weights' being solved by scipy."""
    x, y = _comparisons(24, 5, 2)
    mean, covariance = fit_cauchy(x, y, scale=0.5)
    std = ((0.25 + mean**2 + np.diag(covariance)) / 2) ** 0.5

    def posterior(w: np.ndarray) -> float:
        return _negative_log_posterior(w, x, y, 1.0) - float((w**2).sum() / 2 - (w**2 / std**2).sum() / 2)

    found = minimize(posterior, np.zeros(5), method="BFGS", options={"gtol": 1e-9})
    np.testing.assert_allclose(mean, found.x, atol=5e-3)


def test_with_a_cauchy_prior_one_weight_takes_the_credit() -> None:
    """Of two things that went along by chance, what explains every pick is believed, the other hardly."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 8))
    y = (x[:, 3] > 0).astype(float)
    sparse, _ = fit_cauchy(x, y)
    spread, _ = fit(x, y, prior_std=0.7)

    def rest(w: np.ndarray) -> float:
        return float(np.abs(np.delete(w, 3)).max() / w[3])

    assert rest(sparse) < rest(spread) / 3 and rest(sparse) < 0.05


def test_without_picks_there_is_the_prior() -> None:
    mean, covariance = fit(np.zeros((0, 4)), np.zeros(0), prior_std=2.0)
    np.testing.assert_allclose(mean, 0)
    np.testing.assert_allclose(covariance, 4 * np.eye(4))


def _pool(seed: int = 0, n: int = 400) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pool = rng.uniform(-1, 1, size=(n, 4)) @ rng.normal(size=(4, 4)) * [1, 10, 0.1, 3] + 5
    return np.column_stack([pool, np.full(n, 7.0)])  # the last one never varies


def test_scaled_features_have_mean_0_and_variance_1() -> None:
    pool = _pool()
    scaled = Scaling.of(pool)(pool, clip=np.inf)[:, :4]
    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(scaled.std(0), 1)


def test_a_feature_that_hardly_ever_varies_counts_for_nothing() -> None:
    pool = _pool(n=400)
    pool[:7, 4] = 9.0  # in 7 of 400 answers; the share from which it counts is 8
    assert Scaling.of(pool)(pool)[0, 4] == 0
    pool[7, 4] = 9.0
    assert Scaling.of(pool)(pool)[0, 4] != 0


def test_a_feature_that_never_varies_counts_for_nothing() -> None:
    pool = _pool()
    model = RewardModel(pool)
    odd = pool[:1].copy()
    odd[0, 4] = 1e6
    np.testing.assert_array_equal(model.scaling(odd), model.scaling(pool[:1]))
    model.learn(pool[0], pool[1], 1.0)
    assert model.weights(list("abcde"))["e"] == (0.0, 0.0)


def test_an_outlier_counts_no_more_than_its_clip() -> None:
    pool = _pool()
    scaling = Scaling.of(pool)
    far = pool[0].copy()
    far[0] = pool[:, 0].mean() + 100 * pool[:, 0].std()
    near = far.copy()
    near[0] = pool[:, 0].mean() + CLIP * pool[:, 0].std()
    np.testing.assert_allclose(scaling(far), scaling(near))


def test_scores_of_the_pool_have_mean_0_and_variance_1() -> None:
    pool = _pool()
    model = RewardModel(pool)
    for i in range(0, 20, 2):
        model.learn(pool[i], pool[i + 1], float(pool[i, 0] > pool[i + 1, 0]))
    scores = model.score(pool)
    assert abs(scores.mean()) < 1e-9 and abs(scores.std() - 1) < 1e-9


@pytest.mark.parametrize("picks", ["none", "one", "ties", "random"])
def test_where_the_picks_say_nothing_scores_are_not_stretched(picks: str) -> None:
    pool = _pool()
    for seed in range(10):
        rng, model = np.random.default_rng(seed), RewardModel(pool)
        rows = rng.permutation(len(pool))[: {"none": 0, "one": 2}.get(picks, 48)]
        for i, j in zip(rows[::2], rows[1::2], strict=True):
            model.learn(pool[i], pool[j], 0.5 if picks == "ties" else float(rng.random() < 0.5))
        scores, log_odds = model.score(pool), model.scaling(pool) @ model.mean
        np.testing.assert_allclose(scores, (log_odds - log_odds.mean()) / max(1, log_odds.std()), atol=1e-9)
        # What the posterior says of a taste: its mean and its doubt.
        says = model.covariance + np.outer(model.mean, model.mean)
        assert scores.var() <= np.trace(says @ np.cov(model.scaling(pool).T))
        if picks in ("none", "ties"):
            assert scores.std() < 1e-6


def test_weights_by_name_give_the_same_differences_of_scores() -> None:
    pool = _pool()
    model = RewardModel(pool)
    for i in range(0, 30, 2):
        model.learn(pool[i], pool[i + 1], float(pool[i, 1] > pool[i + 1, 1]))
    named = np.array([mean for mean, _ in model.weights(list("abcde")).values()])
    std = np.where(pool.std(0) > 0, pool.std(0), 1)
    expected = ((pool[40] - pool[41]) / std) @ named
    x = model.scaling(pool[40]) - model.scaling(pool[41])
    assert np.isclose(x @ model.mean, expected)
    # The doubt by name: from samples of the posterior.
    draws = np.random.default_rng(0).multivariate_normal(model.mean, model.covariance, 20000)
    spread = draws.std(0) * (model.scaling.std > 0)
    np.testing.assert_allclose([s for _, s in model.weights(list("abcde")).values()], spread, rtol=0.03)


def test_probability_is_the_average_over_the_posterior() -> None:
    pool = _pool()
    model = RewardModel(pool)
    for i in range(0, 12, 2):
        model.learn(pool[i], pool[i + 1], float(pool[i, 1] > pool[i + 1, 1]))
    draws = np.random.default_rng(0).multivariate_normal(model.mean, model.covariance, 100_000)
    for i in range(50, 60, 2):
        x = model.scaling(pool[i]) - model.scaling(pool[i + 1])
        assert abs(model.probability(pool[i], pool[i + 1]) - expit(draws @ x).mean()) < 0.02
        swapped = model.probability(pool[i + 1], pool[i])
        assert np.isclose(swapped, 1 - model.probability(pool[i], pool[i + 1]))


def test_an_interval_is_of_the_weights_and_of_how_steady_the_rater_is() -> None:
    """Its ends are quantiles of a product, a log-normal factor times a normal log-odds, by integration."""
    pool = _pool()
    model = RewardModel(pool)
    for i in range(0, 24, 2):
        model.learn(pool[i], pool[i + 1], float(pool[i, 1] > pool[i + 1, 1]))
    checked = 0
    for i in range(50, 70, 2):
        x = model.scaling(pool[i]) - model.scaling(pool[i + 1])
        middle, spread = x @ model.mean, SPREAD * np.sqrt(x @ model.covariance @ x)
        low, high = model.probability_interval(pool[i], pool[i + 1])
        given = model.probability(pool[i], pool[i + 1])
        assert low <= given <= high
        swapped = model.probability_interval(pool[i + 1], pool[i])
        np.testing.assert_allclose(swapped, (1 - high, 1 - low), atol=1e-9)
        for end, share in ((low, 0.025), (high, 0.975)):
            if end == given or not 1e-9 < end < 1 - 1e-9:
                continue

            def below(z: float, end: float = float(logit(end))) -> float:
                factor = np.exp(STEADIER + UNKNOWN * z)
                return float(norm.pdf(z) * norm.cdf((end / factor - middle) / spread))  # noqa: B023

            assert abs(quad(below, -8, 8)[0] - share) < 0.015
            checked += 1
    assert checked >= 10


def test_intervals_hold_the_truth_of_raters_linear_in_the_features() -> None:
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        pool = rng.normal(size=(300, 9))
        taste = np.zeros(9)
        taste[rng.choice(9, 2, replace=False)] = rng.choice([-2.0, 2.0], 2)
        model = RewardModel(pool)
        a, b = pool[:24], pool[24:48]
        wins = rng.random((24, 1)) < expit((a - b) @ taste)[:, None]
        model.learn_all(np.where(wins, a, b), np.where(wins, b, a))
        for one, other in rng.normal(size=(20, 2, 9)):
            low, high = (round(end, 2) for end in model.probability_interval(one, other))  # as shown
            held.append(low <= round(expit((one - other) @ taste), 2) <= high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_agreement_counts_predictions_made_before_the_pick() -> None:
    pool = np.array([[0.0], [1.0], [2.0], [3.0]])
    model = RewardModel(pool)
    model.learn(pool[1], pool[0], 1.0)  # the first is no prediction
    assert model.agreement() == (0, 0)
    model.learn(pool[3], pool[2], 1.0)  # more is better: right
    model.learn(pool[0], pool[3], 1.0)  # against all before: wrong
    model.learn(pool[0], pool[3], 0.5)  # a tie decides nothing
    assert model.agreement() == (1, 2)
    assert model.comparisons == 4


def test_information_is_largest_where_the_outcome_is_open_and_the_weights_unknown() -> None:
    pool = _pool()
    model = RewardModel(pool)
    for i in range(0, 40, 2):
        model.learn(pool[i], pool[i + 1], float(pool[i, 0] > pool[i + 1, 0]))
    a, b = pool[100:110], pool[110:120]
    got = model.information(model.scaling(a) - model.scaling(b))
    for i in range(10):
        x = model.scaling(a[i]) - model.scaling(b[i])
        p = expit(x @ model.mean)
        assert np.isclose(got[i], p * (1 - p) * (x @ model.covariance @ x))


def test_twenty_active_picks_learn_a_taste() -> None:
    rng = np.random.default_rng(0)
    agreements = []
    for _ in range(10):
        pool = rng.normal(size=(300, 8))
        taste = rng.normal(size=8)
        model = RewardModel(pool)
        first, second = pool[:150], pool[150:]
        scaled = model.scaling(first) - model.scaling(second)
        for _ in range(24):
            best = int(np.argmax(model.information(scaled)))
            model.learn(first[best], second[best], float((first[best] - second[best]) @ taste > 0))
        fresh = rng.normal(size=(2, 400, 8))
        right = (model.score(fresh[0]) > model.score(fresh[1])) == ((fresh[0] - fresh[1]) @ taste > 0)
        agreements.append(right.mean())
    assert np.mean(agreements) > 0.82  # FACTS: .83 to .88 for 20 picks of 8 features
