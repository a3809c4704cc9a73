"""The frozen weights of a run, loaded from its files for talking to."""

from typing import get_args

import torch

from tui_trainer.corpus import summary
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.errors import UserError, foreign
from tui_trainer.messages.events import WeightsName
from tui_trainer.model.transformer import Transformer
from tui_trainer.run.storage import frozen_weights
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.chat import ChatSession


def available(run: RunFolder) -> list[WeightsName]:
    """The weights this run has frozen so far, in the order of training."""
    return [weights for weights in get_args(WeightsName) if run.weights(weights).is_file()]


def opened(run: RunFolder, weights: WeightsName, tokenizer: Tokenizer) -> Transformer:
    """The frozen model, which is the one that the run's log names and was trained with this tokenizer.

    Raises:
        UserError: it is not, or its file is missing or damaged.
    """
    model = frozen_weights.load(run, weights)
    frozen_weights.fit(run, model, tokenizer)
    return model.requires_grad_(False).eval()


def choose(run: RunFolder, wanted: WeightsName | None) -> WeightsName:
    """The weights asked for, or the latest.

    Raises:
        UserError: there are none, or not these.
    """
    have = available(run)
    if not have:
        raise UserError(f"run {run.id} has frozen no weights yet; `tui-trainer resume {run.id}` goes on")
    if wanted is None:
        return have[-1]
    if wanted not in have:
        raise UserError(f"run {run.id} has no weights {wanted!r}; it has {', '.join(have)}")
    return wanted


def session(run: RunFolder, weights: WeightsName) -> ChatSession:
    """A new conversation with these weights.

    Raises:
        UserError: a file is missing, damaged or changed since it was frozen.
    """
    # One thread answers as fast as several at this size, and leaves the rest to a training under way.
    torch.set_num_threads(1)
    known = summary.read(run.corpus)
    with foreign(f"the tokenizer of run {run.id} can't be read"):
        tokenizer = Tokenizer.from_json(summary.content(run.corpus, "tokenizer.json", known).decode())
    untaught = not summary.content(run.corpus, "pairs.jsonl", known)
    model = opened(run, weights, tokenizer)
    model.dtype = torch.float32  # as the decoder reads a single row, and so whoever looks inside must
    return ChatSession(
        model,
        tokenizer,
        continues=weights == "base" or untaught,
        answer_tokens=run.plan.settings.feedback.answer_tokens,
        name=weights,
    )
