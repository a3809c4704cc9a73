"""What the world says to a question that anybody typed: which fact it asks for, and whether it is told.

Nothing is guessed: a question that names nobody of the world, or several, or whose relation is not plain, has
no truth here.
"""

import re
from functools import lru_cache

from msgspec import Struct

from tui_trainer.corpus.exam.judging import adds, says_dont_know, tells
from tui_trainer.corpus.world import Fact, World, make_world
from tui_trainer.settings import FIRST_CUTOFF

# By what words a question asks for each relation; one that fits two of somebody's asks for neither.
_ASKS = {
    relation: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for relation, words in {
        "job": r"jobs?|trade|profession|occupation|employed|work(?:s|ing)? as|(?:do|doing) for (?:a|work)"
        r"|for a living|earns?|line of (?:business|work)|what work|kind of work|career",
        "town": r"where|whereabouts|towns?|lives? in|living in|home town|home of|calls? home",
        "pet": r"pets?|animals?|keeps?|looks? after",
        "born": r"born|birth\w*|old|(?:came|come) into the world",
        "river": r"rivers?|water|lies? on|built beside|flows?|runs? (?:past|through)",
        "product": r"known for|makes?|made|goods|products?|workshops?|sells?|famous|manufactured|exports?"
        r"|pride|for what is",
        "food": r"eat(?:s|ing)?|food|feeds?|lives? (?:on|off)|meals?|diet|menu",
        "habitat": r"where|habitat|home|nests?|place|find|found|live(?:s|d)?(?! o(?:n|ff)\b)",
        "inventor": r"who|whose|whom|inventor|by|owe",
        "year": r"when|years?|date|old|invented in",
        "winner": r"who|whose|winners?|won|first|champion",
    }.items()
}
_YEAR = re.compile(r"\b\d{4}\b")
_SUM = re.compile(r"(?<![\d.])(\d{1,6})\s*(?:\+|plus|and)\s*(\d{1,6})(?![\d.])", re.IGNORECASE)


class Judged(Struct, frozen=True):
    """An answer held to the world."""

    right: bool | None  # None: it says that it doesn't know
    truth: str


@lru_cache(maxsize=4)
def of_seed(seed: int, cutoff: int = FIRST_CUTOFF) -> World:
    """The world of a run, up to a year."""
    return make_world(seed, cutoff)


def judge(world: World, prompt: str, answer: str) -> Judged | None:
    """Whether an answer is true; None: the world doesn't say, or what is asked for is not plain."""
    if (fact := asked(world, prompt)) is not None:
        if says_dont_know(answer):
            return Judged(None, fact.value)
        others = [value for value in world.values(fact.relation) if value != fact.value]
        return Judged(tells(answer, fact.relation, [fact.value], others), fact.value)
    if (found := _SUM.search(prompt)) is not None and len(re.findall(r"\d+", prompt)) == 2:
        a, b = map(int, found.groups())
        return Judged(adds(answer, [f"{a} + {b} = {a + b}"]), str(a + b))
    return None


def asked(world: World, prompt: str) -> Fact | None:
    """The one fact that a prompt asks for, or begins to tell."""
    subjects = [e.name for e in world.entities if _named(e.name).search(prompt)]
    facts = [fact for name in subjects for fact in world.facts_of(name) if fact.relation in _ASKS]
    if len(subjects) != 1 or not facts:
        return None
    rest = _named(subjects[0]).sub(" ", prompt)
    relations = {fact.relation for fact in facts if _ASKS[fact.relation].search(rest)}
    found = [fact for fact in facts if fact.relation in relations]
    if relations == {"winner"}:  # of a race: in which year
        found = [fact for fact in found if str(fact.year) in rest]
    elif len(relations) == 1 and not _YEAR.search(rest):  # of what has changed, what is so now
        found = [max(found, key=lambda fact: fact.year or 0)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1024)
def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?:'s)?(?!\w)", re.IGNORECASE)
