"""Models of many sizes of one make, each trained for as much compute as it is given."""

from collections.abc import Generator, Iterator, Sequence

import numpy as np
import torch
from msgspec import Struct

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.stage import Stage
from tui_trainer.learning.validation import token_bytes, validation_loss
from tui_trainer.messages.events import Event, Noticed, Stepped
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.precision import compute_dtype
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.settings import Settings, changed

HEAD_WIDTH = 32
NEVER = 1_000_000  # steps: nothing is measured on the way
WARMUP_SHARE = 0.1  # of the steps, at most
SCORED_ROWS = 96  # windows of validation text
AT_ONCE = 16  # rows


class Sized(Struct, frozen=True):
    """A model of some width, and what it took."""

    width: int
    model: Transformer
    tokens: int  # that it read
    flops: float
    nats: float  # a token of validation text


def shape_of(corpus: Corpus, settings: Settings, width: int) -> Shape:
    """Only the width is another than the settings'."""
    m = settings.model
    return Shape(corpus.tokenizer.size, m.layers, width, max(1, width // HEAD_WIDTH), m.context)


def through(stage: Stage) -> Iterator[Event]:
    """All steps of a stage; what it shows of itself besides its steps is left out."""
    while stage.step < stage.steps:
        yield from (event for event in stage.advance() if isinstance(event, Stepped))


def pretrained(
    corpus: Corpus, settings: Settings, width: int, compute: float, seed: int
) -> Generator[Event, None, Sized]:
    """Pretrain a model of this width with so many FLOPs, as nearly as whole steps come to them."""
    shape = shape_of(corpus, settings, width)
    a_step = shape.flops_per_token * settings.pretrain.batch * shape.context
    steps = max(1, round(compute / a_step))
    warmup = min(settings.pretrain.warmup, int(WARMUP_SHARE * steps))
    own = changed(
        settings,
        (f"pretrain.steps={steps}", f"pretrain.warmup={warmup}", f"pretrain.measure_every={NEVER}"),
    )
    model = Transformer(shape, seed, compute_dtype(settings.model))
    yield Noticed(f"width {width}: {model.parameter_count:,} parameters, {steps:,} steps")
    stage = Pretraining(model, corpus, own, seed)
    yield from through(stage)
    tokenizer = corpus.tokenizer
    loss = validation_loss(
        model, corpus.validation, token_bytes(tokenizer), tokenizer.document, SCORED_ROWS
    ).nats_per_token
    return Sized(width, model, stage.tokens_read, float(a_step * steps), loss)


@torch.inference_mode()
def bits_per_byte(model: Transformer, corpus: Corpus) -> list[float]:
    """Of each validation document, in their order; long ones are read in pieces of the model's context."""
    tokenizer, context = corpus.tokenizer, model.shape.context
    bytes_of = token_bytes(tokenizer)
    tokens = np.asarray(corpus.validation).astype(np.int64)
    starts = np.flatnonzero(tokens == tokenizer.document)
    documents = np.split(tokens, starts[1:])
    pieces = [
        (i, document[at : at + context + 1])
        for i, document in enumerate(documents)
        for at in range(0, max(1, len(document) - 1), context)
    ]
    nats, sizes = np.zeros(len(documents)), np.zeros(len(documents))
    for first in range(0, len(pieces), AT_ONCE):
        chosen = pieces[first : first + AT_ONCE]
        inputs, targets = _padded([torch.from_numpy(piece) for _, piece in chosen], context, tokenizer.pad)
        losses = model.score(inputs, targets).losses.double().sum(1).tolist()
        lengths = [int(bytes_of[torch.from_numpy(piece[1:])].sum()) for _, piece in chosen]
        for (i, _), loss, length in zip(chosen, losses, lengths, strict=True):
            nats[i] += loss
            sizes[i] += length
    return [float(n / np.log(2) / max(1.0, size)) for n, size in zip(nats, sizes, strict=True)]


def _padded(rows: Sequence[torch.Tensor], length: int, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets, (rows, length) each; what is beyond a row's end carries no loss."""
    inputs = torch.full((len(rows), length), pad)
    targets = torch.full((len(rows), length), IGNORED)
    for at, row in enumerate(rows):
        inputs[at, : len(row) - 1], targets[at, : len(row) - 1] = row[:-1], row[1:]
    return inputs, targets
