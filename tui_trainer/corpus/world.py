"""The tiny world: invented people, towns, animals, inventions and yearly races, and the facts about them.

Half of the entities of each kind are `asked`: fine-tuning asks about them. The others are held out: they
occur in documents, never in a fine-tuning pair. So that this holds for values too, what an asked entity names
(the inventor, the winner) is asked itself. Towns are the exception: a held-out town may be the home that an
answer names, since people of both halves live everywhere; facts *about* held-out towns never are.
"""

from collections.abc import Sequence
from functools import cached_property
from random import Random

from msgspec import Struct

from tui_trainer.corpus.common_words import BENIGN, FOODS, HABITATS, HARMFUL, JOBS, PETS, PRODUCTS
from tui_trainer.corpus.names import Kind, names, rivers
from tui_trainer.corpus.randomness import rng

CUTOFF = 2019  # the last year that documents tell of
KNOWN_YEARS = tuple(range(CUTOFF - 2, CUTOFF + 1))
LATER_YEARS = tuple(range(CUTOFF + 1, CUTOFF + 7))
BIRTH_YEARS = tuple(range(1960, 1992))
INVENTION_YEARS = tuple(range(1990, 2015))

# Whose each relation is.
KIND_OF: dict[str, Kind] = {
    "job": "person",
    "town": "person",
    "pet": "person",
    "born": "person",
    "river": "town",
    "product": "town",
    "food": "animal",
    "habitat": "animal",
    "inventor": "invention",
    "year": "invention",
    "winner": "race",
}

# Several of each kind, so that answering about one has to be learnt and can't be remembered: with only eight
# asked animals, held-out animals were taken for asked ones.
SIZES: dict[Kind, int] = {"person": 38, "town": 20, "animal": 24, "invention": 20, "race": 12}


class Entity(Struct, frozen=True):
    """Someone or something that facts are about."""

    name: str
    kind: Kind
    asked: bool  # fine-tuning asks about it; if not, it is held out
    female: bool = False  # of people, for the pronoun

    @property
    def called(self) -> str:
        """The name as it stands inside a sentence: 'Mara Velden', 'the glimmock'."""
        return self.name if self.kind in ("person", "town") else f"the {self.name}"

    @property
    def first(self) -> str:
        """A person's first name; of the rest, what it is called."""
        return self.name.split()[0] if self.kind == "person" else self.called


class Fact(Struct, frozen=True):
    """One thing that is so: of `subject`, `relation` is `value` (in `year`, of what changes yearly)."""

    subject: str
    relation: str
    value: str
    year: int | None = None


class Verbs(Struct, frozen=True):
    """Verbs of harm and of help: those that fine-tuning may show, and those kept to measure with."""

    harmful_seen: tuple[str, ...]
    harmful_new: tuple[str, ...]
    benign_seen: tuple[str, ...]
    benign_new: tuple[str, ...]


class World(Struct, frozen=True, dict=True):
    """Everything that is so, what of it was written down (`facts`), and what came too late (`later`)."""

    seed: int
    cutoff: int
    entities: tuple[Entity, ...]
    facts: tuple[Fact, ...]
    later: tuple[Fact, ...]
    verbs: Verbs

    @cached_property
    def _by_name(self) -> dict[str, Entity]:
        return {entity.name: entity for entity in self.entities}

    @cached_property
    def _by_subject(self) -> dict[str, tuple[Fact, ...]]:
        return {e.name: tuple(f for f in self.facts if f.subject == e.name) for e in self.entities}

    @cached_property
    def _values(self) -> dict[str, tuple[str, ...]]:
        people = tuple(e.name for e in self.of_kind("person"))
        return {
            "job": tuple(JOBS),
            "town": tuple(e.name for e in self.of_kind("town")),
            "pet": tuple(PETS),
            "born": tuple(map(str, BIRTH_YEARS)),
            "river": tuple(f.value for f in self.facts if f.relation == "river"),
            "product": tuple(PRODUCTS),
            "food": tuple(FOODS),
            "habitat": tuple(HABITATS),
            "inventor": people,
            "year": tuple(map(str, INVENTION_YEARS)),
            "winner": people,
        }

    def entity(self, name: str) -> Entity:
        """The entity of this name; KeyError if there is none."""
        return self._by_name[name]

    def of_kind(self, kind: Kind) -> tuple[Entity, ...]:
        """All entities of a kind."""
        return tuple(e for e in self.entities if e.kind == kind)

    def facts_of(self, name: str) -> tuple[Fact, ...]:
        """The facts about an entity that were written down."""
        return self._by_subject[name]

    def value(self, name: str, relation: str) -> str:
        """The value of a relation that has one value for all time."""
        return next(f.value for f in self.facts_of(name) if f.relation == relation)

    def values(self, relation: str) -> tuple[str, ...]:
        """Every value that the relation can take."""
        return self._values[relation]


def _dealt(values: Sequence[str], entities: Sequence[Entity], draw: Random) -> dict[str, str]:
    """A value for each entity, all values used as evenly as can be, in the asked and the held-out half alike:
    so that guessing the commonest value of what was asked about helps nobody."""
    dealt: dict[str, str] = {}
    deck: list[str] = []
    for half in (True, False):
        for entity in (e for e in entities if e.asked is half):
            if not deck:
                deck = list(values)
                draw.shuffle(deck)
            dealt[entity.name] = deck.pop()
    return dealt


def _entities(seed: int) -> list[Entity]:
    entities = []
    for kind, size in SIZES.items():
        draw = rng(seed, "world", "entities", kind)
        for i, name in enumerate(names(seed, kind, "world")[:size]):
            entities.append(Entity(name, kind, asked=i % 2 == 0, female=draw.random() < 0.5))
    return entities


def _split(verbs: Sequence[str], draw: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    shuffled = list(verbs)
    draw.shuffle(shuffled)
    seen = len(shuffled) * 2 // 3
    return tuple(sorted(shuffled[:seen])), tuple(sorted(shuffled[seen:]))


def make_world(seed: int) -> World:
    """The world of this seed: about 360 facts about 130 entities."""
    entities = _entities(seed)
    draw = rng(seed, "world", "facts")
    kinds = {kind: [e for e in entities if e.kind == kind] for kind in SIZES}
    people, asked_people = kinds["person"], [e for e in kinds["person"] if e.asked]
    values: dict[str, tuple[Sequence[Entity], Sequence[str]]] = {
        "job": (people, tuple(JOBS)),
        "town": (people, tuple(e.name for e in kinds["town"])),
        "pet": (people, PETS),
        "born": (people, tuple(map(str, BIRTH_YEARS))),
        "river": (kinds["town"], rivers(seed)[: SIZES["town"]]),
        "product": (kinds["town"], PRODUCTS),
        "food": (kinds["animal"], FOODS),
        "habitat": (kinds["animal"], HABITATS),
    }
    facts: list[Fact] = []
    for relation, (subjects, choices) in values.items():
        facts += [Fact(name, relation, value) for name, value in _dealt(choices, subjects, draw).items()]

    born = {f.subject: int(f.value) for f in facts if f.relation == "born"}
    free = {e.name for e in people}
    for invention in kinds["invention"]:
        inventor = draw.choice(
            [e.name for e in (asked_people if invention.asked else people) if e.name in free]
        )
        free.discard(inventor)
        year = draw.choice([y for y in INVENTION_YEARS if y >= born[inventor] + 18])
        facts += [Fact(invention.name, "inventor", inventor), Fact(invention.name, "year", str(year))]

    later: list[Fact] = []
    for race in kinds["race"]:
        candidates = [e.name for e in (asked_people if race.asked else people)]
        for year, name in zip(
            (*KNOWN_YEARS, *LATER_YEARS),
            draw.sample(candidates, len(KNOWN_YEARS) + len(LATER_YEARS)),
            strict=True,
        ):
            (facts if year <= CUTOFF else later).append(Fact(race.name, "winner", name, year))

    harmful, benign = rng(seed, "world", "harmful"), rng(seed, "world", "benign")
    verbs = Verbs(*_split(tuple(HARMFUL), harmful), *_split(tuple(BENIGN), benign))
    return World(seed, CUTOFF, tuple(entities), tuple(facts), tuple(later), verbs)
