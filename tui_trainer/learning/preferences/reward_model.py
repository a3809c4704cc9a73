"""The reward model: which of two answers a rater will pick, learnt from a few picks, with its own doubt.

Bradley-Terry (1952): P(A over B) = sigmoid(r(A) - r(B)), with r linear in the scaled features of an
answer. With two dozen picks the weights are far from certain, so they are a distribution: a Cauchy prior, for
most tastes are about one or two things and all else is nothing to them (Gelman et al. 2008), the posterior by
Laplace's approximation (Bishop 2006, section 4.5; MacKay 1992). A weight for each feature is refitted from
scratch within milliseconds at every pick, and the posterior says which pair would teach most.

Tried and dropped: a head on the model's hidden states. 128 raw features reached 0.57 agreement after 20 picks
where eight named ones reached over 0.8. A normal prior of one width: it blames a little on everything that
happened to go along. Features without correlation (ZCA whitening): what is one feature's became a little of
all, which a prior for few features works against.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tui_trainer.formulas.bootstrap import quantiles

Array = NDArray[np.float64]

PRIOR_SCALE = 0.5  # half of all weights are within it, in log-odds per standard deviation of a feature
RARE = 0.02  # share of the answers in which a feature is not what it is in most
UNIT = 1.0  # log-odds: scores that spread further are divided by their spread; none are ever stretched
CLIP = 3.0  # standard deviations beyond which a feature counts no further

# What makes 95 % intervals hold the truth as often, found by simulation (tests/bench/coverage.py): by the
# posterior alone they held it in 72 to 93 %. Picks are steadier than the prior takes them to be, so that all
# of its weights are too small by one factor, which nobody knows; apart from it they are known better than it
# says. A taste that no feature names is not covered: there it is surer than it should be.
SPREAD = 0.7  # of the weights, as a share of the posterior's
STEADIER, UNKNOWN = 0.5, 0.3  # mean and deviation of the factor's logarithm
TASTES = 1000  # drawn


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))


class Scaling(Struct, frozen=True):
    """Features to numbers of mean 0 and variance 1 over a pool of answers, and none far out.

    A feature that is the same in nearly all answers of the pool is left out: it would be 0 but for a few odd
    answers, whose pairs would look like the ones that teach most.
    """

    mean: Array  # (features,)
    std: Array  # (features,); 0 where a feature is left out

    @staticmethod
    def of(pool: Array) -> "Scaling":
        """The scaling by a pool of answers' features (answers, features)."""
        varies = np.mean(pool != np.median(pool, axis=0), axis=0) >= RARE
        return Scaling(pool.mean(0), pool.std(0) * varies)

    def __call__(self, features: Array, clip: float = CLIP) -> Array:
        """(..., features) to (..., features)."""
        kept = self.std > 0
        scaled = (features - self.mean) / np.where(kept, self.std, 1) * kept
        return np.asarray(np.clip(scaled, -clip, clip))


class Posteriors(Struct, frozen=True):
    """Posteriors of the weights, one for each of several raters of the same pairs (Laplace)."""

    mean: Array  # (raters, d)
    covariance: Array  # (raters, d, d)


def fit_all(
    differences: Array,
    wins: Array,
    prior_std: float | Array,
    start: Array | None = None,
    close: float = 1e-10,
) -> Posteriors:
    """Posterior of each rater's weights after comparisons, with a normal prior.

    The mean is the maximum of sum_i [y_i log s(w.x_i) + (1 - y_i) log s(-w.x_i)] - sum_j w_j^2 / (2 std_j^2),
    found by Newton's method; the covariance is the inverse of the negative Hessian there (Laplace).

    Args:
        differences: (n, d), features of A minus features of B.
        wins: (raters, n), 1 where A was picked, 0 where B, 0.5 for a tie (half a win each).
        prior_std: of every weight, (d,) of each, or (raters, d).
        start: (raters, d), where to begin to look; it changes nothing but the time taken.
        close: a gradient of this size is none.
    """
    raters, (n, d) = len(wins), differences.shape
    std = np.array(np.broadcast_to(np.asarray(prior_std, dtype=float), (raters, d)))
    ridge, own = std**-2, np.arange(d)
    weights: Array = np.zeros((raters, d)) if start is None else start
    squares = (differences[:, :, None] * differences[:, None, :]).reshape(n, d * d)

    def loss(w: Array) -> Array:
        logits = w @ differences.T
        return np.asarray((np.logaddexp(0, logits) - wins * logits).sum(1) + 0.5 * (ridge * w * w).sum(1))

    def hessian(w: Array) -> Array:
        chance = sigmoid(w @ differences.T)
        found = ((chance * (1 - chance)) @ squares).reshape(raters, d, d)
        found[:, own, own] += ridge
        return found

    for _ in range(50):
        gradient = (sigmoid(weights @ differences.T) - wins) @ differences + ridge * weights
        if np.abs(gradient).max(initial=0) < close:
            break
        step = np.linalg.solve(hessian(weights), gradient[:, :, None])[:, :, 0]
        size, before = np.ones((raters, 1)), loss(weights)
        # The loss is convex, but a full Newton step can overshoot where the sigmoid is flat.
        while (far := (loss(weights - size * step) > before) & (size[:, 0] > 1e-6)).any():
            size[far] /= 2
        weights = weights - size * step
    return Posteriors(weights, np.asarray(np.linalg.inv(hessian(weights))))


def fit_all_cauchy(
    differences: Array, wins: Array, scale: float | Array, close: float = 1e-3, exact: float = 1e-10
) -> Posteriors:
    """The same with a Cauchy prior of this scale, or (d,) of these, on each weight.

    A Cauchy is a normal whose precision is itself unknown, and gamma-distributed with shape 1/2 and rate
    scale^2 / 2. Weights and precisions are taken to be independent in the posterior, and found in turn until
    they agree: the weights by `fit_all`, each precision by its mean 1 / ((scale^2 + E[w^2]) / 2) (variational
    Bayes: Bishop 2006, section 10.1; Tipping 2001).

    Args:
        close: precisions that change by a smaller share than this agree.
        exact: as `close` of `fit_all`.
    """
    raters, d = len(wins), differences.shape[1]
    scales = np.broadcast_to(np.asarray(scale, dtype=float), (raters, d))
    precision: Array = scales**-2.0
    found = Posteriors(np.zeros((raters, d)), np.zeros((raters, d, d)))
    for _ in range(50):
        found = fit_all(differences, wins, precision**-0.5, found.mean, exact)
        spread = np.diagonal(found.covariance, axis1=1, axis2=2)
        before, precision = precision, 2 / (scales**2 + found.mean**2 + spread)
        if np.abs(precision / before - 1).max(initial=0) < close:
            break
    return found


def fit_cauchy(differences: Array, wins: Array, scale: float | Array = PRIOR_SCALE) -> tuple[Array, Array]:
    """`fit_all_cauchy` of one rater, whose wins are (n,): mean (d,), covariance (d, d)."""
    found = fit_all_cauchy(differences, wins[None], scale)
    return found.mean[0], found.covariance[0]


class RewardModel:
    """A posterior over tastes, refitted at each pick.

    Args:
        pool: features (answers, features) of the tuned model's own answers; they set the scaling, and the
            scale of `score`.
    """

    def __init__(self, pool: Array) -> None:
        self.scaling = Scaling.of(pool)
        self._pool = self.scaling(pool)
        self._differences: list[Array] = []
        self._wins: list[float] = []
        self._hits: list[bool] = []  # of each decided pick: predicted right, before it was seen
        self._refit()

    def _refit(self) -> None:
        x = np.array(self._differences).reshape(-1, self._pool.shape[1])
        self.mean, self.covariance = fit_cauchy(x, np.array(self._wins))
        scores = self._pool @ self.mean
        self._shift, self._scale = float(scores.mean()), max(UNIT, float(scores.std()))

    @property
    def comparisons(self) -> int:
        """Picks that say something: A, B and ties."""
        return len(self._wins)

    def probability(self, a: Array, b: Array) -> float:
        """Chance that an answer with features `a` is picked over one with `b`, its own doubt included.

        The sigmoid averaged over the posterior, by MacKay's approximation: s(m / sqrt(1 + pi v / 8)).
        """
        x = self.scaling(a) - self.scaling(b)
        spread = 1 + np.pi / 8 * (x @ self.covariance @ x)
        return float(sigmoid(np.asarray(x @ self.mean / np.sqrt(spread))))

    def tastes(self) -> Array:
        """Weights (`TASTES`, d) that the picks leave open, as far as the features can tell: drawn from the
        posterior, with how steady the rater is drawn beside it. The same draws each time."""
        z = np.random.Generator(np.random.PCG64(0)).normal(size=(TASTES, len(self.mean) + 1))
        weights = self.mean + SPREAD * z[:, 1:] @ np.linalg.cholesky(self.covariance).T
        return np.asarray(np.exp(STEADIER + UNKNOWN * z[:, :1]) * weights)

    def probability_interval(self, a: Array, b: Array) -> tuple[float, float]:
        """95 % interval of the same chance: what it could be under the tastes that the picks leave open.

        Its own doubt included, a chance is nearer to one half than in most of them: it is never left out.
        """
        x = self.scaling(a) - self.scaling(b)
        low, high = sigmoid(np.array(quantiles(self.tastes() @ x)))
        given = self.probability(a, b)
        return min(float(low), given), max(float(high), given)

    def chances(self, x: Array) -> Array:
        """`probability` of each of some scaled differences (pairs, d): (pairs,)."""
        spread = 1 + np.pi / 8 * np.einsum("ni,ij,nj->n", x, self.covariance, x)
        return sigmoid(x @ self.mean / np.sqrt(spread))

    def learn(self, a: Array, b: Array, win: float) -> None:
        """One comparison: `win` is 1 when A was picked, 0 when B was, 0.5 for a tie."""
        if self.comparisons and win != 0.5:
            self._hits.append((self.probability(a, b) > 0.5) == (win > 0.5))
        self._differences.append(self.scaling(a) - self.scaling(b))
        self._wins.append(win)
        self._refit()

    def learn_all(self, chosen: Sequence[Array], rejected: Sequence[Array]) -> None:
        """Many comparisons at once, the first of each pair preferred; nothing is predicted in between."""
        self._differences += [
            self.scaling(a) - self.scaling(b) for a, b in zip(chosen, rejected, strict=True)
        ]
        self._wins += [1.0] * len(chosen)
        self._refit()

    def revise(self, comparison: int, win: float) -> None:
        """Another look at a comparison (0 is the first): it is worth this now. What was predicted stands."""
        self._wins[comparison] = win
        self._refit()

    def agreement(self, last: int | None = None) -> tuple[int, int]:
        """Prequential agreement (Dawid 1984): of the decided picks after the first, those predicted right
        *before* they were learnt from, and how many there were.

        Args:
            last: only of so many of the latest.
        """
        hits = self._hits if last is None else self._hits[-last:]
        return sum(hits), len(hits)

    def information(self, x: Array) -> Array:
        """How much picking from each pair would teach: p (1 - p) x' S x, for scaled differences (pairs, d).

        The expected shrinking of the posterior S, to first order: pairs whose outcome is open *and* which
        pull on weights that are not yet known.
        """
        chance = sigmoid(x @ self.mean)
        return np.asarray(chance * (1 - chance) * np.einsum("ni,ij,nj->n", x, self.covariance, x))

    def score(self, features: Array, clip: float = CLIP) -> Array:
        """Reward of answers (n, d): (n,), mean 0 over the tuned model's answers.

        Their variance over these is 1 (Gao et al. 2022) once the picks spread the log-odds that far. Before,
        scores are the log-odds as they are: stretched to 1, what little is believed after few picks, blind
        ones or ties would be a taste as strong as any.

        Args:
            clip: standard deviations beyond which a feature counts no further.
        """
        return np.asarray((self.scaling(features, clip) @ self.mean - self._shift) / self._scale)

    def weights(self, names: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Per named feature: log-odds of being picked for one standard deviation more, and the doubt."""
        kept = self.scaling.std > 0
        mean, std = self.mean * kept, np.sqrt(np.diag(self.covariance)) * kept
        return {name: (float(m), float(s)) for name, m, s in zip(names, mean, std, strict=True)}
