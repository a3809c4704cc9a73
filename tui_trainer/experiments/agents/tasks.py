"""Tasks of two and three steps over the tiny world and sums, which no single fact of the text answers."""

import re
from collections.abc import Callable, Sequence
from random import Random

from msgspec import Struct

from tui_trainer.corpus.answers import CORES
from tui_trainer.corpus.common_words import upper, with_article
from tui_trainer.corpus.exam.judging import names as names_one
from tui_trainer.corpus.names import Kind as Named
from tui_trainer.corpus.names import names
from tui_trainer.corpus.world import KIND_OF, Entity, World

# What a relation is called in calls, notes and plans.
NOUNS: dict[str, str] = {
    "job": "job",
    "town": "town",
    "pet": "pet",
    "born": "birth year",
    "river": "river",
    "product": "workshops",
    "inventor": "inventor",
    "year": "year",
    "winner": "winner",
}
# As it stands in notes, and as a step is said. {s}: whose; {v}: the value; {a}: it with its article.
SENTENCES: dict[str, str] = {
    "job": "The job of {s} is that of {a}.",
    "town": "The town of {s} is {v}.",
    "pet": "The pet of {s} is {a}.",
    "born": "The birth year of {s} is {v}.",
    "river": "The river of {s} is the {v}.",
    "product": "The workshops of {s} make {v}.",
    "inventor": "The inventor of {s} is {v}.",
    "year": "The year of {s} is {v}.",
    "winner": "The winner of {s} was {v}.",
}
# The relations whose values are names themselves, and of what.
NAMED: dict[str, Named] = {"inventor": "person", "winner": "person", "town": "town"}
ADD = "add"  # a step that adds the number of the task
MORE = range(11, 60)  # such numbers
_BETWEEN = re.compile(r"(?<=[.!?])\s+")


class Kind(Struct, frozen=True):
    """What is to be found out, one step after the other, and how that is asked for.

    {n}: what it begins from; {y}: the year of a race; {k}: the number to add.
    """

    steps: tuple[str, ...]  # relations, each of what the step before gave; or `ADD`
    wordings: tuple[str, ...]


KINDS: tuple[Kind, ...] = (
    Kind(
        ("town", "product"),
        ("What is made in the town where {n} lives?", "What do the workshops make where {n} lives?"),
    ),
    Kind(
        ("town", "river"),
        ("On which river is the town where {n} lives?", "Which river flows where {n} lives?"),
    ),
    Kind(
        ("inventor", "town"),
        ("Where does the inventor of {n} live?", "In which town is the inventor of {n}?"),
    ),
    Kind(
        ("inventor", "pet"),
        ("What pet has the inventor of {n}?", "Which animal does the inventor of {n} keep?"),
    ),
    Kind(
        ("inventor", "job"),
        ("What is the job of the inventor of {n}?", "By trade, what is who invented {n}?"),
    ),
    Kind(
        ("winner", "town"),
        ("Where does the winner of {n} in {y} live?", "In which town is who won {n} in {y}?"),
    ),
    Kind(
        ("winner", "pet"),
        ("What pet has the winner of {n} in {y}?", "Which animal has who won {n} in {y}?"),
    ),
    Kind(
        ("born", ADD),
        ("In which year did {n} turn {k}?", "{n} was {k} years old in which year?"),
    ),
    Kind(
        ("year", ADD),
        ("In which year was {n} {k} years old?", "{k} years after {n} came, which year was it?"),
    ),
    Kind(
        ("inventor", "town", "river"),
        ("Which river flows where the inventor of {n} lives?", "On which river lives the inventor of {n}?"),
    ),
    Kind(
        ("inventor", "town", "product"),
        (
            "What is made where the inventor of {n} lives?",
            "What is sold where the inventor of {n} lives?",
        ),
    ),
    Kind(
        ("inventor", "born", ADD),
        ("In which year did the inventor of {n} turn {k}?", "The inventor of {n} was {k} in which year?"),
    ),
)
# No demonstration shows these: what to do is for the agent to find out.
UNSHOWN = (("town", "river"), ("inventor", "job"), ("inventor", "town", "product"))
# Chains that say nothing of what is asked for: there a plan alone says what to do.
_OF_PEOPLE = (("job",), ("pet",), ("town",), ("town", "river"), ("town", "product"), ("born", ADD))
_OPEN = ("Find out about {n}.", "What of {n}?", "Go on from {n}.")


def _open(*steps: str, called: str = "{n}") -> Kind:
    more = " And {k}." if ADD in steps else ""
    return Kind(steps, tuple(wording.replace("{n}", called) + more for wording in _OPEN))


OPEN: tuple[Kind, ...] = (
    *(_open(*steps) for steps in _OF_PEOPLE),
    *(_open("inventor", *steps) for steps in _OF_PEOPLE),
    *(_open("winner", *steps, called="{n} in {y}") for steps in _OF_PEOPLE),
    _open("year", ADD),
)


class Link(Struct, frozen=True):
    """One step of a task, done: of `subject`, `relation` is `value`; or a sum and its result."""

    relation: str
    subject: str  # as inside a sentence, a race with its year; of a sum, "1984 + 17"
    value: str

    @property
    def note(self) -> str:
        """As a sentence of its own: it stands so in the notes, or is a tool's result."""
        if self.relation == ADD:
            return f"{self.subject} = {self.value}."
        return SENTENCES[self.relation].format(s=self.subject, v=self.value, a=with_article(self.value))

    @property
    def call(self) -> str:
        """The call of the tool that finds it."""
        if self.relation == ADD:
            return f"Add {self.subject}."
        return f"Look up the {NOUNS[self.relation]} of {self.subject}."

    @property
    def said(self) -> str:
        """As an answer says it."""
        if self.relation == ADD:
            return f"The year is {self.value}."
        return upper(CORES[self.relation].format(v=self.value, a=with_article(self.value)))


class Task(Struct, frozen=True):
    """A question, and all that leads to its answer."""

    question: str
    steps: tuple[str, ...]
    links: tuple[Link, ...]
    others: tuple[str, ...] = ()  # what the answer could be as well

    def right(self, text: str) -> bool:
        """Whether the last sentence of a text gives the answer, and no other one."""
        answer, last = self.links[-1].value, _BETWEEN.split(text.strip())[-1]
        if self.steps[-1] == ADD:
            return re.findall(r"\d+", last)[-1:] == [answer]
        return names_one(last, (answer,), self.others)


Finds = Callable[[str, str, int], str]  # of a name, a relation, and a year where it counts: the value


def tasks(world: World, count: int, draw: Random, asked: bool, kinds: Sequence[Kind] = KINDS) -> list[Task]:
    """Of each kind as many, as far as there are, in an order of chance, no question twice.

    Args:
        asked: they begin from entities that fine-tuning has asked about; else from those held out.
    """
    made: dict[str, Task] = {}
    for at in range(50 * count):
        if len(made) == count:
            break
        kind = kinds[at % len(kinds)]
        begins = [e for e in world.of_kind(KIND_OF[kind.steps[0]]) if e.asked is asked]
        task = _task(world, kind, draw.choice(begins), draw, lambda *of: _so(world, *of))
        made.setdefault(task.question, task)
    chosen = list(made.values())
    draw.shuffle(chosen)
    return chosen


def made_up(world: World, count: int, draw: Random, kinds: Sequence[Kind] = KINDS) -> list[Task]:
    """The same about names of no document, whose facts are drawn: what only tools can tell."""

    def drawn(name: str, relation: str, year: int) -> str:
        kind = NAMED.get(relation)
        return draw.choice(names(world.seed, kind, "pairs") if kind else world.values(relation))

    made = []
    for at in range(count):
        kind = kinds[at % len(kinds)]
        of = KIND_OF[kind.steps[0]]
        begin = Entity(draw.choice(names(world.seed, of, "pairs")), of, asked=True)
        made.append(_task(world, kind, begin, draw, drawn))
    return made


def _so(world: World, name: str, relation: str, year: int) -> str:
    facts = (f for f in world.facts_of(name) if f.relation == relation)
    return next(f.value for f in facts if f.year in (None, year))


def _task(world: World, kind: Kind, begin: Entity, draw: Random, find: Finds) -> Task:
    year, more = draw.choice(world.known_years), draw.choice(MORE)
    question = draw.choice(kind.wordings).format(n=begin.called, y=year, k=more)
    links, name, called = list[Link](), begin.name, begin.called
    for relation in kind.steps:
        if relation == ADD:
            called, value = f"{name} + {more}", str(int(name) + more)
        else:
            called = f"{called} in {year}" if relation == "winner" else called
            value = find(name, relation, year)
        links.append(Link(relation, called, value))
        name = called = value
    relation = kind.steps[-1]
    others = () if relation == ADD else tuple(v for v in world.values(relation) if v != name)
    return Task(upper(question), kind.steps, tuple(links), others)


def notes(world: World) -> list[str]:
    """All that is so, a sentence a fact: what there is to look up."""
    return [
        Link(fact.relation, _subject(world.entity(fact.subject), fact.year), fact.value).note
        for fact in world.facts
        if fact.relation in NOUNS
    ]


def _subject(entity: Entity, year: int | None) -> str:
    return entity.called if year is None else f"{entity.called} in {year}"
