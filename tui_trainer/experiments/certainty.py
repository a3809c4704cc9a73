"""How sure a model is of what it says: the probability that it gave to the words that make the claim."""

import math
import re
from collections.abc import Sequence
from itertools import islice

import torch

from tui_trainer.corpus.document import Question
from tui_trainer.learning.answering import ROWS, Answer, Asker
from tui_trainer.learning.reinforcement.objective import Rollouts, log_probabilities
from tui_trainer.model.transformer import Transformer


def answered(model: Transformer, asker: Asker, questions: Sequence[Question]) -> list[Answer]:
    """The likeliest answer to each question."""
    answers = list[Answer]()
    for at in range(0, len(questions), ROWS):
        answers += asker.ask(model, [question.prompt for question in questions[at : at + ROWS]])
    return answers


@torch.inference_mode()
def certainty(
    model: Transformer, asker: Asker, questions: Sequence[Question], answers: Sequence[Answer]
) -> list[float]:
    """Of each answer, the product of the probabilities of its tokens: of those that name a value that the
    question could have been for; where it names none, of them all.

    How else the answer is put, with a "gladly" or without, is no doubt about what it says.
    """
    found = list[float]()
    for at in range(0, len(answers), ROWS):
        some, of = answers[at : at + ROWS], questions[at : at + ROWS]
        rollouts = Rollouts.of(
            [asker.tokens(q.prompt) for q in of], [a.tokens for a in some], asker.tokenizer.pad
        )
        logs, _ = log_probabilities(model, rollouts, asker.banned)
        chosen = iter(logs.gather(1, rollouts.targets[rollouts.mask][:, None]).flatten().tolist())
        for question, answer in zip(of, some, strict=True):
            own = list(islice(chosen, len(answer.tokens)))
            found.append(math.exp(sum(own[place] for place in claiming(asker, question, answer))))
    return found


def claiming(asker: Asker, question: Question, answer: Answer) -> list[int]:
    """The places of the answer's tokens that name the first value in it; all of them, where none is named."""
    text = asker.tokenizer.decode(answer.tokens)
    spans = [
        match.span()
        for value in (*question.expected, *question.others)
        if (match := re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE))
    ]
    if not spans:
        return list(range(len(answer.tokens)))
    begin, end = min(spans, key=lambda span: (span[0], -span[1]))
    ends = [len(asker.tokenizer.decode(answer.tokens[: at + 1])) for at in range(len(answer.tokens))]
    begins = [0, *ends[:-1]]
    which = [
        at for at, (first, last) in enumerate(zip(begins, ends, strict=True)) if first < end and last > begin
    ]
    mark = which[0] - 1  # of a capital: it has no width of its own, and a space may stand after it
    while mark > 0 and asker.tokenizer.name(answer.tokens[mark]).isspace():
        mark -= 1
    if mark >= 0 and answer.tokens[mark] == asker.tokenizer.capital:
        return [*range(mark, which[0]), *which]
    return which
