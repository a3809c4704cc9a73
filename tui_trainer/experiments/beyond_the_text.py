"""Questions that nothing in a model's text is like: what would be, what was told against it, what never was.

All are about held-out entities of the tiny world, and in wordings that no document and no pair has.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from tui_trainer.corpus.common_words import upper, with_article
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.outsider import WORDINGS
from tui_trainer.corpus.exam.pairs import facts_about
from tui_trainer.corpus.world import Fact, World
from tui_trainer.experiments.the_world import question
from tui_trainer.files import read_toml

OF_EACH = 8  # questions a relation
SUMS = 40  # of each number of digits
MORE_DIGITS = (1, 2)  # than any sum that the model has read of

FILE = Path(__file__).with_name("beyond_the_text.toml")


class Wordings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the file, by relation."""

    supposed: dict[str, tuple[str, ...]]
    never: dict[str, tuple[str, ...]]


BEYOND = msgspec.convert(read_toml(FILE, "the wordings beyond the text"), Wordings)


def _contrary(world: World, draw: Random) -> Iterator[tuple[Fact, str]]:
    """Facts about held-out entities, of each relation as many, each with a value that is not so."""
    for relation in BEYOND.supposed:
        facts = [fact for fact in facts_about(world, asked=False) if fact.relation == relation]
        for fact in draw.sample(facts, min(OF_EACH, len(facts))):
            yield fact, draw.choice(world.other_values(fact))


def _written(wordings: Sequence[str], world: World, fact: Fact, value: str, draw: Random) -> str:
    called = world.entity(fact.subject).called
    return upper(draw.choice(wordings).format(n=called, x=value, ax=with_article(value), y=fact.year))


def _instead(prompt: str, world: World, fact: Fact, value: str) -> Question:
    """Right is the value that was supposed; of the others, the first is what was read."""
    others = tuple(other for other in world.other_values(fact) if other != value)
    return Question(prompt, fact.relation, (value,), (fact.value, *others))


def counterfactuals(world: World, draw: Random) -> list[Question]:
    """What would be, if something else were so."""
    questions = []
    for fact, value in _contrary(world, draw):
        prompt = _written(BEYOND.supposed[fact.relation], world, fact, value, draw)
        questions.append(_instead(prompt, world, fact, value))
    return questions


def told_otherwise(world: World, draw: Random) -> list[Question]:
    """Told against what was read, in an outsider's words, and asked for at once."""
    questions = []
    for fact, value in _contrary(world, draw):
        told = _written(WORDINGS.told[fact.relation], world, fact, value, draw)
        asked = _written(WORDINGS.facts[fact.relation]["grammatical"], world, fact, value, draw)
        questions.append(_instead(f"{told} {asked}", world, fact, value))
    return questions


def false_premises(world: World, draw: Random) -> list[Question]:
    """Asked as if something were so that is not; right is what is so, or not to know."""
    return [
        question(world, fact, _written(BEYOND.never[fact.relation], world, fact, value, draw))
        for fact, value in _contrary(world, draw)
    ]


def longer_sums(draw: Random, read: int) -> list[Question]:
    """Of more digits than any sum in the text, which has up to `read`."""
    questions = []
    for digits in (read + more for more in MORE_DIGITS):
        for at in range(SUMS):
            a, b = (draw.randrange(10 ** (digits - 1), 10**digits) for _ in range(2))
            wording = WORDINGS.sums[at % len(WORDINGS.sums)]
            expected = (f"{a} + {b} = {a + b}", f"{b} + {a} = {a + b}")
            questions.append(Question(wording.format(a=a, b=b), "sum", expected))
    return questions
