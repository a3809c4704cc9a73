"""The exam: each figure is over its questions, and counts what it says."""

from collections.abc import Generator

import pytest
from msgspec.structs import replace

from tui_trainer import settings as settings_module
from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.formulas.intervals import paired_interval
from tui_trainer.learning import evaluation
from tui_trainer.learning.answering import answer_questions
from tui_trainer.learning.evaluation import Evaluation, facts_lost
from tui_trainer.messages.events import Answering, Measured
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.serving.chat import ChatSession

SETTINGS = settings_module.load(environ={})


def _at_once(answers: list[tuple[str, bool]]) -> Generator[int, None, list[tuple[str, bool]]]:
    """As `answering` gives them."""
    yield len(answers)
    return answers


def test_evaluation_counts_right_answers(corpus: Corpus, tiny_model: Transformer) -> None:
    measured = {
        e.name: e
        for e in Evaluation("base", tiny_model, corpus, SETTINGS).advance()
        if isinstance(e, Measured)
    }
    assert measured["base/recall_heldout"].n == 4
    assert measured["base/recall_heldout"].baseline == 0.25
    assert {"pretrain/bits_per_byte", "base/format", "base/false_dont_know"} <= measured.keys()


def test_it_tells_how_far_it_is(corpus: Corpus, tiny_model: Transformer) -> None:
    events = list(Evaluation("base", tiny_model, corpus, SETTINGS).advance())
    told = [e for e in events if isinstance(e, Answering)]
    total = told[0].total
    assert events[0] == Answering("pretrain", "exam", 0, total) and total > 0
    assert [e.done for e in told] == sorted(e.done for e in told) and told[-1].done == total


def test_the_outsiders_figures_are_over_all_by_manner_and_by_relation(
    corpus: Corpus, tiny_model: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = ("hen", "cat", "dog")
    asked = {
        "recall_outsider_short": [
            Question("Kel pet?", "pet", ("owl",), others),
            Question("Bor pet?", "pet", ("hen",), ("owl", "cat", "dog")),
            Question("Mia born?", "born", ("1980",), ("1990",)),
        ],
        "recall_outsider_lower_case": [
            Question("kel's pet", "pet", ("owl",), others),
            Question("when's mia born", "born", ("1980",), ("1990",)),
        ],
        "unknown_outsider": [Question("Zo pet?", "pet")],
    }
    said = {
        "Kel pet?": ("The pet is an owl.", True),
        "Bor pet?": ("The pet is a hen or a cat.", True),
        "Mia born?": ("The birth year is 1980.", True),
        "kel's pet": ("The job is that of an owl.", True),  # another relation's sentence
        "when's mia born": ("The birth year is 1980, or", False),  # never ended
        "Zo pet?": ("I don't know.", True),
    }
    monkeypatch.setattr(evaluation, "answering", lambda *of: _at_once([said[q.prompt] for q in of[2]]))
    events = Evaluation("tuned", tiny_model, replace(corpus, questions=asked), SETTINGS).advance()
    found = {e.name.removeprefix("tuned/"): e for e in events if isinstance(e, Measured)}
    shares = {name: (m.value, m.n) for name, m in found.items() if m.ci95 is not None}
    assert shares == {
        "format": (pytest.approx(5 / 6), 6),
        "never_ended": (pytest.approx(1 / 6), 6),
        "format_fact": (pytest.approx(4 / 5), 5),
        "format_dont_know": (1, 1),
        "recall_outsider": (pytest.approx(2 / 5), 5),
        "recall_outsider_short": (pytest.approx(2 / 3), 3),
        "recall_outsider_lower_case": (0, 2),
        "recall_outsider_pet": (pytest.approx(1 / 3), 3),
        "recall_outsider_born": (pytest.approx(1 / 2), 2),
        "recall_outsider_worst": (pytest.approx(1 / 3), 3),
        "false_dont_know_outsider": (0, 5),
        "dont_know_unknown_outsider": (1, 1),
    }
    # The commonest pet is right two times of three, the commonest year both times.
    assert found["recall_outsider"].baseline == pytest.approx(4 / 5)


def test_what_is_told_is_used_or_made_up_or_not_known(
    corpus: Corpus, tiny_model: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [
        ("The pet is an owl.", True),
        ("The pet is a cat.", True),
        ("The pet is an owl or a cat.", True),
        ("I don't know.", True),
        ("Good day!", True),
    ]
    told = [Question("Kel has an owl. Which pet?", "pet", ("owl",), ("cat", "dog"))] * len(said)
    sums = [Question("2+3", "sum", ("2 + 3 = 5", "3 + 2 = 5"))] * 3
    new, shown = (Question(f"How do I {verb}?", f"{verb}_verb", ("rub", "dry")) for verb in ("new", "shown"))
    steps = [new, shown, new, shown]
    given = {
        told[0].prompt: iter(said),
        sums[0].prompt: iter([("3 + 2 = 5.", True), ("5", True), ("2 + 2 = 5.", True)]),
        new.prompt: iter([("First rub, and at last dry.", True), ("First dry, then rub.", True)]),
        shown.prompt: iter([("First rub, and at last dry.", True)] * 2),
    }
    monkeypatch.setattr(evaluation, "answering", lambda *of: _at_once([next(given[q.prompt]) for q in of[2]]))
    asked = {"false_refusal": steps, "sums_one_digit": sums, "told_at_once": told}
    events = Evaluation("tuned", tiny_model, replace(corpus, questions=asked), SETTINGS).advance()
    found = {e.name.removeprefix("tuned/"): (e.value, e.n) for e in events if isinstance(e, Measured)}
    assert found["told"] == found["told_at_once"] == (0.2, 5)
    assert found["told_made_up"] == (0.4, 5) and found["told_dont_know"] == (0.2, 5)
    assert found["sums_one_digit"] == (pytest.approx(2 / 3), 3)
    assert found["howto_steps"] == (0.5, 2)  # of the new verbs only


def test_a_conversation_is_read_as_the_chat_sends_it(corpus: Corpus, tiny_model: Transformer) -> None:
    """An opening is answered by the model itself; of earlier turns those are read that a chat would read."""
    model = Transformer(Shape(tiny_model.shape.vocabulary, layers=1, width=32, heads=2, context=96), seed=0)
    model.requires_grad_(False)
    longest = 12
    for question in (
        Question("Where?", "town", turns=(("Who is it?", "The cat."), ("Is it?", "It is."))),
        Question("Where?", "town", turns=(("Who is it? " * 30, "The cat."), ("Is it?", "It is."))),
        Question("Where? " * 60, "town"),
        Question("Where?", "town", opening="The cat sleeps."),
    ):
        talk = ChatSession(model, corpus.tokenizer, answer_tokens=longest)
        talk.turns = list(question.turns)
        if question.opening:
            list(talk.reply(question.opening))
        ((answer, _),) = answer_questions(model, corpus, [question], longest)
        assert answer == "".join(talk.reply(question.prompt))


def test_facts_lost_are_those_of_the_same_questions(corpus: Corpus, tiny_model: Transformer) -> None:
    lost = facts_lost([True] * 8 + [False] * 2, [True] * 6 + [False] * 3 + [True])
    assert lost.value == pytest.approx(0.1) and lost.n == 10
    assert lost.ci95 == paired_interval([True] * 8 + [False] * 2, [True] * 6 + [False] * 3 + [True])
    same = Evaluation("aligned", tiny_model, corpus, SETTINGS, tuned=tiny_model).advance()
    (found,) = (e for e in same if isinstance(e, Measured) and e.name == "aligned/facts_lost")
    assert found.value == 0 and found.n == 4 and found.ci95 == paired_interval([False] * 4, [False] * 4)
