"""An answer taken apart: what each of its tokens was drawn from, and what each layer would have said there.

Nothing of this is recorded while an answer is given. What the decoder read is read again, by one plain
forward pass over prompt and answer, when somebody asks: the same weights make the same distribution of it, up
to the last digits of a float (`tests/serving/test_inside.py`).
"""

import torch
from torch import Tensor

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.learning.inspection import ends
from tui_trainer.messages.inspection import Candidate, Inside, Layer, Place
from tui_trainer.model.operations import norm
from tui_trainer.model.sampling import drawn_from
from tui_trainer.model.transformer import Transformer
from tui_trainer.serving.chat import Answer

CANDIDATES = 10
TOP = 3  # of a layer


@torch.inference_mode()
def inside(model: Transformer, tokenizer: Tokenizer, answer: Answer) -> Inside:
    """Each token of the answer; the logit lens as in nostalgebraist 2020."""
    new = torch.tensor(answer.tokens)
    if not len(new):
        return Inside((), model.shape.vocabulary)
    tokens = torch.tensor([[*answer.prompt, *answer.tokens[:-1]]])
    first = len(answer.prompt) - 1  # after it, the first token of the answer was drawn
    table = model.table()
    layers: list[list[Layer]] = []
    for residual in model.residuals(
        tokens, table=table
    ):  # one after the other: all logits at once may be gigabytes
        logits = model.logits(norm(residual[0, first:]), table)
        layers.append(_layer(torch.softmax(logits, dim=-1), new, tokenizer))
    shares = torch.softmax(logits, dim=-1)
    drawn = drawn_from(logits, answer.drawing.temperature, answer.banned, answer.drawing.top_p)
    ended = ends(tokenizer, answer.tokens)
    places = [
        _place(tokenizer, token, ended[at], shares[at], drawn[at], tuple(layer[at] for layer in layers))
        for at, token in enumerate(answer.tokens)
    ]
    return Inside(tuple(places), model.shape.vocabulary)


def _layer(shares: Tensor, tokens: Tensor, tokenizer: Tokenizer) -> list[Layer]:
    """What a layer says at each place. Shares (places, vocabulary); tokens (places,), those chosen."""
    best = shares.topk(min(TOP, shares.shape[-1]), dim=-1)
    own = shares.gather(-1, tokens[:, None])
    ranks = (shares > own).sum(dim=-1) + 1
    return [
        Layer(
            tuple((tokenizer.name(t), round(s, 6)) for t, s in zip(names, found, strict=True)),
            round(share, 6),
            rank,
        )
        for names, found, share, rank in zip(
            best.indices.tolist(), best.values.tolist(), own[:, 0].tolist(), ranks.tolist(), strict=True
        )
    ]


def _place(
    tokenizer: Tokenizer, token: int, end: int, shares: Tensor, drawn: Tensor, layers: tuple[Layer, ...]
) -> Place:
    likeliest = shares.topk(min(CANDIDATES, len(shares))).indices.tolist()
    shown = likeliest if token in likeliest else [*likeliest[:-1], token]
    return Place(
        token=tokenizer.name(token),
        ends=end,
        share=float(shares[token]),
        drawn=float(drawn[token]),
        rank=layers[-1].rank,
        kept=int((drawn > 0).sum()),
        candidates=tuple(
            Candidate(tokenizer.name(t), round(float(shares[t]), 6), round(float(drawn[t]), 6)) for t in shown
        ),
        layers=layers,
    )
