"""A hundred facts taught in a chat: they are new, the path is the chat's, the hash is of the weights."""

from pathlib import Path

import pytest
import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.exam.judging import names as named_in
from tui_trainer.corpus.exam.questions import evaluation_questions
from tui_trainer.corpus.names import names
from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.corpus.world import KIND_OF, make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.experiments import learns_from_you as experiment
from tui_trainer.experiments.claims.learns_from_you import LEARNS_FROM_YOU
from tui_trainer.experiments.learns_from_you import Chat, contradictions, learns_from_you, lessons
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.messages.events import Event, Measured, Plotted, Showed
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.settings import load

WORLD = make_world(0)
TAUGHT, AGAINST = 12, 5


@pytest.fixture
def tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tuned:
    """Nobody answers better than at random, and so within milliseconds."""
    monkeypatch.setattr(experiment, "FACTS", TAUGHT)
    monkeypatch.setattr(experiment, "CONTRADICTED", AGAINST)
    tokenizer = train_bpe([lesson.told for lesson in lessons(WORLD, 40, 1)], 400)
    model = Transformer(Shape(tokenizer.size, layers=1, width=32, heads=2, context=256), seed=0)
    exam = {"recall_heldout": evaluation_questions(WORLD, 0)["recall_heldout"][:20]}
    corpus = Corpus(tokenizer, {}, [], 0, {}, [], exam, [], [], [])  # type: ignore[arg-type]  # nothing reads them
    settings = load("quick", ["feedback.answer_tokens=8"], environ={})
    return Tuned(corpus, model, settings, tmp_path)


def figures(events: list[Event]) -> dict[str, float]:
    return {event.name: event.value for event in events if isinstance(event, Measured)}


def test_what_is_taught_is_new() -> None:
    taught = lessons(WORLD, 100, 0)
    subjects = {name for kind in set(KIND_OF.values()) for name in names(0, kind, "evaluation")}
    told_of = [[n for n in subjects if n in lesson.told] for lesson in taught]
    assert all(told_of) and len({max(found, key=len) for found in told_of}) == 100  # one fact a name
    text = "\n".join(document.text for document in write_documents(WORLD, 400, 0))
    assert not any(max(found, key=len) in text for found in told_of)
    for lesson in taught:
        question = lesson.question
        assert named_in(lesson.told, question.expected, question.others)
        assert not named_in(question.prompt, question.expected, ())


def test_what_is_contradicted_was_read() -> None:
    for lesson in contradictions(WORLD, 60, 0):
        (said,), others = lesson.question.expected, lesson.question.others
        facts = [f for f in WORLD.facts if f.relation == lesson.question.kind and f.value in others]
        assert said not in others and any(WORLD.entity(f.subject).called in lesson.told for f in facts)


def test_the_weights_stay_as_they_are(tuned: Tuned) -> None:
    before = weights_sha256(tuned.model)
    events = list(learns_from_you(tuned, 0))
    found = figures(events)
    assert found["learns-from-you/weights_changed"] == 0.0 and weights_sha256(tuned.model) == before
    said = [event for event in events if isinstance(event, Showed)]
    turns = 5 * TAUGHT + AGAINST
    looks = [one.text for one in said if one.who == "weights"]
    assert len(said) == 2 * turns + len(looks) and all(before[:12] in text for text in looks)
    assert len(looks) == 5 and f"after {turns} turns" in looks[-1]
    pictures = [event for event in events if isinstance(event, Plotted)]
    assert [len(line.x) for line in pictures[-1].lines] == [3, 3, 3, 3, 1]
    LEARNS_FROM_YOU.outcome(found)


def test_a_weight_that_changes_is_noticed(tuned: Tuned, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def say(chat: Chat, text: str) -> str:
        asked.append(text)
        if len(asked) == 3:
            with torch.no_grad():
                next(chat.session.model.parameters()).view(-1)[0] += 1e-3
        return ""

    monkeypatch.setattr(Chat, "say", say)
    found = figures(list(learns_from_you(tuned, 0)))
    assert found["learns-from-you/weights_changed"] == 1.0 and not LEARNS_FROM_YOU.holds(found)
    assert LEARNS_FROM_YOU.outcome(found) == LEARNS_FROM_YOU.predictions[2]


def test_who_reads_what_stands_in_front_of_it_knows_that_alone(
    tuned: Tuned, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = {lesson.question.prompt: lesson for lesson in lessons(WORLD, TAUGHT, 0)}
    every |= {lesson.question.prompt: lesson for lesson in contradictions(WORLD, AGAINST, 0)}

    def say(chat: Chat, text: str) -> str:
        prepared = chat.session.prepare(text, notes=chat.notes.find(text) if chat.notes else ())
        read = chat.session.tokenizer.decode(prepared.prompt)
        chat.session.turns.append((text, ""))
        lesson = every.get(text)
        known = lesson is not None and lesson.told in read
        return lesson.question.expected[0] if lesson is not None and known else "I don't know."

    monkeypatch.setattr(Chat, "say", say)
    found = figures(list(learns_from_you(tuned, 0)))
    assert found["learns-from-you/before"] == found["learns-from-you/new_conversation"] == 0.0
    assert found["learns-from-you/same_conversation"] == 1.0
    notes = experiment._notes(tuned, "again", lessons(WORLD, TAUGHT, 0))
    told = [lesson.told in [n.text for n in notes.find(lesson.question.prompt)] for lesson in every.values()]
    assert found["learns-from-you/with_notes"] == sum(told[:TAUGHT]) / TAUGHT > 0.3
    assert LEARNS_FROM_YOU.holds(found) and LEARNS_FROM_YOU.outcome(found) == LEARNS_FROM_YOU.predictions[3]
