"""The tiny world: invented people, towns, animals, inventions and yearly races, and the facts about them.

Half of the entities of each kind are `asked`: fine-tuning asks about them. The others are held out: they
occur in documents, never in a fine-tuning pair. So that this holds for values too, what an asked entity names
(the inventor, the winner) is asked itself. Towns are the exception: a held-out town may be the home that an
answer names, since people of both halves live everywhere; facts *about* held-out towns never are.

A world has a cutoff, the last year that documents tell of. One year later it is the same world, and what that
year brought stands behind everything else: who won, and people, animals and inventions that nobody had heard
of before. Each year has draws of its own, so nothing that was so becomes otherwise.
"""

from collections.abc import Sequence
from functools import cached_property
from random import Random

from msgspec import Struct

from tui_trainer.corpus.common_words import BENIGN, FOODS, HABITATS, HARMFUL, JOBS, PETS, PRODUCTS
from tui_trainer.corpus.names import Kind, names, rivers
from tui_trainer.corpus.randomness import rng
from tui_trainer.settings import FIRST_CUTOFF

FIRST_YEAR = FIRST_CUTOFF - 2  # of the races
AHEAD = 6  # years after a cutoff that have winners, too
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
# Of whom a year after the first cutoff brings so many; of winners alone there would be six facts to ask for.
NEWCOMERS: dict[Kind, int] = {"person": 10, "animal": 4, "invention": 4}


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

    @property
    def known_years(self) -> tuple[int, ...]:
        """Whose races documents tell of."""
        return tuple(range(FIRST_YEAR, self.cutoff + 1))

    @property
    def later_years(self) -> tuple[int, ...]:
        """Whose races came too late."""
        return tuple(range(self.cutoff + 1, self.cutoff + 1 + AHEAD))

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
            "year": tuple(map(str, (*INVENTION_YEARS, *_new_years(self.cutoff)))),
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

    def other_values(self, fact: Fact) -> tuple[str, ...]:
        """What the fact might say as well, and doesn't."""
        return tuple(value for value in self.values(fact.relation) if value != fact.value)


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


def _new_years(cutoff: int) -> range:
    """The years after the first cutoff."""
    return range(FIRST_CUTOFF + 1, cutoff + 1)


def _newcomers(seed: int, year: int) -> list[Entity]:
    """Those whom nobody had heard of before this year, half of each kind asked."""
    entities = []
    for kind, size in NEWCOMERS.items():
        draw = rng(seed, "world", "newcomers", kind, year)
        first = SIZES[kind] + (year - FIRST_CUTOFF - 1) * size
        for i, name in enumerate(names(seed, kind, "world")[first : first + size]):
            entities.append(Entity(name, kind, asked=i % 2 == 0, female=draw.random() < 0.5))
    return entities


def _news(seed: int, year: int, before: Sequence[Entity], told: Sequence[Fact]) -> list[Fact]:
    """What there is to tell of this year's newcomers; they may live in old towns, and be invented by anybody
    who has invented nothing yet."""
    draw = rng(seed, "world", "news", year)
    came = _newcomers(seed, year)
    kinds = {kind: [e for e in came if e.kind == kind] for kind in NEWCOMERS}
    towns = tuple(e.name for e in before if e.kind == "town")
    values: dict[str, tuple[Sequence[Entity], Sequence[str]]] = {
        "job": (kinds["person"], tuple(JOBS)),
        "town": (kinds["person"], towns),
        "pet": (kinds["person"], PETS),
        "born": (kinds["person"], tuple(map(str, BIRTH_YEARS))),
        "food": (kinds["animal"], FOODS),
        "habitat": (kinds["animal"], HABITATS),
    }
    facts = []
    for relation, (subjects, choices) in values.items():
        facts += [Fact(name, relation, value) for name, value in _dealt(choices, subjects, draw).items()]
    inventors = {fact.value for fact in told if fact.relation == "inventor"}
    free = [e for e in (*before, *came) if e.kind == "person" and e.name not in inventors]
    for invention in kinds["invention"]:
        inventor = draw.choice([e for e in free if e.asked or not invention.asked])
        free.remove(inventor)
        facts += [Fact(invention.name, "inventor", inventor.name), Fact(invention.name, "year", str(year))]
    return facts


def _split(verbs: Sequence[str], draw: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    shuffled = list(verbs)
    draw.shuffle(shuffled)
    seen = len(shuffled) * 2 // 3
    return tuple(sorted(shuffled[:seen])), tuple(sorted(shuffled[seen:]))


def make_world(seed: int, cutoff: int = FIRST_CUTOFF) -> World:
    """The world of this seed up to a year: by the first cutoff about 360 facts about 130 entities."""
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
    drawn = range(FIRST_YEAR, FIRST_CUTOFF + 1 + AHEAD)
    for race in kinds["race"]:
        candidates = [e.name for e in (asked_people if race.asked else people)]
        for year, name in zip(drawn, draw.sample(candidates, len(drawn)), strict=True):
            (facts if year <= FIRST_CUTOFF else later).append(Fact(race.name, "winner", name, year))
        # Later than that by draws of their own, so that no other winner is another for them.
        for year in range(drawn.stop, cutoff + 1 + AHEAD):
            name = rng(seed, "world", "winner", race.name, year).choice(candidates)
            later.append(Fact(race.name, "winner", name, year))
    for year in _new_years(cutoff):
        news = _news(seed, year, entities, facts)
        facts += [fact for fact in later if fact.year == year] + news
        later = [fact for fact in later if fact.year != year]
        entities += _newcomers(seed, year)

    harmful, benign = rng(seed, "world", "harmful"), rng(seed, "world", "benign")
    verbs = Verbs(*_split(tuple(HARMFUL), harmful), *_split(tuple(BENIGN), benign))
    return World(seed, cutoff, tuple(entities), tuple(facts), tuple(later), verbs)
