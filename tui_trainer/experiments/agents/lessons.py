"""Demonstrations: how a call is written, and what to make of its result. This is training, and said to be."""

from collections.abc import Sequence
from random import Random

from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.world import World
from tui_trainer.experiments.agents.prompts import STEPS, TOOLS, plan
from tui_trainer.experiments.agents.tasks import KINDS, OPEN, UNSHOWN, Kind, Task, made_up, tasks

PLANNED = 0.5  # of the demonstrations of calls, those with what worked earlier before the task


def demonstrations(world: World, count: int, draw: Random) -> list[Pair]:
    """Three tenths step by step, the others by calls.

    The first are about asked entities, from what was read. Of those by calls most are about names of no
    document, so that what is used is the result of the call; and where the question is open, only what was
    done earlier says what to do.
    """
    shown = [kind for kind in KINDS if kind.steps not in UNSHOWN]
    tenth = count // 10
    pairs = list[Pair]()
    for task in asked_tasks(world, 3 * tenth, draw, shown):
        pairs.append(Pair(STEPS + task.question, " ".join(link.note for link in task.links), "agent"))
    for task in (*asked_tasks(world, tenth, draw, shown), *made_up(world, 4 * tenth, draw, shown)):
        pairs.append(by_calls(task, draw.random() < PLANNED))
    pairs += [by_calls(task, True) for task in made_up(world, 2 * tenth, draw, OPEN)]
    draw.shuffle(pairs)
    return pairs


def asked_tasks(world: World, count: int, draw: Random, kinds: Sequence[Kind]) -> list[Task]:
    """So many, the same ones more than once where there are too few."""
    made: list[Task] = []
    while len(made) < count:
        made += tasks(world, min(count - len(made), 200), draw, True, kinds)
    return made


def by_calls(task: Task, planned: bool) -> Pair:
    """The task done with tools, turn by turn."""
    told = TOOLS + (plan(task.steps) if planned else "") + task.question
    turns = []
    for link in task.links:
        turns.append((told, link.call))
        told = link.note
    return Pair(told, task.links[-1].said, "agent", tuple(turns))
