"""Continue prompts: batched, with a KV cache, greedy or at a temperature."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from tui_trainer.model.transformer import KVCache, Transformer, soft_cap


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
    tokens = torch.zeros(len(prompts), longest, dtype=torch.long)
    padding = torch.ones(len(prompts), longest + max_new, dtype=torch.bool)
    for row, prompt in enumerate(prompts):
        # Padding shifts a row's positions; rotary attention sees differences of positions only.
        tokens[row, longest - len(prompt) :] = torch.tensor(prompt)
        padding[row, longest - len(prompt) :] = False
    mixed = bool(padding[:, :longest].any())
    cache = KVCache(model.shape, len(prompts), longest + max_new, model.dtype, padding if mixed else None)
    new: list[list[int]] = [[] for _ in prompts]
    rows = torch.arange(len(prompts))  # still going
    for _ in range(max_new):
        logits = model.lm_head(model.hidden(tokens, cache)[:, -1]).float()
        logits = soft_cap(logits)
        chosen = choose(logits, temperature, generator, banned)
        for row, token in zip(rows.tolist(), chosen.tolist(), strict=True):
            new[row].append(token)
        if end is not None:
            going = (chosen != end).nonzero().squeeze(1)
            if len(going) == 0:
                break
            if len(going) < len(rows):
                rows, chosen = rows[going], chosen[going]
                cache.keep(going)
        tokens = chosen[:, None]
    return new


def choose(
    logits: Tensor, temperature: float, generator: torch.Generator | None, banned: Sequence[int] = ()
) -> Tensor:
    """One token for each row of logits (rows, vocabulary): (rows,) int64."""
    if banned:
        logits[:, list(banned)] = -torch.inf
    if temperature == 0:
        return logits.argmax(dim=-1)
    probabilities = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(probabilities, 1, generator=generator).squeeze(1)


def stream(
    model: Transformer,
    prompt: Sequence[int],
    max_new: int,
    *,
    end: int | None,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
    banned: Sequence[int] = (),
) -> Iterator[int]:
    """Continue one prompt, a token at a time; stops before `end`."""
    cache = KVCache(model.shape, 1, len(prompt) + max_new, model.dtype)
    tokens = torch.tensor([list(prompt)])
    for _ in range(max_new):
        with torch.inference_mode():
            logits = model(tokens, cache)[:, -1]
            token = int(choose(logits, temperature, generator, banned))
        if token == end:
            return
        yield token
        tokens = torch.tensor([[token]])
