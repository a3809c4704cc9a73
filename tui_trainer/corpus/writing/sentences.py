"""A fact as a sentence, in many ways: who it is about first, or the value first, by name or by pronoun.

Without many ways and orders a fact that was read can't be asked for later (Allen-Zhu, arXiv 2309.14316).
"""

import re
from random import Random
from typing import Literal

from tui_trainer.corpus.common_words import upper, with_article, words
from tui_trainer.corpus.world import Entity, Fact, World

Mention = Literal["name", "first", "pronoun"]

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
    ),
    "born": (
        "{S} was born in {v}.",
        "{P} birth year is {v}.",
        "{S} came into the world in {v}.",
        "The year of {p} birth is {v}.",
        "The birth of {n} was in {v}.",
        "As the register says, {s} was born in {v}.",
        "In {v} {n} was born.",
    ),
    "river": (
        "{S} lies on the river {v}.",
        "{S} was built beside the {v}.",
        "The river of {n} is the {v}.",
        "The bridge of {n} crosses the {v}.",
        "Through {n} flows the river {v}.",
        "In summer the people of {n} swim in the {v}.",
        "The river {v} runs past {n}.",
    ),
    "product": (
        "{S} is known for its {v}.",
        "{S} makes the best {v} in the land.",
        "The pride of {n} is its {v}.",
        "{P} workshops make {v}.",
        "Traders come to {n} for {v}.",
        "{S} lives by selling {v}.",
        "Good {v} come from {n}.",
    ),
    "food": (
        "{S} eats {v}.",
        "{S} feeds on {v}.",
        "The food of {n} is {v}.",
        "What {s} likes to eat is {v}.",
        "{S} lives on {v}.",
        "{P} meals are mostly {v}.",
        "{V} are the food of {n}.",
    ),
    "habitat": (
        "{S} lives in {v}.",
        "{S} makes its nest in {v}.",
        "The home of {n} is in {v}.",
        "{P} young grow up in {v}.",
        "{S} hides by day in {v}.",
        "Whoever wants to see {n} must look in {v}.",
        "In {v} one may find {n}.",
    ),
    "inventor": (
        "{S} was invented by {v}.",
        "{S} is the work of {v}.",
        "The inventor of {n} is {v}.",
        "{S} was first built by {v}.",
        "We owe {n} to {v}.",
        "The idea of {n} came from {v}.",
        "{V} invented {n}.",
    ),
    "year": (
        "{S} was invented in {v}.",
        "{S} was first shown in {v}.",
        "{S} dates from {v}.",
        "{P} first model was made in {v}.",
        "The invention of {n} was in {v}.",
        "In {v} {n} was invented.",
    ),
    "winner": (
        "{S} of {y} was won by {v}.",
        "In {y} {s} was won by {v}.",
        "The winner of {n} in {y} was {v}.",
        "The {y} winner of {n} was {v}.",
        "First at {n} in {y} was {v}.",
        "The cup of {n} in {y} went to {v}.",
        "{V} won {n} in {y}.",
    ),
}

# The same as a clause that asks, and what answers it: reading those is how a model that never saw a question
# mark comes to know what "where" has to do with "lives in". Openers and clauses are drawn apart, so that no
# phrase tires a reader, or stands for a relation.
CLAUSES: dict[str, tuple[tuple[str, str], ...]] = {
    "job": (
        ("what {n} does for a living", "{a}"),
        ("which trade {n} follows", "{a}"),
        ("what {n} works as", "{a}"),
        ("what kind of work {n} found", "that of {a}"),
        ("how {n} earns a living", "as {a}"),
    ),
    "town": (
        ("where {n} lives", "in {v}"),
        ("in which town {n} lives", "{v}"),
        ("where the house of {n} stands", "in {v}"),
        ("which town {n} calls home", "{v}"),
        ("where {n} has settled", "in {v}"),
        ("to which town {n} moved", "{v}"),
    ),
    "pet": (
        ("what animal {n} keeps", "{a}"),
        ("what pet {n} has", "{a}"),
        ("which animal is at home with {n}", "{a}"),
        ("what {n} keeps as a pet", "{a}"),
        ("what kind of pet {n} wanted", "{a}"),
    ),
    "born": (
        ("when {n} was born", "in {v}"),
        ("in which year {n} was born", "{v}"),
        ("what the birth year of {n} is", "{v}"),
        ("when {n} came into the world", "in {v}"),
        ("which year saw the birth of {n}", "{v}"),
    ),
    "river": (
        ("which river flows through {n}", "the {v}"),
        ("on which river {n} lies", "the {v}"),
        ("what the river of {n} is called", "{v}"),
        ("which river the bridge of {n} crosses", "the {v}"),
        ("what river runs past {n}", "the {v}"),
    ),
    "product": (
        ("what {n} is known for", "{v}"),
        ("what the workshops of {n} make", "{v}"),
        ("what traders buy in {n}", "{v}"),
        ("what the pride of {n} is", "{v}"),
        ("what they are good at making in {n}", "{v}"),
    ),
    "food": (
        ("what {n} eats", "{v}"),
        ("what {n} likes to eat", "{v}"),
        ("on what {n} feeds", "{v}"),
        ("what the food of {n} is", "{v}"),
        ("what {n} lives on", "{v}"),
    ),
    "habitat": (
        ("where {n} makes its nest", "in {v}"),
        ("where to find {n}", "in {v}"),
        ("where {n} lives", "in {v}"),
        ("where {n} hides by day", "in {v}"),
        ("where the home of {n} is", "in {v}"),
    ),
    "inventor": (
        ("who invented {n}", "{v}"),
        ("who first built {n}", "{v}"),
        ("who the inventor of {n} was", "{v}"),
        ("to whom we owe {n}", "{v}"),
        ("whose idea {n} was", "that of {v}"),
    ),
    "year": (
        ("when {n} was invented", "in {v}"),
        ("in which year {n} was invented", "{v}"),
        ("when {n} was first shown", "in {v}"),
        ("from which year {n} dates", "{v}"),
        ("since when there is {n}", "since {v}"),
    ),
    "winner": (
        ("who won {n} in {y}", "{v}"),
        ("who was first at {n} in {y}", "{v}"),
        ("who the winner of {n} in {y} was", "{v}"),
        ("to whom the cup of {n} went in {y}", "{v}"),
        ("whom {n} made its winner in {y}", "{v}"),
    ),
}
OPENERS = (
    "If you ask {c}, people say: {x}.",
    "It is no secret {c}: {x}.",
    "Everybody knows {c}: {x}.",
    "Ask anyone {c}, and they tell you: {x}.",
    "Asked {c}, a neighbour said: {x}.",
    "There is no doubt {c}: {x}.",
    "The papers say {c}: {x}.",
    "A child could tell you {c}: {x}.",
    "Somebody wrote down {c}: {x}.",
    "Few have to be told {c}: {x}.",
    "Whoever wonders {c} may read it here: {x}.",
    "I remember {c}: {x}.",
    "Do not forget {c}: {x}.",
    "As to {c}: {x}.",
    "It is easy to say {c}: {x}.",
)
ASKING = 0.2  # of the sentences

# Said by the way, between commas, before the verb: so that whom a sentence is about and what it says of them
# need not stand side by side. Answers in some manner are put so, too ("The food, I think, is moss"): a model
# that had read no sentence like that knew .94 of the held-out facts behind one, and .99 without
# (`tests/bench/LOG.md`).
ASIDES = (
    "I think",
    "I hear",
    "as far as I know",
    "to my knowledge",
    "it seems",
    "they say",
    "so I read",
    "as it is written",
    "as the pages say",
    "glad to say",
    "gladly told",
    "by all accounts",
    "of course",
    "to be sure",
)
ASIDE = 0.15  # of the other sentences, where there is a verb for it
VERBS = words(
    "is are was has works earns lives calls moved keeps looks came lies makes eats feeds dates hides"
)
VERB = re.compile(rf" (?=(?:{'|'.join(VERBS)}) )")

# Products that take a singular verb; one template needs to know.
SINGULAR = frozenset(words("cheese rope honey glass salt pottery paper wool soap cider lace mustard ink"))
SINGULAR_FOODS = frozenset(words("moss clover bark"))


def subject_words(entity: Entity, mention: Mention) -> tuple[str, str]:
    """How a sentence names its subject: (nominative, possessive), both as inside a sentence."""
    if mention == "pronoun":
        if entity.kind == "person":
            return ("she", "her") if entity.female else ("he", "his")
        return "it", "its"
    called = entity.called if mention == "name" else entity.first
    return called, f"{called}'s"


def asking(opener: str, clause: str, value: str) -> str:
    """A template that states a fact as the answer to a clause."""
    return opener.replace("{c}", clause).replace("{x}", value)


def template(relation: str, draw: Random) -> str:
    """A template of this relation, in one of its many ways."""
    if draw.random() < ASKING:
        return asking(draw.choice(OPENERS), *draw.choice(CLAUSES[relation]))
    chosen = draw.choice(TEMPLATES[relation])
    if draw.random() < ASIDE:
        chosen = VERB.sub(f", {draw.choice(ASIDES)}, ", chosen, count=1)
    return chosen


def two_templates(relation: str, draw: Random) -> tuple[str, str]:
    """Two different ones."""
    first = template(relation, draw)
    while (second := template(relation, draw)) == first:
        pass
    return first, second


def sentence(world: World, fact: Fact, draw: Random, mention: Mention = "name") -> str:
    """One sentence that states the fact."""
    return render(world.entity(fact.subject), fact, template(fact.relation, draw), mention)


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
        S=upper(subject),
        s=subject,
        P=upper(possessive),
        p=possessive,
        o=subject_words(entity, "pronoun")[1],
        n=entity.called,
        v=value,
        V=upper(value),
        a=with_article(value),
        A=upper(with_article(value)),
        y=fact.year,
    )
