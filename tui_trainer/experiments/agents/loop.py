"""The loop: the model says something; is it a call, the tool's result comes next, else it is the answer.

All that the model reads and says stands in the transcript, in the turns of the chat that it was taught.
"""

from collections.abc import Callable, Sequence

import torch
from msgspec import Struct

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.experiments.agents.tasks import Task
from tui_trainer.experiments.agents.tools import Tools
from tui_trainer.learning.answering import ROWS
from tui_trainer.model.sampling import generate
from tui_trainer.model.transformer import Transformer

MOST_TURNS = 5  # a task takes three calls and an answer at most
LONGEST = 64  # tokens of a turn


class Transcript(Struct):
    """One task being worked on."""

    task: Task
    turns: list[tuple[str, str]]  # what the model was told, and what it said
    tokens: list[int]  # all of it
    own: list[int]  # places of the tokens that are the model's
    ended: bool = False

    @property
    def answer(self) -> str:
        """The last thing said, where it was no call."""
        return self.turns[-1][1] if self.ended else ""

    @property
    def success(self) -> bool:
        return self.ended and self.task.right(self.answer)

    @property
    def calls(self) -> list[str]:
        return [said for _, said in self.turns[: -1 if self.ended else None]]


def work(
    model: Transformer,
    tokenizer: Tokenizer,
    tasks: Sequence[Task],
    before: Callable[[Task], str],
    tools: Tools | None,
    generator: torch.Generator | None = None,
) -> list[Transcript]:
    """Work on all the tasks, side by side.

    Args:
        before: what is put before a task's question.
        tools: None: a call is no call, and the first turn is the answer.
        generator: of samples at temperature 1; without one, the likeliest is said.
    """
    done = list[Transcript]()
    for at in range(0, len(tasks), ROWS):
        done += _work(model, tokenizer, tasks[at : at + ROWS], before, tools, generator)
    return done


def _work(
    model: Transformer,
    tokenizer: Tokenizer,
    tasks: Sequence[Task],
    before: Callable[[Task], str],
    tools: Tools | None,
    generator: torch.Generator | None,
) -> list[Transcript]:
    transcripts = [Transcript(task, [], [tokenizer.document], []) for task in tasks]
    told = {id(t): before(t.task) + t.task.question for t in transcripts}
    working = transcripts
    for _ in range(MOST_TURNS):
        for t in working:
            t.tokens += [tokenizer.user, *tokenizer.encode(told[id(t)]), tokenizer.assistant]
        new = generate(
            model,
            [t.tokens for t in working],
            LONGEST,
            end=tokenizer.end,
            temperature=0.0 if generator is None else 1.0,
            generator=generator,
            banned=tokenizer.silent,
        )
        going = []
        for t, ids in zip(working, new, strict=True):
            t.own += range(len(t.tokens), len(t.tokens) + len(ids))
            t.tokens += ids
            said = tokenizer.decode(ids).strip()
            t.turns.append((told[id(t)], said))
            result = tools.result(said) if tools is not None else None
            if ids[-1] != tokenizer.end:
                continue
            if result is None:
                t.ended = True
            else:
                told[id(t)] = result
                going.append(t)
        working = going
        if not working:
            break
    return transcripts
