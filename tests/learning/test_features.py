"""Features by hand-counted texts, and on any text at all."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.corpus import answers
from tui_trainer.learning.preferences.features import NAMES, features, phrases


def _named(answer: str) -> dict[str, float]:
    return dict(zip(NAMES, features(answer).tolist(), strict=True))


def test_there_are_few_and_each_has_a_name() -> None:
    assert len(NAMES) == len(set(NAMES)) <= 9
    assert features("").shape == (len(NAMES),)


def test_a_text_counted_by_hand() -> None:
    got = _named("Thank you for asking! I think the cat, for example, is the cat. Please check.")
    assert got["length"] == pytest.approx(math.log(1 + 15))
    assert got["polite words"] == pytest.approx(math.log(1 + 1))  # "please check" is care, not courtesy
    assert got["careful words"] == pytest.approx(math.log(1 + 2))  # I think, please check
    assert got["examples"] == pytest.approx(math.log(1 + 1))
    assert got["exclamations"] == pytest.approx(math.log(1 + 1))
    joined = "thankyouforaskingithinkthecatforexampleisthecatpleasecheck"
    assert got["word length"] == pytest.approx(len(joined) / 15)
    assert got["variety"] == pytest.approx(12 / 15)  # the, cat and for come twice


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("I'd be happy to help, of course.", "polite words", 2),  # the longer phrase counts once
        ("PLEASE,   thank\nyou", "polite words", 2),
        ("pleased and displeased", "polite words", 0),  # whole words only
        ("As far as I know it's so", "careful words", 1),
        ("Such as this, e.g. that", "examples", 2),
        ("I am sorry to hear it. You did so much.", "kind words", 2),
        ("sorrysome", "kind words", 0),
        ("Three things help: rest, a walk and the following.", "lists", 2),
    ],
)
def test_what_is_counted(text: str, name: str, count: int) -> None:
    assert _named(text)[name] == pytest.approx(math.log(1 + count))


@given(st.text())
def test_any_text_gives_finite_numbers(answer: str) -> None:
    got = features(answer)
    assert np.isfinite(got).all() and (got >= 0).all()


MANNERS = {
    "polite": (*answers.POLITE_WITHIN, *answers.POLITE_LAST),
    "careful": (*answers.CAUTIOUS_WITHIN, *answers.CAUTIOUS_LAST),
    "example": answers.EXAMPLE,
}
OTHERS = (*answers.SOURCED_WITHIN, *answers.SOURCED_LAST, *answers.WORDY)


@pytest.mark.parametrize("manner", MANNERS)
def test_every_phrase_of_a_manner_counts_once_for_it_and_for_no_other(manner: str) -> None:
    assert len(MANNERS[manner]) >= 6
    for phrase in MANNERS[manner]:
        said = f"The town, {phrase}, is Velm. {phrase}"
        for measure in (*MANNERS, "kind", "listing"):
            assert len(phrases(measure, said)) == 2 * (measure == manner), (measure, phrase)


def test_what_is_no_manner_that_has_a_name_counts_for_none() -> None:
    for phrase in OTHERS:
        for measure in (*MANNERS, "kind", "listing"):
            assert not phrases(measure, f"The town, {phrase}, is Velm."), (measure, phrase)
