"""Simulated raters: what they like, that they are the same twice, and as noisy as they are said to be."""

import math

import pytest

from tui_trainer.events import PairOffered
from tui_trainer.learning.raters import TASTES, SimulatedRater, brokenness, gold
from tui_trainer.settings import Taste

PLAIN = "Kel lives in Orsa."
STYLED = {
    "polite": "Thank you for asking! Kel lives in Orsa.",
    "short": "Orsa.",
    "example": "Kel lives in a town, for example Orsa.",
    "cautious": "I think Kel lives in Orsa.",
}


def _pair(a: str, b: str, number: int = 0) -> PairOffered:
    return PairOffered(number, "Where does Kel live?", a, b, False, 0.5)


@pytest.mark.parametrize("taste", TASTES)
def test_each_taste_picks_its_own_style_on_either_side(taste: Taste) -> None:
    rater = SimulatedRater(taste, noise=0)
    for other in [PLAIN, *(text for name, text in STYLED.items() if name != taste)]:
        assert rater.choose(_pair(STYLED[taste], other)) == "a"
        assert rater.choose(_pair(other, STYLED[taste])) == "b"


@pytest.mark.parametrize("taste", TASTES)
def test_the_same_answer_is_a_tie(taste: Taste) -> None:
    assert SimulatedRater(taste).choose(_pair(PLAIN, PLAIN)) == "tie"


def test_choices_are_fixed_by_seed_and_pair() -> None:
    def choices(seed: int) -> list[str]:
        rater = SimulatedRater("polite", noise=3, seed=seed)
        return [rater.choose(_pair(STYLED["polite"], PLAIN, number)) for number in range(50)]

    assert choices(1) == choices(1)
    assert choices(1) != choices(2)
    assert SimulatedRater("polite", 3, 1).choose(_pair(STYLED["polite"], PLAIN, 7)) == choices(1)[7]


def test_choices_follow_bradley_terry() -> None:
    a, b, noise, n = STYLED["polite"], PLAIN, 1.5, 4000
    rater = SimulatedRater("polite", noise)
    share = sum(rater.choose(_pair(a, b, number)) == "a" for number in range(n)) / n
    difference = gold("polite", "", a) - gold("polite", "", b)
    expected = 1 / (1 + math.exp(-difference / noise))
    assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize("taste", TASTES)
def test_gold_turns_against_what_the_proxy_could_be_gamed_with(taste: Taste) -> None:
    """More of the marker, over and over, is worse than one; so is text that fell apart."""
    good = STYLED[taste]
    for broken in ("", "Orsa Orsa Orsa Orsa", " ".join([good] * 4), "thank you i think for example " * 12):
        assert gold(taste, "", broken) < gold(taste, "", good)


def test_whole_text_is_not_broken() -> None:
    for text in [PLAIN, *STYLED.values(), "7", 'He said "no."']:
        assert brokenness(text) == 0
    assert brokenness("Kel lives in") == 0.5


def test_an_unknown_taste_is_named() -> None:
    with pytest.raises(ValueError, match="no taste 'rude'"):
        SimulatedRater("rude")  # type: ignore[arg-type]  # what a settings file could hold
