"""Whether the picks show a taste at all, or are what a rater gets who picks at random.

Each decided pick is predicted by what the others taught, without itself. How well that goes is held against
raters who pick at random, simulated: the same pairs, ties where there were ties, a coin for every other pick.
A taste is found where at most `LEVEL` of them are predicted as well: a permutation test (Fisher 1935), exact,
for the pairs that it is made on don't depend on the picks (`pairs`). With pairs that were chosen by what was
picked, five of a hundred raters at random were called somebody with a taste at a level of one. What is
compared is the log-likelihood of the picks left out: a right guess at 95 % says more than one at 55 %.

A rater who always picks the same side is one who picks at random, for the sides are shuffled.
"""

from math import comb
from typing import Literal

import numpy as np
from msgspec import Struct

from tui_trainer.learning.preferences.reward_model import PRIOR_SCALE, Array, fit_all_cauchy, sigmoid

LEVEL = 0.01  # of the raters at random may be called somebody with a taste
RATERS = 399  # simulated, at the least: as many as a level can be told apart with
STRICTEST = 5  # times that the level is halved; after that it stays: each time takes twice as many raters
# How well each rater is fitted: so that it is quick. All alike, so the test is exact however well.
CLOSE, EXACT = 0.1, 1e-3
LEFT = 0.01  # a lean to one side that a coin has more rarely is named
LEAST = 6  # decided picks: of fewer, no order of wins and losses is rare enough

Reason = Literal["", "few", "ties", "side", "random"]


class Chance(Struct, frozen=True):
    """The picks beside what is left to chance."""

    picks: int
    decided: int  # picks of a side
    predicted: int  # of them, predicted by the others: it decides nothing
    raters: int  # at random
    share: float  # of these, itself counted, who are predicted as well: this decides
    level: float  # of these, so many may be called somebody with a taste


def level_of(looks: int) -> float:
    """The level of a test, it having been looked so often before without a taste found: half of it each time,
    so that going on until something is found finds nothing in a coin."""
    return float(LEVEL / 2 ** min(looks, STRICTEST))


def against_chance(differences: Array, wins: Array, seed: int, level: float = LEVEL) -> Chance:
    """The test.

    Args:
        differences: (n, d), scaled features of A less those of B.
        wins: (n,), 1 where A was picked, 0 where B, 0.5 for a tie.
        seed: fixes the coins.
        level: of the raters at random, so many may be called somebody with a taste.
    """
    decided = wins != 0.5
    raters = max(RATERS, round(1 / level) - 1)  # fewer, and nobody could be rare enough
    coins = np.random.default_rng(seed).integers(0, 2, (raters, len(wins)))
    every = np.concatenate([wins[None], np.where(decided, coins, 0.5)])
    chance = left_out(differences, every, PRIOR_SCALE)
    given = np.where(every > 0.5, chance, 1 - chance)[:, decided]
    fits, hits = np.log(given).sum(1), (given > 0.5).sum(1)
    return Chance(
        picks=len(wins),
        decided=int(decided.sum()),
        predicted=int(hits[0]),
        raters=raters,
        share=float(np.mean(fits >= fits[0] - 1e-9)),
        level=level,
    )


def left_out(differences: Array, wins: Array, scale: float | Array) -> Array:
    """The chance of A in each comparison, by what the others taught: (raters, n).

    To first order around the posterior of all (Pregibon 1981): without comparison i, the log-odds m and their
    variance v become m - v (y - p) / (1 - h v) and v / (1 - h v), with h = p (1 - p).
    """
    found = fit_all_cauchy(differences, wins, scale, CLOSE, EXACT)
    logits = found.mean @ differences.T
    p = sigmoid(logits)
    v = np.einsum("rnd,nd->rn", differences @ found.covariance, differences)
    rest = 1 - p * (1 - p) * v
    logits, v = logits - v * (wins - p) / rest, v / rest
    return sigmoid(logits / np.sqrt(1 + np.pi / 8 * v))


def reason(chance: Chance, left: tuple[int, int]) -> Reason:
    """Why no taste was found; "" where one was.

    Args:
        left: picks of the left side, and of a side.
    """
    if chance.decided < LEAST:
        return "ties" if chance.picks >= LEAST else "few"
    if chance.share <= chance.level:
        return ""
    return "side" if coin(*left) <= LEFT else "random"


def coin(k: int, n: int) -> float:
    """How rarely a fair coin is as one-sided as k of n: both tails of the binomial."""
    least = min(k, n - k)
    return min(1.0, 2 * sum(comb(n, i) for i in range(least + 1)) * 0.5**n)
