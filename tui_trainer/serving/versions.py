"""What two versions of a model know of old and of new, asked the same.

`python -m tui_trainer.serving.versions` reads one JSON object, an `Order`, from its input and prints a
`Told`.
"""

import sys
from collections.abc import Sequence
from itertools import islice

import msgspec
import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.exam.versions import About, version_questions
from tui_trainer.corpus.world import World, make_world
from tui_trainer.errors import UserError
from tui_trainer.formulas.intervals import grouped_interval, paired_interval, proportion_interval
from tui_trainer.learning.answering import answer_questions
from tui_trainer.learning.exam_figures import Judge, doesnt_know, gives_the_answer
from tui_trainer.messages.events import WeightsName
from tui_trainer.messages.versions import Order, Row, Share, Told, Version, Versions
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.release import in_common
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.spent import spent
from tui_trainer.serving.frozen import opened

# What is counted in the answers to each group.
COUNTED: tuple[tuple[str, str, Judge], ...] = (
    ("old", "knows", gives_the_answer),
    ("old_outsider", "knows", gives_the_answer),
    ("new", "knows", gives_the_answer),
    ("new_outsider", "knows", gives_the_answer),
    ("new", "doesnt_know", doesnt_know),
    ("new_outsider", "doesnt_know", doesnt_know),
    ("after", "doesnt_know", doesnt_know),
)
Answered = list[list[str]]  # of each fact, the answers to the questions for it; "": it did not end


def compare(order: Order) -> Versions:
    """Ask both.

    Raises:
        UserError: they are no versions of one model, or a file of theirs can't be read.
    """
    runs = RunFolder(order.first), RunFolder(order.second)
    old, new = (_world(run) for run in runs)
    try:
        asked = version_questions(old, new)
    except ValueError as error:
        raise UserError(f"runs {runs[0].id} and {runs[1].id} can't be compared: {error}") from error
    weights = in_common(*runs)
    sides, given = [], []
    for run in runs:
        side, answers = _answers(run, weights, asked)
        sides.append(side)
        given.append(answers)
    rows = tuple(
        _row(f"{group}/{what}", judge, asked[group], given[0][group], given[1][group])
        for group, what, judge in COUNTED
    )
    return Versions(sides[0], sides[1], rows)


def _world(run: RunFolder) -> World:
    plan = run.plan
    if plan.data:
        raise UserError(f"run {run.id} reads your own text, and no world that has versions")
    return make_world(plan.seed, plan.settings.data.cutoff)


def _answers(
    run: RunFolder, weights: WeightsName, asked: dict[str, list[About]]
) -> tuple[Version, dict[str, Answered]]:
    corpus = Corpus.load(run.corpus)
    model = opened(run, weights, corpus.tokenizer)
    every = [question for facts in asked.values() for about in facts for question in about]
    longest = run.plan.settings.feedback.answer_tokens
    answers = iter(text if ended else "" for text, ended in answer_questions(model, corpus, every, longest))
    given = {group: [list(islice(answers, len(about))) for about in facts] for group, facts in asked.items()}
    plan, took = run.plan, spent(run)
    side = Version(
        run.id,
        plan.number,
        plan.settings.data.cutoff,
        weights,
        weights_sha256(model),
        took.tokens,
        took.flops,
        took.seconds,
    )
    return side, given


def _row(name: str, judge: Judge, asked: Sequence[About], first: Answered, second: Answered) -> Row:
    marked = [
        [
            [judge(text, q) for text, q in zip(texts, about, strict=True)]
            for texts, about in zip(g, asked, strict=True)
        ]
        for g in (first, second)
    ]
    questions = sum(map(len, asked))
    once = questions == len(asked)
    gained = None
    if once:
        before, after = ([right for (right,) in facts] for facts in marked)
        gained = Share((sum(after) - sum(before)) / questions, paired_interval(after, before))
    return Row(name, len(asked), questions, _share(marked[0]), _share(marked[1]), gained)


def _share(facts: Sequence[Sequence[bool]]) -> Share:
    """Of all answers; those about one fact are alike, and count as one as far as they are."""
    right, n = sum(map(sum, facts)), sum(map(len, facts))
    once = n == len(facts)
    return Share(right / n, proportion_interval(right, n) if once else grouped_interval(facts))


def answer(line: bytes) -> bytes:
    """One order's answer, as JSON."""
    try:
        torch.set_num_threads(1)
        return msgspec.json.encode(Told(compare(msgspec.json.decode(line, type=Order))))
    except (UserError, ValueError, OSError) as error:
        return msgspec.json.encode(Told(error=str(error)))


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()) + b"\n")
