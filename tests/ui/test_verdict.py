"""What is said of an answer beyond right or wrong: wrong steps of sums, and answers to another question."""

import pytest

from tui_trainer.corpus.exam.telling import is_plain
from tui_trainer.corpus.exam.truth import judge, of_seed
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import KIND_OF
from tui_trainer.corpus.writing.letters import TOLD_RELATIONS, made_up
from tui_trainer.corpus.writing.sentences import TEMPLATES, render
from tui_trainer.ui.drawing.styles import make_ink
from tui_trainer.ui.renderers import truth
from tui_trainer.ui.run_files.verdict import Judged, Verdict, told_instead, wrong_step
from tui_trainer.ui.run_files.world import plain_sentence
from tui_trainer.view import words

WORLD = of_seed(0)
TOWN = next(fact for fact in WORLD.facts if fact.relation == "town")
WHO = TOWN.subject
JOB = WORLD.value(WHO, "job")
HERS = f"The job is that of a {JOB}."


@pytest.mark.parametrize(
    ("prompt", "answer", "wrong"),
    [
        ("49 + 66?", "9 + 6 = 15, 4 + 6 + 1 = 11, 11 then 5 is 115, so 49 + 66 = 115.", None),
        ("49 + 66?", "9+6=15, 4+6=10, 11 then 5 is 115, so 49 + 66 = 115.", ("4 + 6 = 10", "4 + 6 + 1 = 11")),
        ("49 + 66?", "9 + 6 = 16, 4 + 6 + 1 = 11, 11 then 5 is 115.", ("9 + 6 = 16", "9 + 6 = 15")),
        ("9 and 15", "9 + 5 = 14, 0 + 1 + 1 = 2, 2 then 4 is 42.", ("2 then 4 is 42", "2 then 4 is 24")),
        ("49 + 66?", "40 + 60 = 100, 9 + 6 = 15, 100 + 15 = 115.", None),  # another way
        ("49 + 66?", "40 + 60 = 110, 9 + 6 = 15, so 115.", ("40 + 60 = 110", "40 + 60 = 100")),
        ("3 + 4?", "3 + 4 = 7.", None),
        ("3 + 4?", "4 + 3 = 8.", None),  # which is no step, but the result
        ("123 + 456", "3 + 6 = 9, 2 + 5 = 7, 1 + 4 = 5, 5 then 7 then 9 is 579.", None),
    ],
)
def test_a_step_that_does_not_hold_is_found(prompt: str, answer: str, wrong: tuple[str, str] | None) -> None:
    assert wrong_step(prompt, answer) == wrong


@pytest.mark.parametrize(
    ("prompt", "answer", "instead"),
    [
        (f"How tall is {WHO}?", HERS, "job"),
        (f"What does {WHO} eat?", HERS, "job"),
        (f"Where does {WHO} live?", HERS, "job"),
        (f"How tall is {WHO}?", f"The town is {TOWN.value}.", "town"),
        (f"How tall is {WHO}?", "I don't know.", ""),
        (f"What does {WHO} do?", HERS, ""),  # by whatever words: it may be meant
        (f"Who is {WHO}?", HERS, ""),
        (f"What is the job of {WHO}?", HERS, ""),
        (f"What does {WHO} like?", HERS, ""),
        ("How tall is she?", HERS, ""),
    ],
)
def test_what_is_told_instead_is_found_where_it_is_plain(prompt: str, answer: str, instead: str) -> None:
    assert told_instead(WORLD, prompt, answer) == instead


def test_a_base_model_s_text_is_never_marked_as_an_answer() -> None:
    ink = make_ink("rich")
    for judged in (Judged(True, "Velm"), Judged(False, "Velm"), Judged(True, "7", "sum")):
        verdict = Verdict(judged, continues=True)
        assert truth.mark(ink, verdict)[0] == ""
        assert truth.mark(ink, None)[0] == "" and truth.mark(ink, None, noisy=True)[0] == "✗ "
        assert "✓" not in truth.said(ink, verdict)[0] and "doesn't answer" in truth.said(ink, verdict)[0]


def test_a_right_answer_that_never_ends_is_said_to_count_as_wrong() -> None:
    style = make_ink("rich")
    for ended in (True, False):
        said, _ = truth.said(style, Verdict(Judged(True, "Velm"), ended=ended))
        assert said.startswith("✓ right") and ("never ends" in said) is not ended
    said, _ = truth.said(style, Verdict(Judged(False, "Velm"), ended=False))
    assert said == "✗ wrong: in the world it is Velm"


def test_the_sentence_that_is_proposed_is_of_the_kind_that_pairs_tell() -> None:
    told, asks = plain_sentence(0)
    who = " ".join(told.split()[:2])
    assert all(who != entity.name for entity in WORLD.entities) and who in asks
    judged = judge(WORLD, asks, f"The pet is {told.split()[4]}.", [told])
    assert judged is not None and judged.right and judged.why == "told"
    assert plain_sentence(1) != plain_sentence(0)


@pytest.mark.parametrize("relation", TOLD_RELATIONS)
def test_what_is_told_as_in_pairs_is_known_for_it(relation: str) -> None:
    draw = rng(0, "test")
    entity = WORLD.of_kind(KIND_OF[relation])[0]
    for form in TEMPLATES[relation]:
        assert is_plain(render(entity, made_up(WORLD, entity, relation, draw), form)), form


def test_what_is_told_otherwise_is_not() -> None:
    for said in ("My name is Anna.", "I live in Paris", "", "7 + 4", "Remember this.", "Anna Bell, a baker"):
        assert not is_plain(said), said


def test_every_relation_has_a_name() -> None:
    assert set(words.RELATION) == set(KIND_OF)
