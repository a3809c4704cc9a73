"""Loss on documents held back from training, in units that compare across tokenizers.

The documents are held back, not their sentences: many tell the same facts, and of a tiny world's validation
text most sentences (71 % at the default size) stand in a training document, too. So it tells of documents not
read before, and less of facts that were never read.
"""

import math

import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.learning.batches import apart
from tui_trainer.model.transformer import Transformer


class ValidationLoss(Struct, frozen=True):
    """Sums over the scored positions, and what they come to."""

    nats: float  # in all
    tokens: int
    bytes: int
    windows: tuple[float, ...] = ()  # nats a token in each, of those that have tokens to score

    @property
    def nats_per_token(self) -> float:
        return self.nats / max(1, self.tokens)

    @property
    def bits_per_byte(self) -> float:
        return self.nats / math.log(2) / max(1, self.bytes)


def token_bytes(tokenizer: Tokenizer) -> Tensor:
    """How many bytes of text each token stands for: (size,) int64; 0 for specials and capitals' marks."""
    return torch.tensor([len(tokenizer.decode_bytes([token])) for token in range(tokenizer.size)])


@torch.inference_mode()
def validation_loss(
    model: Transformer,
    tokens: NDArray[np.integer],
    bytes_of: Tensor,
    document: int,
    rows: int | None = None,
) -> ValidationLoss:
    """Score the text in windows of the model's context; special tokens are read but not scored.

    Args:
        tokens: 1-D.
        bytes_of: from `token_bytes`.
        document: the token with which each text begins; a text sees itself alone.
        rows: only so many windows, evenly spaced; None: all.
    """
    context = model.shape.context
    count = max(1, (len(tokens) - 1) // context)
    chosen = list(range(count))
    if rows is not None and rows < count:
        chosen = [index * count // rows for index in range(rows)]
    nats, scored, size = 0.0, 0, 0
    by_window: list[float] = []
    for first in range(0, len(chosen), 16):
        windows = [
            tokens[index * context : index * context + context + 1] for index in chosen[first : first + 16]
        ]
        batch = torch.from_numpy(np.stack(windows).astype(np.int64))
        inputs, targets = batch[:, :-1], batch[:, 1:]
        inputs, targets = inputs.to(model.device), targets.to(model.device)
        losses = model.score(inputs, targets, apart(inputs, document, model.dtype)).losses.flatten().cpu()
        lengths = bytes_of[batch[:, 1:].flatten()]  # on the CPU, wherever the model is
        real = batch[:, 1:].flatten() < document  # the special tokens are the last
        nats += float(losses[real].double().sum())
        scored += int(real.sum())
        size += int(lengths.sum())
        each = real.view(batch.shape[0], -1)
        sums = (losses.view(each.shape).double() * each).sum(1) / each.sum(1).clamp(min=1)
        by_window += sums[each.any(1)].tolist()
    return ValidationLoss(nats=nats, tokens=scored, bytes=size, windows=tuple(by_window))
