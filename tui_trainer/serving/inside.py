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
    # One layer after the other: all their logits at once may be gigabytes.
    for residual in model.residuals(tokens, table=table):
        logits = model.logits(norm(residual[0, first:]), table)
        layers.append(_layer(torch.softmax(logits, dim=-1), new, tokenizer))
    shares = torch.softmax(logits, dim=-1)
    drawn = drawn_from(logits, answer.drawing.temperature, answer.banned, answer.drawing.top_p)
    shown = shares.topk(min(CANDIDATES, shares.shape[-1]), dim=-1).indices
    missing = (shown != new[:, None]).all(dim=-1)
    shown[missing, -1] = new[missing]
    ended, names = ends(tokenizer, answer.tokens), shown.tolist()
    before, after = shares.gather(-1, shown).tolist(), drawn.gather(-1, shown).tolist()
    own, taken = (each.gather(-1, new[:, None])[:, 0].tolist() for each in (shares, drawn))
    kept = (drawn > 0).sum(dim=-1).tolist()
    places = []
    for at, token in enumerate(answer.tokens):
        candidates = (
            Candidate(tokenizer.name(name), _figure(share), _figure(by))
            for name, share, by in zip(names[at], before[at], after[at], strict=True)
        )
        said = tuple(layer[at] for layer in layers)
        places.append(
            Place(
                token=tokenizer.name(token),
                ends=ended[at],
                share=own[at],
                drawn=taken[at],
                rank=said[-1].rank,
                kept=kept[at],
                candidates=tuple(candidates),
                layers=said,
            )
        )
    return Inside(tuple(places), model.shape.vocabulary)


def _layer(shares: Tensor, tokens: Tensor, tokenizer: Tokenizer) -> list[Layer]:
    """What a layer says at each place. Shares (places, vocabulary); tokens (places,), those chosen."""
    best = shares.topk(min(TOP, shares.shape[-1]), dim=-1)
    own = shares.gather(-1, tokens[:, None])
    ranks = (shares > own).sum(dim=-1) + 1
    return [
        Layer(
            tuple((tokenizer.name(t), _figure(s)) for t, s in zip(names, found, strict=True)),
            _figure(share),
            rank,
        )
        for names, found, share, rank in zip(
            best.indices.tolist(), best.values.tolist(), own[:, 0].tolist(), ranks.tolist(), strict=True
        )
    ]


def _figure(share: float) -> float:
    """With as many digits as anybody can read; what is not nothing stays so."""
    return float(f"{share:.4g}")
