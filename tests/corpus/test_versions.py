"""What two versions of a world are asked: the same of both, and in no way easier than the exam."""

import re

import pytest

from tui_trainer.corpus.exam import wordings as asking
from tui_trainer.corpus.exam.outsider import MANNERS, WORDINGS
from tui_trainer.corpus.exam.pairs import finetuning_pairs
from tui_trainer.corpus.exam.questions import evaluation_questions
from tui_trainer.corpus.exam.versions import new_facts, version_questions
from tui_trainer.corpus.world import World, make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.settings import FIRST_CUTOFF

YEAR = FIRST_CUTOFF + 1


@pytest.fixture(scope="module", params=[0, 1, 2])
def worlds(request) -> tuple[World, World]:
    return make_world(request.param), make_world(request.param, YEAR)


def test_what_is_new_is_asked_in_every_wording_of_the_exam(worlds):
    old, new = worlds
    facts = new_facts(old, new)
    asked = version_questions(old, new)
    assert len(asked["new"]) == len(asked["new_outsider"]) == len(facts) >= 30
    for fact, exam, strangers in zip(facts, asked["new"], asked["new_outsider"], strict=True):
        entity = new.entity(fact.subject)
        assert not entity.asked and fact not in old.facts
        wordings = asking.fact_wordings(fact.relation, "evaluation")
        assert [q.prompt for q in exam] == [w.format(n=entity.called, y=fact.year) for w in wordings]
        assert len(strangers) == len(MANNERS)
        for q in (*exam, *strangers):
            assert q.expected == (fact.value,)
            assert {*q.others, fact.value} == set(new.values(fact.relation)) and fact.value not in q.others
            assert entity.name.lower() in q.prompt.lower()
    assert {f.relation for f in facts} == {
        "winner",
        "job",
        "town",
        "pet",
        "born",
        "food",
        "habitat",
        "inventor",
    }


def test_what_is_old_is_the_exam_of_the_old_world(worlds):
    old, new = worlds
    exam, asked = evaluation_questions(old, old.seed), version_questions(old, new)
    assert [q.prompt for (q,) in asked["old"]] == [q.prompt for q in exam["recall_heldout"]]
    assert [q.expected for (q,) in asked["old"]] == [q.expected for q in exam["recall_heldout"]]
    strangers = [q.prompt for manner in MANNERS for q in exam[f"recall_outsider_{manner}"]]
    assert [q.prompt for (q,) in asked["old_outsider"]] == strangers
    later = [q.prompt for q in evaluation_questions(new, new.seed)["dont_know_cutoff"]]
    assert [q.prompt for (q,) in asked["after"]] == later
    assert not any(str(YEAR) in prompt for prompt in later)


def test_no_question_stands_in_the_pairs_of_either_version(worlds):
    asked = {q.prompt for facts in version_questions(*worlds).values() for about in facts for q in about}
    for world in worlds:
        assert not asked & {pair.prompt for pair in finetuning_pairs(world, 4000, world.seed)}


def test_only_the_newer_documents_and_pairs_tell_of_the_year(worlds):
    old, new = worlds
    came = [e.name for e in new.entities if e not in old.entities]
    read = ["\n".join(d.text for d in write_documents(world, 1500, world.seed)) for world in worlds]
    assert not any(name in read[0] for name in came) and all(name in read[1] for name in came)
    assert re.search(rf"\b{YEAR}\b", read[1]) and not re.search(rf"\b{YEAR}\b", read[0])
    assert not re.search(rf"\b{YEAR + 1}\b", read[1])
    answers = [[p for p in finetuning_pairs(w, 3000, w.seed) if p.kind == "cutoff"] for w in worlds]
    assert any(str(YEAR) in p.prompt for p in answers[0])
    assert not any(str(YEAR) in p.prompt for p in answers[1])
    for world, pairs in zip(worlds, answers, strict=True):
        named = {year for p in pairs for year in re.findall(r"\b20\d\d\b", p.answer)}
        assert named == {str(world.cutoff)}
    held_out = [e.name for e in new.entities if not e.asked and e.name in came]
    pairs = "\n".join(f"{p.prompt} {p.answer}" for p in finetuning_pairs(new, 3000, new.seed))
    assert not any(name in pairs for name in held_out)


def test_worlds_that_are_no_versions_of_each_other_are_refused():
    for old, new in ((make_world(0), make_world(1, YEAR)), (make_world(0, YEAR), make_world(0))):
        with pytest.raises(ValueError, match="versions of one world"):
            version_questions(old, new)


def test_the_outsiders_wordings_are_all_of_the_file(worlds):
    """No manner is left out for being hard, and each wording is one of its manner's."""
    old, new = worlds
    for fact, about in zip(new_facts(old, new), version_questions(old, new)["new_outsider"], strict=True):
        for manner, question in zip(MANNERS, about, strict=True):
            entity = new.entity(fact.subject)
            written = {
                w.format(n=entity.called, name=entity.name, y=fact.year).lower()
                for w in WORDINGS.facts[fact.relation][manner]
            }
            assert question.prompt.lower() in written
