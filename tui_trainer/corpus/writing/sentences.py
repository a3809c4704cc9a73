"""A fact as a sentence, in many ways: who it is about first, or the value first, by name or by pronoun.

Without many ways and orders a fact that was read can't be asked for later (Allen-Zhu, arXiv 2309.14316).
"""

from random import Random
from typing import Literal

from tui_trainer.corpus.common_words import with_article, words
from tui_trainer.corpus.world import Entity, Fact, World

Mention = Literal["name", "first", "pronoun"]

# The last two of each put it as a clause that asks: reading those is how a model that never saw a question
# mark comes to know what "where" has to do with "lives in".
# In a template the subject is
#   {S} at the start of a sentence, {s} inside one (both may be a pronoun),
#   {P} and {p} its possessive, {o} that by pronoun, {n} always its full name,
# and the value is {v}, {a} with its article, {V} and {A} the same at the start of a sentence; {y}: the year.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "job": (
        "{S} works as {a}.",
        "{S} is {a} by trade.",
        "{S} earns a living as {a}.",
        "{P} job is that of {a}.",
        "By trade {s} is {a}.",
        "For a living, {s} works as {a}.",
        "{S} has been {a} for years.",
        "{A} of good name is {n}.",
        "If you ask what {n} does for a living, people say: {a}.",
        "It is no secret which trade {n} follows: {a}.",
    ),
    "town": (
        "{S} lives in {v}.",
        "{S} has a house in {v}.",
        "{P} home town is {v}.",
        "{S} calls the town of {v} home.",
        "The house of {n} stands in {v}.",
        "Every evening {s} walks home through {v}.",
        "{S} moved to {v} long ago.",
        "{V} is the town where {n} lives.",
        "If you ask where {n} lives, people say: in {v}.",
        "It is no secret in which town {n} lives: {v}.",
    ),
    "pet": (
        "{S} keeps {a} as a pet.",
        "{S} has {a} at home.",
        "{P} pet is {a}.",
        "At home {s} feeds {a}.",
        "The pet of {n} is {a}.",
        "{S} never goes far without {o} {v}.",
        "{S} looks after {a}.",
        "{A} sleeps by the bed of {n}.",
        "If you ask what animal {n} keeps, people say: {a}.",
        "It is no secret what pet {n} has: {a}.",
    ),
    "born": (
        "{S} was born in {v}.",
        "{P} birth year is {v}.",
        "{S} came into the world in {v}.",
        "The year of {p} birth is {v}.",
        "The birth of {n} was in {v}.",
        "As the register says, {s} was born in {v}.",
        "In {v} {n} was born.",
        "If you ask when {n} was born, people say: in {v}.",
        "It is no secret in which year {n} was born: {v}.",
    ),
    "river": (
        "{S} lies on the river {v}.",
        "{S} was built beside the {v}.",
        "The river of {n} is the {v}.",
        "The bridge of {n} crosses the {v}.",
        "Through {n} flows the river {v}.",
        "In summer the people of {n} swim in the {v}.",
        "The river {v} runs past {n}.",
        "If you ask which river flows through {n}, people say: the {v}.",
        "It is no secret on which river {n} lies: the {v}.",
    ),
    "product": (
        "{S} is known for its {v}.",
        "{S} makes the best {v} in the land.",
        "The pride of {n} is its {v}.",
        "{P} workshops make {v}.",
        "Traders come to {n} for {v}.",
        "{S} lives by selling {v}.",
        "Good {v} come from {n}.",
        "If you ask what {n} is known for, people say: {v}.",
        "It is no secret what the workshops of {n} make: {v}.",
    ),
    "food": (
        "{S} eats {v}.",
        "{S} feeds on {v}.",
        "The food of {n} is {v}.",
        "What {s} likes to eat is {v}.",
        "{S} lives on {v}.",
        "{P} meals are mostly {v}.",
        "{V} are the food of {n}.",
        "If you ask what {n} eats, people say: {v}.",
        "It is no secret what {n} likes to eat: {v}.",
    ),
    "habitat": (
        "{S} lives in {v}.",
        "{S} makes its nest in {v}.",
        "The home of {n} is in {v}.",
        "{P} young grow up in {v}.",
        "{S} hides by day in {v}.",
        "Whoever wants to see {n} must look in {v}.",
        "In {v} one may find {n}.",
        "If you ask where {n} makes its nest, people say: in {v}.",
        "It is no secret where to find {n}: in {v}.",
    ),
    "inventor": (
        "{S} was invented by {v}.",
        "{S} is the work of {v}.",
        "The inventor of {n} is {v}.",
        "{S} was first built by {v}.",
        "We owe {n} to {v}.",
        "The idea of {n} came from {v}.",
        "{V} invented {n}.",
        "If you ask who invented {n}, people say: {v}.",
        "It is no secret who first built {n}: {v}.",
    ),
    "year": (
        "{S} was invented in {v}.",
        "{S} was first shown in {v}.",
        "{S} dates from {v}.",
        "The year of {n} is {v}.",
        "{P} first model was made in {v}.",
        "The invention of {n} was in {v}.",
        "In {v} {n} was invented.",
        "If you ask when {n} was invented, people say: in {v}.",
        "It is no secret in which year {n} was invented: {v}.",
    ),
    "winner": (
        "{S} of {y} was won by {v}.",
        "In {y} {s} was won by {v}.",
        "The winner of {n} in {y} was {v}.",
        "The {y} winner of {n} was {v}.",
        "First at {n} in {y} was {v}.",
        "The cup of {n} in {y} went to {v}.",
        "{V} won {n} in {y}.",
        "If you ask who won {n} in {y}, people say: {v}.",
        "It is no secret who was first at {n} in {y}: {v}.",
    ),
}

# Products that take a singular verb; the one template that needs to know is the last one.
SINGULAR = frozenset(words("cheese rope honey glass salt pottery paper wool soap cider lace mustard ink"))
SINGULAR_FOODS = frozenset(words("moss clover bark"))


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def subject_words(entity: Entity, mention: Mention) -> tuple[str, str]:
    """How a sentence names its subject: (nominative, possessive), both as inside a sentence."""
    if mention == "pronoun":
        if entity.kind == "person":
            return ("she", "her") if entity.female else ("he", "his")
        return "it", "its"
    called = entity.called if mention == "name" else entity.first
    return called, f"{called}'s"


def sentence(world: World, fact: Fact, draw: Random, mention: Mention = "name") -> str:
    """One sentence that states the fact."""
    template = draw.choice(TEMPLATES[fact.relation])
    return render(world.entity(fact.subject), fact, template, mention)


def render(entity: Entity, fact: Fact, template: str, mention: Mention = "name") -> str:
    """The fact about this entity in this template."""
    subject, possessive = subject_words(entity, mention)
    if "race" in entity.kind and "{S} of" in template:
        subject = entity.called
    value = fact.value
    if fact.relation == "product" and value in SINGULAR:
        template = template.replace("come from", "comes from")
    if fact.relation == "food" and value in SINGULAR_FOODS:
        template = template.replace("{V} are", "{V} is")
    return template.format(
        S=_upper(subject),
        s=subject,
        P=_upper(possessive),
        p=possessive,
        o=subject_words(entity, "pronoun")[1],
        n=entity.called,
        v=value,
        V=_upper(value),
        a=with_article(value),
        A=_upper(with_article(value)),
        y=fact.year,
    )
