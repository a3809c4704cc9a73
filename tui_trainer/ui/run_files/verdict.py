"""What can be said of an answer beyond right or wrong: which of its steps doesn't hold, and whether it tells
something else than was asked for.

Nothing is guessed here either: what might be meant as an answer to the question is none to another.
"""

import re

from msgspec import Struct
from msgspec.structs import replace

from tui_trainer.corpus.exam.judging import names, refuses, says_dont_know, tells
from tui_trainer.corpus.exam.truth import ASKS_OF_NOTHING, Judged, asked
from tui_trainer.corpus.world import KIND_OF, World
from tui_trainer.corpus.writing.sums import worked

# A step of a sum: digits added, with what it comes to; or put side by side.
_STEP = re.compile(r"\d+(?:\s*\+\s*\d+)+\s*=\s*\d+|\d+(?: then \d+)+ is \d+")


class Verdict(Struct, frozen=True):
    """An answer held to the world.

    `judged`: right or wrong; None: the world doesn't say. `continues`: it is by a model that only goes on
    with a text, and answers nothing. `step`: one of a sum's that is wrong, and what it should be. `instead`:
    the relation that it tells of, where another was asked for. `ended`: by itself; if not, the exam counts it
    as wrong.
    """

    judged: Judged | None
    continues: bool = False
    step: tuple[str, str] | None = None
    instead: str = ""
    ended: bool = True


def wrong_step(prompt: str, answer: str) -> tuple[str, str] | None:
    """The first step of a sum that is wrong, and what should stand in its place; None: all of them hold.

    Args:
        prompt: has two numbers, which are added.
    """
    a, b = map(int, re.findall(r"\d+", prompt))
    should = [_written(step) for step in _STEP.findall(worked(a, b))]
    given = [_written(step) for step in _STEP.findall(answer)]
    given = [step for step in given if _of(step)[0] not in ([a, b], [b, a])]  # the sum itself is no step
    for at, step in enumerate(given):
        numbers, result = _of(step)
        side_by_side = " then " in step
        right = int("".join(map(str, numbers))) if side_by_side else sum(numbers)
        alike = [one for one in should if (sorted(_of(one)[0]), _of(one)[1]) == (sorted(numbers), result)]
        # It holds by itself, and is one of these, or belongs to another way of adding them.
        if result == right and (alike or side_by_side or not should or max(numbers) > 9):
            continue
        if at < len(should) and should[at] != step and (side_by_side or max(numbers) < 10):
            return step, should[at]
        return step, re.sub(r"\d+$", str(right), step)
    return None


def _written(step: str) -> str:
    return re.sub(r"\s*([+=])\s*", r" \1 ", step)


def _of(step: str) -> tuple[list[int], int]:
    """The numbers of a step, and what it says that they come to."""
    *numbers, result = map(int, re.findall(r"\d+", step))
    return numbers, result


def told_instead(world: World, prompt: str, answer: str) -> str:
    """The one relation that an answer tells of, of somebody who was asked about for something else; "" where
    that is not plain."""
    subjects = [entity for entity in world.entities if names(prompt, [entity.name], ())]
    if len(subjects) != 1 or says_dont_know(answer) or refuses(answer):
        return ""
    (subject,) = subjects
    told = [
        relation
        for relation, kind in KIND_OF.items()
        if kind == subject.kind and tells(answer, relation, world.values(relation), ())
    ]
    if len(told) != 1:
        return ""
    asks = {
        fact.relation
        for fact in world.facts_of(subject.name)
        if asked(replace(world, entities=(subject,), facts=(fact,)), prompt) is not None
    }
    if asks:
        return "" if told[0] in asks else told[0]
    rest = re.sub(re.escape(subject.name), " ", prompt, flags=re.IGNORECASE)
    return told[0] if ASKS_OF_NOTHING.search(rest) else ""
