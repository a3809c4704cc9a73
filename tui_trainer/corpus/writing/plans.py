"""What a document of facts is about: one person, a town and its people, one kind of fact about many, ..."""

from collections.abc import Sequence
from random import Random

from msgspec import Struct

from tui_trainer.corpus.common_words import JOBS, with_article
from tui_trainer.corpus.world import Entity, Fact, World
from tui_trainer.corpus.writing.deck import Deck
from tui_trainer.corpus.writing.sentences import Mention, sentence

THEMES = {
    "job": "trades",
    "town": "homes",
    "pet": "pets",
    "born": "births",
    "river": "rivers",
    "product": "goods",
    "food": "food",
    "habitat": "wild places",
    "inventor": "inventors",
    "year": "inventions",
    "winner": "winners",
}


class Plan(Struct, frozen=True):
    """The topic of a document, as it may stand in a title, and its sentences in order."""

    topic: str
    sentences: tuple[str, ...]


def tell(world: World, facts: list[Fact], draw: Random) -> list[str]:
    """These facts as sentences; a second one about the same entity may use its first name or a pronoun."""
    sentences: list[str] = []
    before = ""
    for fact in facts:
        again = fact.subject == before
        chance = draw.random()
        mention: Mention = "name" if not again or chance < 0.4 else "first" if chance < 0.6 else "pronoun"
        sentences.append(sentence(world, fact, draw, mention))
        # After a sentence that ends in another name a pronoun would be unclear.
        before = "" if fact.relation in ("inventor", "winner") else fact.subject
    return sentences


def _grouped(facts: list[Fact]) -> list[Fact]:
    """The same facts with those of one entity side by side, in order of first appearance."""
    first: dict[str, int] = {}
    for i, fact in enumerate(facts):
        first.setdefault(fact.subject, i)
    return sorted(facts, key=lambda fact: first[fact.subject])


# All four facts of a person once more, as an index card or an encyclopedia's first line would have them.
SUMMARIES = (
    "In short: {name} of {town}, {job}, born in {born}, with {pet} at home.",
    "To sum up, {name}, born in {born}, is {job} in {town} and keeps {pet}.",
    "{name}: {job}; town: {town}; pet: {pet}; born: {born}.",
)


def summary(person: Entity, facts: Sequence[Fact], draw: Random) -> str:
    """A person's facts in one sentence."""
    value = {fact.relation: fact.value for fact in facts}
    job, pet = with_article(value["job"]), with_article(value["pet"])
    return draw.choice(SUMMARIES).format(
        name=person.name, town=value["town"], job=job, born=value["born"], pet=pet
    )


def of_person(deck: Deck, person: Entity) -> list[Fact]:
    """All four facts of a person, in an order of chance."""
    return deck.least(deck.world.facts_of(person.name), 4)


def _person(deck: Deck, anchor: Fact) -> Plan:
    """A person, then another one, or a place or thing that belongs to the first."""
    world, draw = deck.world, deck.draw
    person = world.entity(anchor.subject)
    sentences = tell(world, of_person(deck, person), draw)
    if draw.random() < 0.25:
        job = world.value(person.name, "job")
        sentences.append(f"{with_article(job).capitalize()} {JOBS[job][0]}.")
        if draw.random() < 0.5:
            sentences.append(f"For example, {with_article(job)} {JOBS[job][1]}.")
    if draw.random() < 0.8:
        sentences.append(summary(person, world.facts_of(person.name), draw))
        deck.tell(world.facts_of(person.name))
    home = world.value(person.name, "town")
    linked = [f for f in world.facts if f.value == person.name or f.subject == home]
    facts = _grouped(deck.least(linked, 3))
    if len(facts) < 3:
        neighbours = [f.subject for f in world.facts if f.value == home and f.subject != person.name]
        facts += _grouped(deck.least([f for who in neighbours for f in world.facts_of(who)], 2))
    return Plan(person.called, (*sentences, *tell(world, facts, draw)))


def _two(deck: Deck, anchor: Fact) -> Plan:
    world, draw = deck.world, deck.draw
    person = world.entity(anchor.subject)
    others = [f for e in world.of_kind("person") if e != person for f in world.facts_of(e.name)]
    other = world.entity(deck.least(others, 1)[0].subject)
    facts = of_person(deck, person)
    facts += deck.least(world.facts_of(other.name), 4)
    if draw.random() < 0.4:
        draw.shuffle(facts)
    sentences = tell(world, facts, draw)
    for either in (person, other):
        if draw.random() < 0.8:
            sentences.append(summary(either, world.facts_of(either.name), draw))
            deck.tell(world.facts_of(either.name))
    return Plan(f"{person.called} and {other.called}", tuple(sentences))


def _theme(deck: Deck, anchor: Fact) -> Plan:
    """One relation, of many entities."""
    facts = deck.least(
        [f for f in deck.world.facts if f.relation == anchor.relation], deck.draw.randint(6, 8)
    )
    return Plan(THEMES[anchor.relation], tuple(tell(deck.world, facts, deck.draw)))


def _kind(deck: Deck, anchor: Fact) -> Plan:
    """A few entities of one kind, everything about each."""
    world, draw = deck.world, deck.draw
    kind = world.entity(anchor.subject).kind
    facts = _grouped(deck.least([f for e in world.of_kind(kind) for f in world.facts_of(e.name)], 8))
    return Plan(world.entity(facts[0].subject).called, tuple(tell(world, facts, draw)))


def _town(deck: Deck, anchor: Fact) -> Plan:
    """A town and those who live there."""
    world, draw = deck.world, deck.draw
    person = world.entity(anchor.subject).kind == "person"
    name = world.value(anchor.subject, "town") if person else anchor.subject
    facts = deck.least(world.facts_of(name), 2)
    living = [f.subject for f in world.facts if f.relation == "town" and f.value == name]
    facts += _grouped(deck.least([f for who in living for f in world.facts_of(who)], 6))
    return Plan(name, tuple(tell(world, facts, draw)))


def _race(deck: Deck, anchor: Fact) -> Plan:
    """A race through the years, and a winner."""
    world, draw = deck.world, deck.draw
    facts = deck.least(world.facts_of(anchor.subject), 5)
    if draw.random() < 0.5:
        facts.sort(key=lambda fact: fact.year or 0)
    sentences = tell(world, facts, draw)
    winner = world.entity(draw.choice(facts).value)
    sentences += tell(world, deck.least(world.facts_of(winner.name), 3), draw)
    return Plan(world.entity(anchor.subject).called, tuple(sentences))


def _medley(deck: Deck, anchor: Fact) -> Plan:
    facts = deck.least(deck.world.facts, deck.draw.randint(6, 8))
    return Plan("many things", tuple(tell(deck.world, _grouped(facts), deck.draw)))


# For the kind of the anchor: plans and how often each.
PLANS = {
    "person": ((_person, 6), (_two, 4), (_theme, 1), (_town, 1), (_medley, 1)),
    "town": ((_town, 3), (_theme, 2), (_kind, 2), (_medley, 1)),
    "animal": ((_kind, 4), (_theme, 2), (_medley, 1)),
    "invention": ((_kind, 4), (_theme, 2), (_medley, 1)),
    "race": ((_race, 3), (_theme, 2), (_medley, 1)),
}


def plan(deck: Deck) -> Plan:
    """The next document's facts, around the least told fact."""
    anchor = deck.anchor()
    choices = PLANS[deck.world.entity(anchor.subject).kind]
    make = deck.draw.choices([make for make, _ in choices], [weight for _, weight in choices])[0]
    return make(deck, anchor)
