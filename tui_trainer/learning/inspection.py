"""Reading a text with the model as it is: the loss of each token, what it expects next, where it looks."""

import codecs
from collections.abc import Sequence

import torch
from torch import Tensor

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.messages.events import Picture
from tui_trainer.messages.inspection import MOST_ATTENDING, MOST_TOKENS, Look, Looked
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.transformer import Transformer

TOP = 8


@torch.inference_mode()
def look(model: Transformer, tokenizer: Tokenizer, asked: Look) -> Looked:
    """What the model makes of a text that begins a document; nothing of the model is changed.

    Args:
        asked: a layer or head that the model does not have counts as its last.
    """
    text = tokenizer.encode(asked.text[: MOST_TOKENS * 16])[:MOST_TOKENS]
    tokens = torch.tensor([tokenizer.document, *text])
    losses, after = _read(model, tokens)
    best = torch.softmax(after, dim=-1).topk(min(TOP, after.numel()))
    looked = Looked(
        ends=ends(tokenizer, text),
        losses=tuple(round(loss, 4) for loss in losses.tolist()),
        top=tuple(
            (tokenizer.name(token), round(share, 5))
            for token, share in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ),
    )
    if asked.layer is None or not text:
        return looked
    layer = min(asked.layer, model.shape.layers - 1)
    shares = model.attention(tokens[None, -model.shape.context :], layer)[0]
    shares = shares[min(asked.head, model.shape.heads - 1)][-MOST_ATTENDING:, -MOST_ATTENDING:]
    return Looked(
        ends=looked.ends,
        losses=looked.losses,
        top=looked.top,
        attention=Picture(
            rows=shares.shape[0],
            columns=shares.shape[1],
            scale=1.0,
            cells=(shares * 127).round().to(torch.int8).numpy().tobytes(),
        ),
        attending=tuple(tokenizer.name(token) for token in tokens[-len(shares) :].tolist()),
    )


def _read(model: Transformer, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of each token but the first, and the logits of what comes after the last.

    A text longer than the context is read in windows that overlap by half, so that each token has at least
    half a context before it.
    """
    context, count = model.shape.context, len(tokens)
    half = context // 2
    starts = [0]
    while starts[-1] + context < count:
        starts.append(starts[-1] + context - half)
    rows = torch.zeros(len(starts), min(context, count), dtype=torch.long)  # what pads comes after the text
    targets = torch.full_like(rows, IGNORED)
    for row, start in enumerate(starts):
        window = tokens[start : start + context]
        rows[row, : len(window)] = window
        first = half if row else 0  # what comes before was scored by the window before
        following = tokens[start + first + 1 : start + context + 1]
        targets[row, first : first + len(following)] = following
    scored = model.score(rows, targets)
    after = model.logits(scored.hidden[-1, count - 1 - starts[-1]], scored.table)
    return scored.losses[targets != IGNORED], after


def ends(tokenizer: Tokenizer, tokens: Sequence[int]) -> tuple[int, ...]:
    """How many characters are whole at the end of each token; a token may hold a part of one."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    spelling = tokenizer.spelling()
    read, found = 0, []
    for token in tokens:
        read += len(decoder.decode(spelling.add(token)))
        found.append(read)
    return tuple(found)
