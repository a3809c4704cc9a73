"""`understands`: what is asked, how sure the model was, and the figures that come of it."""

import math
from collections.abc import Sequence

import msgspec
import pytest
import torch

from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.outsider import WORDINGS
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import KIND_OF, World
from tui_trainer.errors import UserError
from tui_trainer.experiments import understands as module
from tui_trainer.experiments.beyond_the_text import (
    BEYOND,
    counterfactuals,
    false_premises,
    longer_sums,
    told_otherwise,
)
from tui_trainer.experiments.catalog import named
from tui_trainer.experiments.certainty import answered, certainty, claiming
from tui_trainer.experiments.feedback import asker_of
from tui_trainer.experiments.the_world import world_of
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.experiments.understands import groups, keeps_to_what_is_so, understands
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.messages.events import Measured, Plotted, Showed
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256


def _said(asker: Asker, text: str) -> Answer:
    return Answer(tuple(asker.said(text)), text, True)


@pytest.mark.parametrize("make", [counterfactuals, told_otherwise, false_premises])
def test_each_asks_against_what_is_so_of_held_out_names(make, world: World) -> None:  # type: ignore[no-untyped-def]
    questions = make(world, rng(1, "test"))
    assert {q.kind for q in questions} == set(BEYOND.supposed) == set(BEYOND.never)
    truth = {(f.relation, f.value, world.entity(f.subject).called) for f in world.facts}
    held_out = {e.called for e in world.entities if not e.asked}
    for q in questions:
        about = [called for called in held_out if called.lower() in q.prompt.lower()]
        values = set(q.expected + q.others)
        assert values == set(world.values(q.kind)) and len(q.expected) == 1
        so = any((q.kind, q.expected[0], called) in truth for called in about)
        assert about and so is (make is false_premises)
        if make is not false_premises:
            assert any((q.kind, q.others[0], called) in truth for called in about)
        assert "{" not in q.prompt and q.prompt[0].isupper()


def test_no_wording_is_the_outsider_s_or_has_a_relation_of_its_own() -> None:
    outsider = {w for by in WORDINGS.facts.values() for wordings in by.values() for w in wordings}
    assert outsider.isdisjoint(
        w for wordings in (*BEYOND.supposed.values(), *BEYOND.never.values()) for w in wordings
    )
    assert set(BEYOND.supposed) == set(KIND_OF) - {"winner"}


@pytest.mark.parametrize("read", [2, 3])
def test_sums_have_more_digits_than_any_in_the_text(read: int) -> None:
    for q in longer_sums(rng(2, "test"), read):
        a, b = (int(n) for n in q.expected[0].split(" = ")[0].split(" + "))
        assert min(a, b) >= 10**read and q.expected[0].endswith(f"= {a + b}")
        assert str(a) in q.prompt and str(b) in q.prompt


def test_a_false_premise_is_met_by_what_is_so_or_by_not_knowing() -> None:
    question = Question("Why did Mara move to Orsa?", "town", ("Velm",), ("Orsa", "Pirn"))
    assert keeps_to_what_is_so("The town is Velm.", question)
    assert keeps_to_what_is_so("I don't know: I never read about that.", question)
    assert not keeps_to_what_is_so("Because the town is Orsa.", question)
    assert not keeps_to_what_is_so("She moved from Velm to Orsa.", question)
    assert not keeps_to_what_is_so("For the market.", question)


def test_what_claims_is_the_value_alone(tuned: Tuned) -> None:
    asker = asker_of(tuned)
    question = Question("", "town", ("Orsa",), ("Velm", "Velm Orsa"))
    answer = _said(asker, "So the town is Velm.")
    which = claiming(asker, question, answer)
    said = asker.tokenizer.decode([answer.tokens[at] for at in which])
    assert "Velm" in said and "town" not in said
    both = _said(asker, "It is Velm Orsa.")
    assert "Velm Orsa" in asker.tokenizer.decode([both.tokens[at] for at in claiming(asker, question, both)])
    neither = _said(asker, "I do not know.")
    assert claiming(asker, question, neither) == list(range(len(neither.tokens)))


def test_certainty_is_a_product_of_probabilities(tuned: Tuned) -> None:
    asker, model = asker_of(tuned), tuned.model
    questions = [
        Question("Where is Mara?", "town", ("Orsa",), ("Velm",)),
        Question("What is 2 + 3?", "sum", ("5",)),
    ]
    answers = [_said(asker, "The town is Velm."), _said(asker, "No.")]
    found = certainty(model, asker, questions, answers)
    for question, answer, mine in zip(questions, answers, found, strict=True):
        product = 1.0
        for at in claiming(asker, question, answer):
            before = torch.tensor([[*asker.tokens(question.prompt), *answer.tokens[:at]]])
            logits = model(before)[0, -1].detach()
            logits[list(asker.banned)] = -math.inf
            product *= float(torch.softmax(logits, dim=-1)[answer.tokens[at]])
        assert mine == pytest.approx(product, rel=1e-3)


def test_all_groups_are_asked_and_nothing_is_learnt(tuned: Tuned, monkeypatch: pytest.MonkeyPatch) -> None:
    """With answers by rote: the held-out names are known, nothing else is, and it is sure of all."""

    def by_rote(model: Transformer, asker: Asker, questions: Sequence[Question]) -> list[Answer]:
        texts = [q.expected[0] if q in tuned.corpus.questions["recall_heldout"] else "So." for q in questions]
        return [_said(asker, text) for text in texts]

    monkeypatch.setattr(module, "answered", by_rote)
    monkeypatch.setattr(module, "certainty", lambda m, a, questions, answers: [0.9] * len(answers))
    before = weights_sha256(tuned.model)
    events = list(understands(tuned, 5))
    assert weights_sha256(tuned.model) == before
    found = {e.name.removeprefix("understands/"): e for e in events if isinstance(e, Measured)}
    asked = {g.name: g for g in groups(tuned.corpus, world_of(tuned, 5), 5, sum_digits=2)}
    assert found["held_out/accuracy"].value == 1 and found["paraphrased/accuracy"].value == 0
    like = [g for g in asked.values() if g.to_its_text == "like"]
    right, n = len(asked["held_out"].questions), sum(len(g.questions) for g in like)
    assert found["like_its_text/accuracy"].n == n
    assert found["like_its_text/accuracy"].value == pytest.approx(right / n)
    assert found["like_its_text/calibration_error"].value == pytest.approx(abs(0.9 - right / n))
    for to in ("against", "beyond"):
        assert found[f"{to}_its_text/accuracy"].value == 0
        assert found[f"{to}_its_text/confidence_when_wrong"].value == pytest.approx(0.9)
    assert found["against_its_text/said_as_read"].value == 0
    assert all(m.ci95 is not None and m.n for m in found.values())
    picture = [e for e in events if isinstance(e, Plotted)][-1]
    diagonal, *points = picture.lines
    assert diagonal.x == diagonal.y == (0.0, 1.0) and [len(line.x) for line in points] == [1, 1, 1]
    shown = [e for e in events if isinstance(e, Showed)]
    assert len(shown) == 2 * module.SHOWN * len(asked) and all("sure" in e.text for e in shown[1::2])


def test_random_weights_go_through_it(tuned: Tuned, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [
        msgspec.structs.replace(g, questions=g.questions[:3])
        for g in groups(tuned.corpus, world_of(tuned, 5), 5, sum_digits=2)
    ]
    monkeypatch.setattr(module, "groups", lambda *_: some)
    found = {e.name: e.value for e in understands(tuned, 5) if isinstance(e, Measured)}
    assert all(0 <= value <= 1 for value in found.values())
    assert not named("understands").claim.holds(found)


def test_the_claim_holds_where_it_is_sure_and_wrong() -> None:
    claim = named("understands").claim
    good = {
        "understands/like_its_text/accuracy": 0.85,
        "understands/like_its_text/calibration_error": 0.05,
        "understands/against_its_text/accuracy": 0.2,
        "understands/against_its_text/confidence_when_wrong": 0.7,
        "understands/against_its_text/calibration_error": 0.5,
    }
    assert claim.holds(good) and claim.came_true(good) == 2
    unsure = {**good, "understands/against_its_text/confidence_when_wrong": 0.2}
    assert not claim.holds(unsure) and claim.came_true(unsure) == 1
    as_right = {**good, "understands/against_its_text/accuracy": 0.8}
    assert not claim.holds(as_right) and claim.came_true(as_right) == 0


def test_another_world_s_run_is_refused(tuned: Tuned) -> None:
    with pytest.raises(UserError, match="tiny world"):
        world_of(tuned, 6)
    no_exam = msgspec.structs.replace(tuned.corpus, questions={})
    with pytest.raises(UserError, match="tiny world"):
        list(understands(msgspec.structs.replace(tuned, corpus=no_exam), 5))


def test_answers_are_those_of_the_asker(tuned: Tuned) -> None:
    asker, questions = asker_of(tuned), tuned.corpus.questions["recall_heldout"][:3]
    assert answered(tuned.model, asker, questions) == asker.ask(tuned.model, [q.prompt for q in questions])
