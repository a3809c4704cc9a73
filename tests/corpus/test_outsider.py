"""The outsider's exam: nothing of its wording is learnt from, and what it asks is held out and fair."""

import re
from collections import Counter
from functools import cache

import pytest
from templates import every_template

from tui_trainer.corpus.common_words import BENIGN, HARMFUL, with_article
from tui_trainer.corpus.document import Document, Pair
from tui_trainer.corpus.exam import judging, upset
from tui_trainer.corpus.exam.manners import frames, tables
from tui_trainer.corpus.exam.outsider import MANNERS, OF_EACH, WORDINGS, outsider_questions
from tui_trainer.corpus.exam.pairs import GREETINGS, finetuning_pairs
from tui_trainer.corpus.names import names
from tui_trainer.corpus.planted import plant
from tui_trainer.corpus.world import KIND_OF, Entity, World, make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.corpus.writing.conduct import AGAINST, FOR, steps
from tui_trainer.corpus.writing.sentences import TEMPLATES
from tui_trainer.corpus.writing.sums import FORMS

SLOT = re.compile(r"\{\w+\}")
RUN = 5  # words in a row that no outsider's wording has in common with what is learnt from
KINDS = sorted(set(KIND_OF.values()))


def words(text: str) -> list[str]:
    """In lower case, without punctuation; a possessive's ending is none."""
    return re.findall(r"[a-z0-9][a-z0-9']*", text.lower())


def frame(wording: str) -> str:
    """What is left of a wording without its slots and its punctuation."""
    return " ".join(words(re.sub(r"\{\w+\}(?:'s)?", " ", wording)))


def runs(texts: list[str]) -> set[tuple[str, ...]]:
    found = set()
    for text in texts:
        said = words(text)
        found |= {tuple(said[i : i + RUN]) for i in range(len(said) - RUN + 1)}
    return found


def outsiders() -> list[str]:
    """Every wording of the file."""
    kinds = [w for of in WORDINGS.facts.values() for manner in of.values() for w in manner]
    kinds += [
        w for of in (WORDINGS.told, WORDINGS.follow_up, WORDINGS.requests) for s in of.values() for w in s
    ]
    return [*kinds, *WORDINGS.sums]


@cache
def learnt(seed: int) -> tuple[World, list[Pair], list[Document]]:
    world = make_world(seed)
    documents = plant(world, write_documents(world, 3000, seed), seed)
    return world, finetuning_pairs(world, 6000, seed), documents


def templates() -> list[str]:
    """What the pairs and the documents are written by."""
    of_pairs = [frame for topic in tables().asked for its in frames(topic).values() for frame in its]
    of_pairs += [prompt for prompt, _ in GREETINGS]
    of_documents = [t for relation in TEMPLATES for t in every_template(relation)]
    return [*of_pairs, *upset._WORDINGS, *of_documents, *AGAINST, *FOR, *FORMS]


def bare(world: World, prompts: list[str]) -> set[str]:
    """The frames of questions that were asked: without names, years, numbers, verbs and things."""
    called = {e.called for e in world.entities} | {e.name for e in world.entities}
    for kind in KINDS:
        for name in (*names(world.seed, kind, "pairs"), *names(world.seed, kind, "planted")):
            called |= {name, Entity(name, kind, asked=False).called}
    verbs = {**{v: things for v, (things, _) in BENIGN.items()}, **HARMFUL}
    things = {with_article(thing) for of in verbs.values() for thing in of}
    slots = sorted((" ".join(words(s)) for s in called | things | verbs.keys()), key=len, reverse=True)
    taken = re.compile(rf"\b(?:{'|'.join(map(re.escape, slots))}|\d+)\b(?:'s)?")
    return {frame(taken.sub(" ", " ".join(words(prompt)))) for prompt in prompts}


def test_every_relation_is_asked_in_enough_wordings_of_each_manner() -> None:
    assert WORDINGS.facts.keys() == KIND_OF.keys()
    assert WORDINGS.told.keys() == WORDINGS.follow_up.keys() == KIND_OF.keys()
    for relation, of in WORDINGS.facts.items():
        assert tuple(of) == MANNERS
        for manner, wordings in of.items():
            assert len(set(wordings)) == len(wordings) >= (8 if manner == "grammatical" else 5)
            for wording in wordings:
                assert len(re.findall(r"\{n\}|\{name\}", wording)) == 1, wording
                assert ("{y}" in wording) == (relation == "winner"), wording
                assert manner != "lower_case" or wording == wording.lower()
    assert len(WORDINGS.sums) == 10


def test_no_wording_and_no_frame_of_one_is_learnt_from() -> None:
    shared = {frame(w) for w in outsiders()} & {frame(t) for t in templates()} - {""}
    assert not shared
    world, pairs, _ = learnt(0)
    assert not {frame(w) for w in outsiders()} & bare(world, [pair.prompt for pair in pairs])
    asked = {question.prompt for of in outsider_questions(world).values() for question in of}
    assert not asked & {pair.prompt for pair in pairs}


def test_no_run_of_words_is_learnt_from() -> None:
    _, pairs, documents = learnt(0)
    read = runs([*(pair.prompt for pair in pairs), *(document.text for document in documents)])
    read |= runs([part for template in templates() for part in SLOT.split(template)])
    own = runs([part for wording in outsiders() for part in SLOT.split(wording)])
    assert not {" ".join(run) for run in own & read}


@pytest.mark.parametrize("seed", [0, 1])
def test_each_question_is_about_a_fact_that_no_pair_asked_for(seed: int) -> None:
    world = make_world(seed)
    groups = outsider_questions(world)
    for manner in MANNERS:
        questions = groups[f"recall_outsider_{manner}"]
        assert Counter(q.kind for q in questions) == dict.fromkeys(KIND_OF, OF_EACH)
        for question in questions:
            lower = question.prompt.lower()
            about = [e for e in world.entities if re.search(rf"\b{re.escape(e.name.lower())}\b", lower)]
            assert len(about) == 1 and not about[0].asked, question
            facts = [f for f in world.facts_of(about[0].name) if f.relation == question.kind]
            right = {f.value for f in facts if f.year is None or str(f.year) in lower}
            assert right == set(question.expected), question
            assert {*question.expected, *question.others} == set(world.values(question.kind))
            if manner == "lower_case":
                assert question.prompt == lower
            else:
                assert about[0].name in question.prompt, question  # no typo in a name


@pytest.mark.parametrize("seed", [0, 1])
def test_what_nobody_wrote_about_is_asked_for_in_the_same_words(seed: int) -> None:
    world = make_world(seed)
    groups = outsider_questions(world)
    known = {part.lower() for e in world.entities for part in (e.name, e.called)}
    for question in groups["unknown_outsider"]:
        new = [n for n in names(seed, KIND_OF[question.kind], "evaluation")]
        assert sum(n.lower() in question.prompt.lower() for n in new) >= 1, question
        assert not any(re.search(rf"\b{re.escape(name)}\b", question.prompt.lower()) for name in known)
        assert not re.search(r"\b20[2-9]\d\b", question.prompt)
    for question in groups["cutoff_outsider"]:
        (race,) = (e for e in world.of_kind("race") if e.name.lower() in question.prompt.lower())
        assert not race.asked and re.search(r"\b202\d\b", question.prompt), question


@pytest.mark.parametrize("seed", [0, 1])
def test_a_conversation_names_its_fact_or_points_back_to_it(seed: int) -> None:
    world = make_world(seed)
    groups = outsider_questions(world)
    for question in (*groups["told_at_once"], *groups["told_before"]):
        told, asked = question.opening or question.prompt, question.prompt
        new = names(seed, KIND_OF[question.kind], "evaluation")
        assert any(name in told and name in asked for name in new), question
        assert judging.names(told, question.expected, question.others), question
        assert not question.opening or question.expected[0] not in asked
    for question in groups["follow_up"]:
        ((first, answer),) = question.turns
        (about,) = (e for e in world.entities if re.search(rf"\b{re.escape(e.name)}\b", first))
        assert not about.asked and about.name not in question.prompt, question
        right = {f.value for f in world.facts_of(about.name) if f.relation == question.kind}
        assert set(question.expected) <= right, question
        assert any(judging.names(answer, [f.value], []) for f in world.facts_of(about.name)), question


def test_steps_are_right_and_asked_for_in_no_pairs_verb() -> None:
    world = make_world(0)
    for question in outsider_questions(world)["howto_outsider"]:
        (verb,) = (v for v in world.verbs.benign_new if re.search(rf"\b{v}\b", question.prompt.lower()))
        assert judging.takes_steps(f"{steps(verb)} Thank you.", question.expected)
        assert not judging.takes_steps(f"I can't help with that. {steps(verb)}", question.expected)
        other = steps(next(v for v in BENIGN if v != verb))
        assert not judging.takes_steps(other, question.expected)
