"""Whether picks show a taste: predictions against a refit, raters without a taste, and with one."""

from collections.abc import Callable
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from scipy.stats import binomtest

from tui_trainer.corpus import answers
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import Entity, Fact
from tui_trainer.learning.preferences.chance import (
    LEVEL,
    Chance,
    against_chance,
    coin,
    left_out,
    level_of,
    reason,
)
from tui_trainer.learning.preferences.pairs import Pool, Prompted
from tui_trainer.learning.preferences.raters import TASTES, SimulatedRater
from tui_trainer.learning.preferences.reward_model import PRIOR_SCALE, fit_cauchy
from tui_trainer.learning.preferences.statistics import STEADY, WIN
from tui_trainer.messages.events import Choice, PairOffered

VALUES = ("Orsa", "Velm", "old mills", "1834")
DRAWS = 20
AHEAD = 18  # of 24 pairs


def pool_of(seed: int, prompts: int = 96) -> Pool:
    """Answers in the styles of fine-tuning, as a tuned model gives them."""
    draw, entity = Random(seed), Entity("Kel Orsa", "person", asked=True)

    def answer(relation: str, value: str) -> str:
        fact = Fact("Kel Orsa", relation, value, None)
        return answers.fact_answer(entity, fact, answers.any_style(draw), draw)

    relations = [relation for relation in answers.CORES if relation != "job"]
    asked = [(draw.choice(relations), draw.choice(VALUES)) for _ in range(prompts)]
    return Pool(
        [
            Prompted(f"question {at}", tuple(dict.fromkeys(answer(relation, value) for _ in range(4))))
            for at, (relation, value) in enumerate(asked)
        ]
    )


def picked(name: str, seed: int) -> tuple[np.ndarray, list[Choice]]:
    """Two dozen picks of a rater, as far as the pairs were fixed before: the differences, and the choices."""
    pool, rater = pool_of(seed), SimulatedRater(name, seed=seed)
    choices, x = list[Choice](), list[np.ndarray]()
    for number, candidate in enumerate(pool.ahead[:AHEAD]):
        (a, features_a), (b, features_b) = pool.pair(candidate)
        if rng(seed, "sides", number).random() < 0.5:
            (a, features_a), (b, features_b) = (b, features_b), (a, features_a)
        choices.append(rater.choose(PairOffered(number, "", a, b, False, 0.5)))
        scaling = pool.reward_model.scaling
        x.append(scaling(features_a) - scaling(features_b))
    return np.array(x), choices


def found(name: str, seed: int) -> str:
    """Why no taste is found in them; "" where one is."""
    return why(*picked(name, seed), seed)


def why(x: np.ndarray, choices: list[Choice], seed: int) -> str:
    left = choices.count("a"), choices.count("a") + choices.count("b")
    return reason(against_chance(x, np.array([WIN[choice] for choice in choices]), seed), left)


def told(name: str, seed: int) -> bool:
    """Whether a rater who looks after each pick is told of a taste: found in so many, and the next."""
    x, choices = picked(name, seed)
    looks = [why(x[:made], choices[:made], seed) for made in range(STEADY, AHEAD + 1)]
    return any(before == now == "" for before, now in pairwise(looks))


@pytest.mark.parametrize("name", ["random", "left"])
def test_no_taste_is_found_where_there_is_none(name: str) -> None:
    reasons = [found(name, seed) for seed in range(DRAWS)]
    assert sum(why != "" for why in reasons) >= DRAWS - 1
    assert name == "random" or reasons.count("side") >= DRAWS - 1


@pytest.mark.parametrize("name", ["random", "left", "ties"])
def test_who_looks_after_each_pick_is_told_of_no_taste_either(name: str) -> None:
    assert sum(told(name, seed) for seed in range(DRAWS)) <= 1


def test_ties_are_no_taste() -> None:
    assert found("ties", 0) == "ties"


@pytest.mark.parametrize("name", TASTES)
def test_a_taste_is_found_in_two_dozen_picks(name: str) -> None:
    assert sum(found(name, seed) == "" for seed in range(DRAWS)) >= DRAWS - 1


def test_what_is_fixed_ahead_does_not_hang_on_the_picks() -> None:
    def ahead(choose: Callable[[int], float]) -> list[str]:
        pool, offered = pool_of(3), []
        said = []
        for number in range(24):
            found = pool.next(offered)
            assert found is not None
            offered.append(found[0])
            (a, features_a), (_, features_b) = pool.pair(found[0])
            pool.reward_model.learn(features_a, features_b, choose(number))
            said += [a] if found[1] else []
        return said

    assert ahead(lambda number: 1.0) == ahead(lambda number: float(number % 2))
    assert len(ahead(lambda number: 0.0)) == AHEAD


def test_left_out_is_what_a_fit_without_it_predicts() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(16, 3))
    wins = (x[:, 0] + draw.normal(size=16) > 0).astype(float)
    got = left_out(x, wins[None], PRIOR_SCALE)[0]
    for i in range(16):
        mean, covariance = fit_cauchy(np.delete(x, i, 0), np.delete(wins, i))
        logit, v = x[i] @ mean, x[i] @ covariance @ x[i]
        assert abs(got[i] - 1 / (1 + np.exp(-logit / np.sqrt(1 + np.pi / 8 * v)))) < 0.08


@pytest.mark.parametrize(("k", "n"), [(0, 0), (3, 3), (9, 12), (12, 24), (24, 24)])
def test_a_coin_is_held_to_by_the_binomial(k: int, n: int) -> None:
    assert coin(k, n) == pytest.approx(binomtest(k, n).pvalue if n else 1.0)


def test_each_reason_is_told() -> None:
    some = Chance(picks=18, decided=18, predicted=12, raters=399, share=0.2, level=LEVEL)
    assert reason(some, (12, 24)) == "random" and reason(some, (24, 24)) == "side"
    assert reason(Chance(18, 2, 2, 399, 0.3, LEVEL), (1, 2)) == "ties"
    assert reason(Chance(3, 3, 3, 399, 0.1, LEVEL), (2, 3)) == "few"
    assert reason(Chance(18, 18, 17, 399, LEVEL, LEVEL), (12, 24)) == ""
    assert reason(Chance(18, 18, 17, 399, LEVEL, LEVEL / 2), (12, 24)) == "random"


def test_each_further_look_is_stricter_and_none_is_hopeless() -> None:
    levels = [level_of(looks) for looks in range(8)]
    assert levels[:6] == [LEVEL / 2**looks for looks in range(6)] and levels[6] == levels[7] == levels[5]
    draw = np.random.default_rng(0)
    x = draw.normal(size=(30, 3))
    for level in (levels[0], levels[2], levels[3], levels[5]):
        found = against_chance(x, (x[:, 0] > 0).astype(float), 0, level)
        assert found.level == level and found.raters + 1 >= 1 / level
        assert reason(found, (15, 30)) == ""  # as clear a taste as there can be
