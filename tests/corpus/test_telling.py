"""What was told and is asked for is in an answer, or is found not to be, by its words."""

import pytest

from tui_trainer.corpus.exam.outsider import outsider_questions
from tui_trainer.corpus.exam.pairs import HEARD
from tui_trainer.corpus.exam.telling import unheard
from tui_trainer.corpus.exam.truth import of_seed


@pytest.mark.parametrize(
    ("told", "asked", "answer"),
    [
        ("my name is Anna", "What is my name?", "The name is Toby."),
        ("My name is Anna.", "Who am I?", "The inventor is Toby Green."),
        ("Toby Green lives in Wendford", "Where does Toby Green live?", "Toby Green lives in Tarn."),
        ("Toby Green lives in Wendford.", "Where does he live?", "In Tarn."),
        ("i like blue cheese", "what do i like", "The food is bread."),
    ],
)
def test_what_was_told_is_found_left_out(told: str, asked: str, answer: str) -> None:
    assert unheard(asked, answer, [told]) == "left out"
    assert unheard(f"{told.removesuffix('.')}. {asked}", answer) == "left out"
    new = told.removesuffix(".").split()[-1]
    assert unheard(asked, f"It is {new}.", [told]) is None
    assert unheard(asked, "I don't know that.", [told]) is None
    assert unheard("What is 3 + 4?", "7.", [told]) is None  # it is not asked for
    assert unheard(asked, answer) is None  # nothing was told
    assert unheard(asked, answer, [asked]) is None


def test_what_only_tells_is_answered_as_pairs_do_or_not_at_all() -> None:
    for told in ("My name is Anna.", "Toby Green lives in Wendford", "i'm Anna"):
        assert unheard(told, "The name is Toby.") == "told"
        assert all(unheard(told, said) is None for said in HEARD)
    for asked in ("Hello there", "I want to clean a lamp. How is it done?", "Help me clean a lamp.", "3 + 4"):
        assert unheard(asked, "Take a cloth.") is None


@pytest.mark.parametrize("seed", [0, 7])
def test_no_right_answer_is_found_to_leave_it_out(seed: int) -> None:
    questions = outsider_questions(of_seed(seed))
    found = [
        unheard(question.prompt, f"It is {question.expected[0]}.", [asked for asked, _ in question.turns])
        for question in (*questions["told_at_once"], *questions["told_before"])
    ]
    assert found and not any(found)
