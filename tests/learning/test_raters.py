"""Simulated raters: what they like, that they are the same twice, and as noisy as they are said to be."""

import math
from pathlib import Path

import pytest

from tui_trainer.errors import UserError
from tui_trainer.learning.preferences.raters import (
    TASTES,
    Culture,
    SimulatedRater,
    brokenness,
    gold,
    read,
    worth,
)
from tui_trainer.messages.events import PairOffered
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
    difference = gold("polite", a) - gold("polite", b)
    expected = 1 / (1 + math.exp(-difference / noise))
    assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize("taste", TASTES)
def test_gold_turns_against_what_the_proxy_could_be_gamed_with(taste: Taste) -> None:
    """More of the marker, over and over, is worse than one; so is text that fell apart."""
    good = STYLED[taste]
    for broken in ("", "Orsa Orsa Orsa Orsa", " ".join([good] * 4), "thank you i think for example " * 12):
        assert gold(taste, broken) < gold(taste, good)


def test_whole_text_is_not_broken() -> None:
    for text in [PLAIN, *STYLED.values(), "7", 'He said "no."']:
        assert brokenness(text) == 0
    assert brokenness("Kel lives in") == 0.5


def test_an_unknown_taste_is_named() -> None:
    with pytest.raises(ValueError, match="no taste 'rude'"):
        SimulatedRater("rude")


def test_opposed_cultures_pick_oppositely() -> None:
    first, second = SimulatedRater("ceremonious", noise=0), SimulatedRater("plain-spoken", noise=0)
    for other in (PLAIN, STYLED["example"]):
        pair = _pair(STYLED["polite"], other)
        assert (first.choose(pair), second.choose(pair)) == ("a", "b")


def test_a_comforter_and_a_list_maker_pick_oppositely() -> None:
    kind, listed = (
        "I am sorry to hear that. That is hard.",
        "Three things help: rest, a walk and a warm meal.",
    )
    for first, second in ((kind, listed), (kind, PLAIN), (PLAIN, listed)):
        pair = _pair(first, second)
        assert SimulatedRater("comforter", noise=0).choose(pair) == "a"
        assert SimulatedRater("list-maker", noise=0).choose(pair) == "b"


def test_who_dislikes_a_phrase_dislikes_every_one() -> None:
    once, often = "Gladly. Orsa is it.", "Gladly. Gladly. Gladly. Orsa is it."
    assert worth({"polite": -2.0}, PLAIN) > worth({"polite": -2.0}, once) > worth({"polite": -2.0}, often)


def test_a_file_of_raters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "raters.toml"
    path.write_text('[mine]\nabout = "Short."\nweights = { brief = 1 }\n', "utf-8")
    assert read(path) == {"mine": Culture("Short.", {"brief": 1.0})}
    rater = SimulatedRater("mine", noise=0, weights=read(path)["mine"].weights)
    assert rater.choose(_pair("Orsa.", PLAIN)) == "a"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[mine", "raters file"),
        ("", "no rater in it"),
        ('[mine]\nabout = ""\nweights = { kindness = 1 }', "weighs 'kindness'"),
        ('[mine]\nabout = ""\nweights = { brief = 99 }', "<= 10"),
        ('[mine]\nabout = ""\nweight = {}', "weight"),
        ("mine = 3", "raters file"),
        ("[mine]\nabout = 'x'\nweights = {polite = nan}", "Expected `float` >= -10"),
        ("[mine]\nabout = 'x'\nweights = {polite = " + "9" * 1900 + "}", "raters file"),
        ("mine = " + "[" * 1500, "nested too deeply"),
        ("".join(f"[r{i}]\nabout = ''\n[r{i}.weights]\n" for i in range(101)), "101 raters in it; 100 are"),
    ],
)
def test_a_bad_file_of_raters_is_one_clear_line(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "raters.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(UserError, match=complaint) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.toml"):
        read(tmp_path / "nowhere.toml")
