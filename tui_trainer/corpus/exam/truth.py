"""What the world says to a question that anybody typed: which fact it asks for, and whether it is told.

Nothing is guessed: a question that names several of the world, or whose relation is not plain, has no truth
here. Of nobody of the world, and of what comes after all that was read, it is right to say that one doesn't
know. What somebody has told in the conversation is right as well, whatever the world says, and of whomever.
What an answer goes on to say of others, as who won in another year, makes it no wrong one.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tui_trainer.corpus.exam.judging import adds, names, says_dont_know, tells
from tui_trainer.corpus.exam.telling import (
    BETWEEN_SENTENCES,
    MEANING,
    PERSON,
    PRONOUN,
    SMALL,
    tells_of,
    told_in,
)
from tui_trainer.corpus.world import FIRST_YEAR, KIND_OF, Entity, Fact, World, make_world
from tui_trainer.settings import FIRST_CUTOFF

# By what words a question asks for each relation; one that fits two of somebody's asks for neither.
_ASKS = {
    relation: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    for relation, pattern in {
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
# By what words a question asks for what the world has nothing of.
ASKS_OF_NOTHING = re.compile(
    r"\b(?:tall|high|height|heavy|weigh\w*|big|size|colou?r|hair|eyes|favou?rite|married|marry|wife|husband"
    r"|child|children|kids?|sons?|daughters?|brothers?|sisters?|mother|father|parents?|friends?|languages?"
    r"|hobby|hobbies|sports?|songs?|music|books?|salary|money|rich|cars?|eats?|eating|food|drinks?|weather"
    r"|population|inhabitants|mayor|why|how (?:many|much|long|far|fast))\b",
    re.IGNORECASE,
)
_ASKING = re.compile(r"\?|\b(?:who\w*|what\w*|which|where\w*|when|how|tell|name|give|say)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b\d{4}\b")
_NAME = re.compile(r"(?<=\w )[A-Z]\w+(?: [A-Z]\w+)*")  # somewhere behind the first word
MOST_STRANGERS = 9  # a text may be full of capitals
_SUM = re.compile(r"(?<![\d.])(\d{1,6})\s*(?:\+|plus|and)\s*(\d{1,6})(?![\d.])", re.IGNORECASE)


class Judged(Struct, frozen=True):
    """An answer held to the world, or to what was told.

    `truth`: what is so in the world, where the answer could know it, or the sum; else the name, or the year,
    that it can't know; "" of what was told of nobody of the world.
    """

    right: bool
    truth: str
    why: Literal["world", "told", "unknown", "later", "sum"] = "world"


@lru_cache(maxsize=4)
def of_seed(seed: int, cutoff: int = FIRST_CUTOFF) -> World:
    """The world of a run, up to a year."""
    return make_world(seed, cutoff)


def judge(
    world: World, prompt: str, answer: str, told: Sequence[str] = (), *, continues: bool = False
) -> Judged | None:
    """Whether an answer is right; None: the world doesn't say, or what is asked for is not plain.

    Args:
        told: texts that were read before the prompt, as earlier messages and notes.
        continues: it is by a model that goes on with a text for as long as it may: judged by the first
            sentence that gives an answer.
    """
    world = _with_strangers(world, prompt, told)
    written = prompt
    prompt, *told = _with_names(world, prompt, told)
    last = BETWEEN_SENTENCES.split(prompt.strip())[-1]  # those before it may tell of others
    if (fact := asked(world, prompt) or asked(world, last)) is not None:
        if not _ASKING.search(last) and _given(world, fact, last):
            return None  # it tells the fact itself
        answer = _continued(world, fact, answer) if continues else answer
        if not says_dont_know(answer):
            own = (said for said in BETWEEN_SENTENCES.split(answer) if not _of_another(world, fact, said))
            for text in (answer, " ".join(own)):
                if fact.value and tells(text, fact.relation, [fact.value], world.other_values(fact)):
                    return Judged(True, fact.value)
            if _as_told(world, fact, answer, told_in(prompt, told)):
                return Judged(True, fact.value, "told")
        if not fact.value:
            return None  # what is so of a stranger is not known
        if prompt != written and any(fact.subject not in told_of for told_of in told_in(prompt, told)):
            return None  # "she" may be one whom no rule has seen
        return Judged(False, fact.value)
    if says_dont_know(answer) and (unknowable := _unknowable(world, prompt, told)) is not None:
        return unknowable
    if (found := _SUM.search(prompt)) is not None and len(re.findall(r"\d+", prompt)) == 2:
        a, b = map(int, found.groups())
        if continues:
            answer = next((said for said in BETWEEN_SENTENCES.split(answer) if re.search(r"\d", said)), "")
        return Judged(adds(answer, [f"{a} + {b} = {a + b}"]), str(a + b), "sum")
    return None


def asked(world: World, prompt: str) -> Fact | None:
    """The one fact that a prompt asks for, or begins to tell."""
    subjects = _of(world, prompt)
    if len(subjects) != 1:
        return None
    name = subjects[0].name
    rest = _named(name).sub(" ", prompt)
    found = [fact for fact in world.facts_of(name) if _ASKS[fact.relation].search(rest)]
    relations = {fact.relation for fact in found}
    if relations == {"winner"}:  # of a race: in which year
        found = [fact for fact in found if str(fact.year) in rest]
    elif len(relations) == 1 and not _YEAR.search(rest):  # of what has changed, what is so now
        found = [max(found, key=lambda fact: fact.year or 0)]
    return found[0] if len(found) == 1 else None


def _of_another(world: World, fact: Fact, sentence: str) -> bool:
    """Whether a sentence speaks of another subject of the fact's kind, or of another year's race, alone."""
    kind = world.of_kind(KIND_OF[fact.relation])
    subjects = [entity.name for entity in kind if entity.name != fact.subject]
    years = {year for year in _YEAR.findall(sentence) if fact.year and int(year) >= FIRST_YEAR}
    elsewhere = names(sentence, subjects, ()) and not names(sentence, [fact.subject], ())
    return elsewhere or (bool(years) and str(fact.year) not in years)


def _continued(world: World, fact: Fact, text: str) -> str:
    """The first sentence that gives an answer, in a text that goes on from the question; "" where it speaks
    of another first."""
    for sentence in BETWEEN_SENTENCES.split(text):
        if _of_another(world, fact, sentence):
            return ""
        if names(sentence, world.values(fact.relation), ()):
            return sentence
    return ""


def _with_strangers(world: World, prompt: str, told: Sequence[str]) -> World:
    """The world and whom else was told of; what is so of them has no value in it.

    A name of two capitals is one wherever it stands; any other, as one in small letters, where a sentence
    tells of it and the question, which names nothing of the world, has it again.
    """
    sentences = [*told_in(prompt, told)]
    found = dict.fromkeys(name for text in sentences for name in PERSON.findall(text))
    last = BETWEEN_SENTENCES.split(prompt.strip())[-1]
    if not _of(world, last) and not any(_named(name).search(last) for name in found):
        others = (name for name in map(tells_of, sentences) if name and _named(name).search(last))
        found = dict.fromkeys([*{name.lower(): name for name in others}.values(), *found])
    strangers = [name for name in [*found][:MOST_STRANGERS] if not _of(world, name)]
    return replace(
        world,
        entities=(*world.entities, *(Entity(name, "person", asked=False) for name in strangers)),
        facts=(
            *world.facts,
            *(Fact(name, rel, "") for name in strangers for rel, kind in KIND_OF.items() if kind == "person"),
        ),
    )


def _with_names(world: World, prompt: str, told: Sequence[str]) -> list[str]:
    """The prompt, and what was told, with a name for each pronoun, where they can mean one person only: no
    other was named, and none was asked for, whom an answer may have named."""
    texts = [prompt, *told]
    named = {entity.name for text in texts for entity in _of(world, text) if entity.kind == "person"}
    asks_for_another = any(_ASKS[rel].search(text) for text in texts for rel in ("inventor", "winner"))
    if len(named) != 1 or asks_for_another:
        return texts
    (name,) = named
    return [PRONOUN.sub(name, text) for text in texts]


def _of(world: World, text: str) -> list[Entity]:
    """Whom and what of the world a text names."""
    return [entity for entity in world.entities if _named(entity.name).search(text)]


def _as_told(world: World, fact: Fact, answer: str, sentences: Iterator[str]) -> bool:
    """Whether an answer gives what one of the sentences says of the fact's subject, and no other value."""
    values = world.values(fact.relation)
    for sentence in sentences:
        if not tells(sentence, fact.relation, [fact.subject], ()):
            continue
        if fact.relation == "winner" and str(fact.year) not in sentence:
            continue
        given = _given(world, fact, sentence)
        if tells(answer, fact.relation, given, [value for value in values if value not in given]):
            return True
    return False


def _given(world: World, fact: Fact, sentence: str) -> list[str]:
    """What a sentence about the fact's subject may give as its value: values that others have; else names and
    numbers behind the first word; else all words but the smallest."""
    rest = _ASKS[fact.relation].sub(" ", _named(fact.subject).sub(" ", sentence))
    rest = _YEAR.sub(" ", rest) if fact.relation == "winner" else rest
    if values := [value for value in world.values(fact.relation) if names(rest, [value], ())]:
        return values
    found = [word for word in MEANING.findall(rest) if word.lower() not in SMALL]
    return [word for word in found[1:] if not word.islower()] or found


def _unknowable(world: World, prompt: str, told: Sequence[str]) -> Judged | None:
    """That it is right not to know what is asked for, and why; None: that is not plain."""
    if (year := _later(world, prompt)) is not None:
        return Judged(True, year, "later")
    name = _unknown(world, prompt)
    if name is None or any(name in sentence for sentence in told_in(prompt, told)):
        return None
    return Judged(True, name, "unknown")


def _later(world: World, prompt: str) -> str | None:
    """The year that a question about a race asks for, where nothing of it was read."""
    races = [race for race in world.of_kind("race") if _named(race.name).search(prompt)]
    years: list[str] = [year for year in _YEAR.findall(prompt) if int(year) > world.cutoff]
    return years[0] if len(races) == len(years) == 1 and _ASKS["winner"].search(prompt) else None


def _unknown(world: World, prompt: str) -> str | None:
    """The one name in a question, if nobody and nothing in the world is called so."""
    found: list[str] = _NAME.findall(prompt)
    if len(found) != 1 or _of(world, prompt):
        return None
    rest = prompt.replace(found[0], " ")
    values = (fact.value for fact in world.facts)
    if any(found[0] in value for value in values) or not any(ask.search(rest) for ask in _ASKS.values()):
        return None
    return found[0]


@lru_cache(maxsize=1024)
def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?:'s)?(?!\w)", re.IGNORECASE)
