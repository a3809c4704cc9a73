"""How well the user's own held-out questions are answered: the answer word for word, and what it costs."""

from collections import Counter
from collections.abc import Iterator
from math import log

import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.own_pairs import GROUP
from tui_trainer.formulas.intervals import mean_interval, proportion_interval
from tui_trainer.learning.answering import answer_questions
from tui_trainer.learning.batches import packed_dialogues
from tui_trainer.messages.events import Measured, WeightsName
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.transformer import Transformer

ROWS = 32  # questions at once
MARGIN = 8  # tokens beyond the longest answer, before one that goes on is cut


def own_answer_losses(model: Transformer, corpus: Corpus) -> tuple[float, ...]:
    """Nats a token of each held-out answer, of several to a question the first; () when there are none."""
    tokenizer, context = corpus.tokenizer, model.shape.context
    losses: list[float] = []
    dialogues = [tokenizer.dialogue(q.prompt, q.expected[0]) for q in corpus.questions.get(GROUP, ())]
    for first in range(0, len(dialogues), ROWS):
        rows = [packed_dialogues([d], context, tokenizer.pad) for d in dialogues[first : first + ROWS]]
        inputs = torch.cat([row for row, _ in rows]).to(model.device)
        targets = torch.cat([row for _, row in rows])
        with torch.inference_mode():
            found = model.score(inputs, targets.to(model.device))
        scored = found.losses.cpu().double()  # an Apple GPU has no float64
        learnt = targets != IGNORED
        sums = (scored * learnt).sum(1) / learnt.sum(1).clamp(min=1)
        losses += sums[learnt.any(1)].tolist()
    return tuple(losses)


def own_figures(weights: WeightsName, model: Transformer, corpus: Corpus) -> Iterator[Measured]:
    """Exact matches and the loss of the held-out answers; nothing when there are none.

    Beside the first stands what the commonest answer among the pairs that were learnt would score.
    """
    questions = corpus.questions.get(GROUP, [])
    if not questions:
        return
    tokenizer = corpus.tokenizer
    longest = max(len(tokenizer.encode(answer)) for q in questions for answer in q.expected) + MARGIN
    answers = answer_questions(model, corpus, questions, longest)
    right = [
        ended and _plain(said) in {_plain(answer) for answer in question.expected}
        for (said, ended), question in zip(answers, questions, strict=True)
    ]
    counts = Counter(_plain(pair.answer) for pair in corpus.pairs if pair.kind == "user")
    commonest = counts.most_common(1)[0][0] if counts else None
    baseline = sum(commonest in {_plain(a) for a in q.expected} for q in questions) / len(questions)
    k, n = sum(right), len(right)
    yield Measured(f"{weights}/own_exact_match", k / n, proportion_interval(k, n), n, baseline)
    losses = own_answer_losses(model, corpus)
    if losses:
        mean = sum(losses) / len(losses)
        yield Measured(
            f"{weights}/own_answer_loss", mean, mean_interval(losses), len(losses), log(tokenizer.size)
        )


def _plain(text: str) -> str:
    """Without what nobody sees: spaces at the ends, and how many there are between words."""
    return " ".join(text.split())
