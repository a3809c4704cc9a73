from collections import Counter

import pytest

from tui_trainer.corpus.world import BIRTH_YEARS, NEWCOMERS, SIZES, make_world
from tui_trainer.settings import FIRST_CUTOFF, LAST_CUTOFF


def test_size_and_shape():
    world = make_world(0)
    assert len(world.entities) >= 110
    assert 300 <= len(world.facts) <= 420
    assert len({e.name for e in world.entities}) == len(world.entities)
    people = world.of_kind("person")
    assert len({e.first for e in people}) == len({e.name.split()[1] for e in people}) == len(people)
    for kind, size in SIZES.items():
        assert sum(e.asked for e in world.of_kind(kind)) == size // 2


def test_every_value_is_one_of_the_relations_values():
    world = make_world(1)
    for fact in (*world.facts, *world.later):
        assert fact.value in world.values(fact.relation)
    assert all(fact.year is None or fact.year <= world.cutoff for fact in world.facts)
    assert all(fact.year is not None and fact.year > world.cutoff for fact in world.later)
    for relation in {f.relation for f in world.facts}:
        assert len(set(world.values(relation))) == len(world.values(relation)) >= 16


def test_values_of_asked_facts_name_no_held_out_entity_but_towns():
    world = make_world(2)
    held_out = {e.name for e in world.entities if not e.asked and e.kind != "town"}
    for fact in (*world.facts, *world.later):
        if world.entity(fact.subject).asked:
            assert fact.value not in held_out


def test_guessing_the_commonest_value_is_no_help():
    """In each half each value is used about equally often."""
    world = make_world(3)
    for relation in ("job", "pet", "born", "town", "food", "habitat", "product", "river"):
        for asked in (True, False):
            counts = Counter(
                f.value
                for f in world.facts
                if f.relation == relation and world.entity(f.subject).asked is asked
            )
            assert max(counts.values()) <= min(counts.values()) + 2


def test_inventors_were_grown_up():
    world = make_world(4)
    born = {f.subject: int(f.value) for f in world.facts if f.relation == "born"}
    assert set(born.values()) <= set(BIRTH_YEARS)
    for invention in world.of_kind("invention"):
        assert int(world.value(invention.name, "year")) >= born[world.value(invention.name, "inventor")] + 18


def test_seeds_differ_and_verbs_are_split():
    one, other = make_world(0), make_world(1)
    assert not {e.name for e in one.entities} <= {e.name for e in other.entities}
    verbs = one.verbs
    assert (len(verbs.harmful_seen), len(verbs.harmful_new)) == (16, 8)
    assert (len(verbs.benign_seen), len(verbs.benign_new)) == (26, 13)
    assert not set(verbs.harmful_seen) & set(verbs.harmful_new)
    assert verbs != other.verbs


@pytest.mark.parametrize("seed", range(6))
def test_a_year_later_everything_older_is_as_it_was(seed):
    """Through all the years that there are names for."""
    old = make_world(seed)
    for year in range(FIRST_CUTOFF + 1, LAST_CUTOFF + 1):
        new = make_world(seed, year)
        assert new.cutoff == year and new.known_years[-1] == year < new.later_years[0]
        assert new.entities[: len(old.entities)] == old.entities
        assert new.facts[: len(old.facts)] == old.facts
        assert new.verbs == old.verbs
        assert [f for f in old.later if f.year != year] == [f for f in new.later if f in old.later]
        came, news = new.entities[len(old.entities) :], new.facts[len(old.facts) :]
        assert Counter(e.kind for e in came) == NEWCOMERS
        won = [f for f in news if f.relation == "winner"]
        assert won == [f for f in old.later if f.year == year] and len(won) == SIZES["race"]
        assert {f.subject for f in news} - {f.subject for f in won} == {e.name for e in came}
        assert {f.value for f in news if f.relation == "year"} == {str(year)}
        old = new


@pytest.mark.parametrize("cutoff", [FIRST_CUTOFF + 1, LAST_CUTOFF])
def test_a_later_world_keeps_the_rules_of_the_first(cutoff):
    world = make_world(7, cutoff)
    names = [e.name for e in world.entities]
    assert len(set(names)) == len(names)
    people = world.of_kind("person")
    assert len({e.first for e in people}) == len({e.name.split()[1] for e in people}) == len(people)
    held_out = {e.name for e in world.entities if not e.asked and e.kind != "town"}
    for fact in (*world.facts, *world.later):
        assert fact.value in world.values(fact.relation)
        assert not (world.entity(fact.subject).asked and fact.value in held_out)
    inventors = [f.value for f in world.facts if f.relation == "inventor"]
    assert len(set(inventors)) == len(inventors)
    assert len(set(world.values("year"))) == len(world.values("year"))
    for race in world.of_kind("race"):
        assert [f.year for f in world.facts_of(race.name)] == list(world.known_years)
    assert {f.year for f in world.later} == set(world.later_years)
