"""Where two heads look before anything is learnt: at the token before, and at what followed the present
token earlier.

To say a name again that stands earlier in the text, a head of one layer tells each position which token came
before it, and a head of the next looks for the position whose token before is the present one: an induction
head (Olsson et al. 2022, arXiv 2209.11895). Such heads form by themselves, in more steps than a demo has. Of
the pieces of names never seen, a demo's base read off .17 to .25; with the two given, and letters whose names
are not worth remembering, .38 to .70 (`tests/bench/LOG.md`; neither alone did as much). What to do with what
they find is still learnt, and both are free to change.
"""

import torch
from torch import Tensor

from tui_trainer.model.operations import ROPE_BASE

NARROWEST = 32  # numbers a head has at least: in fewer, tokens are not told apart
IN_COMMON = 0.3  # what all embeddings begin with in common, as a share of what is each one's own
FASTEST = 3  # pairs of numbers, of those that positions turn, by which the token before is found
CHANCE = 0.1  # what is left of the random weights in the queries and keys of the two heads
LOUDER = 2.0  # than what other heads write: what the one that looks back does


@torch.no_grad()
def give_induction(
    embedding: Tensor,
    first: tuple[Tensor, Tensor, Tensor, Tensor],
    second: tuple[Tensor, Tensor],
    head_width: int,
    generator: torch.Generator,
) -> None:
    """Make the first head of `first` look one token back, and that of `second` at what followed its token.

    Args:
        embedding: (vocabulary, width), changed in place, as all others.
        first: weights of queries, keys, values and outputs of one layer, (width, width) each.
        second: of queries and keys of a later one.
        head_width: numbers a head has; at least `NARROWEST`.
        generator: draws the directions used.
    """
    width, half = embedding.shape[1], head_width // 2
    # A query made of what all tokens have in common, and a key that is that query one position further on.
    common = torch.nn.functional.normalize(torch.randn(width, generator=generator), dim=0)
    embedding += IN_COMMON * embedding.norm(dim=1).mean() * common
    here, before = torch.zeros(head_width), torch.zeros(head_width)
    angles = ROPE_BASE ** (-torch.arange(FASTEST) / half)
    here[:FASTEST] = FASTEST**-0.5
    before[:FASTEST], before[half : half + FASTEST] = (
        here[:FASTEST] * angles.cos(),
        -here[:FASTEST] * angles.sin(),
    )
    query, key, value, output = first
    written = torch.randn(width, head_width, generator=generator) * width**-0.5
    # What all tokens have in common says nothing of which it is.
    value[:head_width] -= torch.outer(value[:head_width] @ common, common)
    written -= torch.outer(common, common @ written)
    for weight, looks in ((query, here), (key, before)):
        weight[:head_width] *= CHANCE
        weight[:head_width] += torch.outer(looks, common)
    output[:, :head_width] = LOUDER * written
    # Compared by the pairs that positions hardly turn: the match may be far away.
    slow = torch.cat((torch.arange(half // 2, half), torch.arange(half + half // 2, head_width)))
    for weight, reads in ((second[0], value[:head_width]), (second[1], written.T)):
        weight[:head_width] *= CHANCE
        weight[slow] += reads[: len(slow)]
