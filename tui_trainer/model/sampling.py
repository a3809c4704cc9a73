"""Continue prompts: batched, greedy or at a temperature. Everything that a model says comes from here."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.model.decoding import Decoder
from tui_trainer.model.transformer import Transformer

BELOW_1 = 1 - 2**-22  # or a draw could be rounded up to the sum, and no token's share would hold it
GOING = 0.75  # a smaller share of the rows is gathered: to move their keys and values costs a step's time
# Rows, and positions of prompts, are filled up to multiples of these: a product's kernel is compiled for each
# new shape, which takes as long as ten products.
ROWS, POSITIONS = 16, 8


@torch.inference_mode()
def generate(
    model: Transformer,
    prompts: Sequence[Sequence[int]],
    max_new: int,
    *,
    end: int | None,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
    banned: Sequence[int] = (),
) -> list[list[int]]:
    """Continue each prompt by up to `max_new` tokens.

    Args:
        prompts: token ids, none empty; lengths may differ (padded on the left, and masked).
        end: stop a row after this token; None: never.
        temperature: 0 takes the likeliest token; 1 samples from the model's own distribution.
        generator: of the samples; needed when the temperature is not 0.
        banned: tokens never to be chosen.

    Returns:
        The new tokens of each row, `end` included when it was reached.
    """
    if not prompts:
        return []
    longest = max(map(len, prompts))
    if len(prompts) > 1:
        longest += -longest % POSITIONS
    tokens = torch.zeros(len(prompts), longest, dtype=torch.long)
    padding = torch.ones(len(prompts), longest + max_new, dtype=torch.bool)
    for row, prompt in enumerate(prompts):
        # Padding shifts a row's positions; rotary attention sees differences of positions only.
        tokens[row, longest - len(prompt) :] = torch.tensor(prompt)
        padding[row, longest - len(prompt) :] = False
    mixed = bool(padding[:, :longest].any())
    tokens, padding = tokens.to(model.device), padding.to(model.device)
    decoder = Decoder(model, len(prompts), longest + max_new, padding if mixed else None)
    new: list[list[int]] = [[] for _ in prompts]
    rows = list(range(len(prompts)))  # which of them are being continued
    ended = set[int]()
    for _ in range(max_new):
        chosen = choose(decoder.next(tokens), temperature, generator, banned)
        for row, token in zip(rows, chosen.tolist(), strict=True):
            if row not in ended:
                new[row].append(token)
                if token == end:
                    ended.add(row)
        if len(ended) == len(prompts):
            break
        going = [at for at, row in enumerate(rows) if row not in ended]
        if len(going) <= GOING * len(rows):
            done = [at for at, row in enumerate(rows) if row in ended]
            going += done[: -len(going) % ROWS]
            rows, chosen = [rows[at] for at in going], chosen[going]
            decoder.keep(torch.tensor(going, device=model.device))
        tokens = chosen[:, None]
    return new


def choose(
    logits: Tensor,
    temperature: float,
    generator: torch.Generator | None,
    banned: Sequence[int] = (),
    top_p: float = 1.0,
) -> Tensor:
    """One token for each row of logits (rows, vocabulary): (rows,) int64."""
    if banned:
        logits[:, list(banned)] = -torch.inf
    if temperature == 0:
        return logits.argmax(dim=-1)
    # One number a row, held against the cumulated probabilities: `multinomial` draws one for each token.
    cumulated = nucleus(torch.softmax(logits / temperature, dim=-1), top_p).cumsum(dim=-1)
    draws = torch.rand(len(logits), 1, generator=generator).to(logits.device)
    draws *= BELOW_1 * cumulated[:, -1:]
    return torch.searchsorted(cumulated, draws, right=True).squeeze(1)


def nucleus(shares: Tensor, top_p: float) -> Tensor:
    """Of each row (rows, vocabulary) the fewest likeliest tokens that come to `top_p`; the others are 0.

    What is left does not sum to 1. Source: Holtzman et al. 2020, nucleus sampling.
    """
    if top_p >= 1:
        return shares
    ordered, order = shares.sort(dim=-1, descending=True)
    before = ordered.cumsum(dim=-1) - ordered
    return torch.zeros_like(shares).scatter_(-1, order, ordered.masked_fill(before >= top_p, 0.0))


def drawn_from(logits: Tensor, temperature: float, banned: Sequence[int] = (), top_p: float = 1.0) -> Tensor:
    """The probabilities by which `choose` takes a token: (rows, vocabulary), each row sums to 1."""
    logits = logits.clone()
    if banned:
        logits[:, list(banned)] = -torch.inf
    if temperature == 0:
        return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    kept = nucleus(torch.softmax(logits / temperature, dim=-1), top_p)
    return kept / kept.sum(dim=-1, keepdim=True)


def stream(
    model: Transformer,
    prompt: Sequence[int],
    max_new: int,
    *,
    end: int | None,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
    banned: Sequence[int] = (),
    top_p: float = 1.0,
) -> Iterator[int]:
    """Continue one prompt, a token at a time; stops before `end`."""
    decoder = Decoder(model, 1, len(prompt) + max_new)
    tokens = torch.tensor([list(prompt)], device=model.device)
    for _ in range(max_new):
        with torch.inference_mode():
            token = int(choose(decoder.next(tokens), temperature, generator, banned, top_p))
        if token == end:
            return
        yield token
        tokens = torch.tensor([[token]], device=model.device)
