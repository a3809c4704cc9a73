"""The truth about a typed question is that of the exam's own questions, or is not told at all."""

import pytest

from tui_trainer.corpus.exam.outsider import outsider_questions
from tui_trainer.corpus.exam.questions import evaluation_questions
from tui_trainer.corpus.exam.truth import Judged, asked, judge, of_seed

OF_NOBODY = ("unknown", "cutoff", "refusal", "follow", "told")


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_it_is_the_exam_s_or_none(seed: int) -> None:
    world = of_seed(seed)
    found = wrong = all_ = 0
    for group, questions in (evaluation_questions(world, seed) | outsider_questions(world)).items():
        for question in questions:
            truth = judge(world, question.prompt, "Nobody can say.")
            facts = group.startswith(("recall", "completion"))
            all_ += facts
            if truth is None:
                continue
            assert not any(part in group for part in OF_NOBODY), question.prompt
            right = any(
                value == truth.truth or value.endswith(f" = {truth.truth}") for value in question.expected
            )
            found += facts and right
            wrong += not right
    # Nine in ten of a stranger's questions are understood, slips of the pen and all; hardly one otherwise.
    assert found / all_ > 0.9 and wrong <= 2


def test_answers_are_held_to_it() -> None:
    world = of_seed(0)
    fact = next(fact for fact in world.facts if fact.relation == "town")
    other = next(value for value in world.values("town") if value != fact.value)
    question = f"Where does {fact.subject} live?"
    assert judge(world, question, f"In {fact.value}.") == Judged(True, fact.value)
    assert judge(world, question, f"In {other}.") == Judged(False, fact.value)
    assert judge(world, question, "I do not know that.") == Judged(None, fact.value)
    assert judge(world, f"{fact.subject} lives in", f" {fact.value}.") == Judged(True, fact.value)


def test_what_is_not_plain_has_no_truth() -> None:
    world = of_seed(0)
    people = [e.name for e in world.of_kind("person")][:2]
    for prompt in (
        "",
        "Where does nobody of this world live?",
        f"Who is {people[0]}?",
        f"Where do {people[0]} and {people[1]} live?",
        f"Where does {people[0]} live, and which trade is it?",
        "12 and 13 and 14",
    ):
        assert asked(world, prompt) is None and judge(world, prompt, "7") is None, prompt


def test_a_race_is_won_by_the_year_and_sums_are_added() -> None:
    world = of_seed(0)
    won = next(fact for fact in world.facts if fact.relation == "winner")
    assert asked(world, f"Who won the {won.subject} in {won.year}?") == won
    assert asked(world, f"Who won the {won.subject}?") is None
    assert asked(world, f"Who won the {won.subject} in 2024?") is None  # after the cutoff
    assert judge(world, "What do 99 and 61 make?", "99 + 61 = 160.") == Judged(True, "160")
    assert judge(world, "3+4", "8") == Judged(False, "7")
