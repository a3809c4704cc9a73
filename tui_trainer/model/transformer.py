"""The transformer: a decoder-only language model in one readable file.

The architecture is the one `transformers` calls `nanochat`: token embedding -> RMSNorm -> blocks of
(attention, squared-ReLU MLP), each on a normalized copy of the residual stream -> RMSNorm -> head -> logits
soft-capped to (-15, 15). No biases, no learnt norm gains, embedding and head untied. Parameters bear the same
names as there, so that a checkpoint can be loaded by `NanoChatForCausalLM` as it is.
"""

import math
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor, nn
from torch.nn import functional as F

SOFT_CAP = 15.0
ROPE_BASE = 10_000.0
NORM_EPSILON = 1e-6


class Shape(Struct, frozen=True):
    """What fixes the size of every tensor."""

    vocabulary: int  # tokens
    layers: int
    width: int  # of the residual stream
    heads: int  # must divide the width into even parts
    context: int  # tokens a training row holds; the model itself reads on past it

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    @property
    def flops_per_token(self) -> int:
        """Of training, forward and back: an estimate, 6 a matrix weight and 12 a (layer, width, position).

        Source: Chowdhery et al. 2022 (PaLM), appendix B. The embedding is looked up, not multiplied.
        """
        matrices = 12 * self.layers * self.width**2 + self.vocabulary * self.width
        return 6 * matrices + 12 * self.layers * self.width * self.context


class KVCache:
    """Keys and values of the tokens read so far, so that each new token costs one position only.

    Args:
        shape: the model's.
        batch: rows.
        length: most positions it will hold.
        padding: (batch, length) bool, True where a position is padding and must not be attended to.
    """

    def __init__(
        self, shape: Shape, batch: int, length: int, dtype: torch.dtype, padding: Tensor | None = None
    ) -> None:
        size = (shape.layers, batch, shape.heads, length, shape.head_width)
        self.keys = torch.zeros(size, dtype=dtype)
        self.values = torch.zeros(size, dtype=dtype)
        self.padding = padding
        self.read = 0  # positions filled

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows only (indices into the batch): the others are done."""
        self.keys, self.values = self.keys[:, rows], self.values[:, rows]
        if self.padding is not None:
            self.padding = self.padding[rows]

    def extend(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Append (batch, heads, new, head_width) to a layer; returns all of that layer so far."""
        end = self.read + keys.shape[2]
        self.keys[layer, :, :, self.read : end] = keys
        self.values[layer, :, :, self.read : end] = values
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def mask(self, new: int) -> Tensor | None:
        """(batch or 1, 1, new, read + new) bool, True where attending is allowed; None: everything is."""
        end = self.read + new
        if self.padding is None and new == 1:
            return None
        query = torch.arange(self.read, end)[:, None]
        key = torch.arange(end)[None, :]
        allowed = (key <= query)[None, None]
        if self.padding is not None:
            # A padded query sees itself: a row without a single key would turn to NaN.
            allowed = allowed & (~self.padding[:, None, None, :end] | (key == query))
        return allowed


def norm(x: Tensor) -> Tensor:
    """RMSNorm without a gain (Zhang & Sennrich 2019), computed in float32."""
    return F.rms_norm(x.float(), (x.shape[-1],), eps=NORM_EPSILON).to(x.dtype)


def soft_cap(logits: Tensor) -> Tensor:
    """Keep logits within (-15, 15), so that no guess is ever quite certain (Gemma Team 2024)."""
    return SOFT_CAP * torch.tanh(logits / SOFT_CAP)


class Linear(nn.Linear):
    """A matrix product without bias whose float32 weight is cast to the type of its input."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight.to(x.dtype))


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary position embedding (Su et al. 2021) of x (..., positions, head_width), by -angle as in nanochat.

    cosine and sine: (positions, head_width / 2).
    """
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine + second * sine, second * cosine - first * sine), dim=-1)


def attend(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None) -> Tensor:
    """Mix the values by how well their keys match each query (Vaswani et al. 2017).

    Written out, because torch's fused kernel takes more than twice as long to go backwards on a CPU when the
    context is this short.

    Args:
        query: (batch, heads, queries, head_width).
        key, value: (batch, heads, keys, head_width).
        allowed: bool that broadcasts to (batch, heads, queries, keys), True where a query may look; None:
            everywhere.
    """
    return shares(query, key, allowed).to(value.dtype) @ value


def shares(query: Tensor, key: Tensor, allowed: Tensor | None) -> Tensor:
    """How much of its attention a query gives to each key: (batch, heads, queries, keys), rows sum to 1."""
    scores = (query * query.shape[-1] ** -0.5 @ key.mT).float()
    if allowed is not None:
        scores = scores + torch.where(allowed, 0.0, -torch.inf)
    return torch.softmax(scores, dim=-1)


def causal(positions: int) -> Tensor:
    """(positions, positions) bool: every position sees itself and those before it."""
    return torch.ones(positions, positions, dtype=torch.bool).tril()


class Attention(nn.Module):
    """Causal multi-head attention; queries and keys are rotated, then normalized (QK-norm)."""

    def __init__(self, shape: Shape, layer: int) -> None:
        super().__init__()
        self.shape, self.layer = shape, layer
        self.q_proj = Linear(shape.width, shape.width)
        self.k_proj = Linear(shape.width, shape.width)
        self.v_proj = Linear(shape.width, shape.width)
        self.o_proj = Linear(shape.width, shape.width)

    def _by_head(self, projection: Linear, x: Tensor) -> Tensor:
        out: Tensor = projection(x).view(*x.shape[:2], self.shape.heads, -1).transpose(1, 2)
        return out

    def shares(self, x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
        """Where each head looks: (batch, heads, queries, keys) for x (batch, positions, width)."""
        query, key = (self._by_head(projection, x) for projection in (self.q_proj, self.k_proj))
        return shares(norm(rotate(query, *rope)), norm(rotate(key, *rope)), causal(x.shape[1]))

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], cache: KVCache | None) -> Tensor:
        batch, positions, width = x.shape
        query, key, value = (
            self._by_head(projection, x) for projection in (self.q_proj, self.k_proj, self.v_proj)
        )
        query, key = norm(rotate(query, *rope)), norm(rotate(key, *rope))
        if cache is None:
            allowed: Tensor | None = causal(positions)
        else:
            allowed = cache.mask(positions)
            key, value = cache.extend(self.layer, key, value)
        mixed = attend(query, key, value, allowed)
        out: Tensor = self.o_proj(mixed.transpose(1, 2).reshape(batch, positions, width))
        return out


class MLP(nn.Module):
    """Four times the width, squared ReLU (So et al. 2021)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.fc1 = Linear(shape.width, 4 * shape.width)
        self.fc2 = Linear(4 * shape.width, shape.width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.relu(self.fc1(x)).square())
        return out


class Block(nn.Module):
    """One layer: attend, then think; both add to the residual stream."""

    def __init__(self, shape: Shape, layer: int) -> None:
        super().__init__()
        self.self_attn = Attention(shape, layer)
        self.mlp = MLP(shape)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], cache: KVCache | None) -> Tensor:
        x = x + self.self_attn(norm(x), rope, cache)
        out: Tensor = x + self.mlp(norm(x))
        return out


class Transformer(nn.Module):
    """The model; `forward` gives the logits of the next token at every position.

    Args:
        shape: sizes.
        seed: fixes the initial weights.
        dtype: of the activations and matrix products; weights and logits stay float32.
    """

    def __init__(self, shape: Shape, seed: int = 0, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.shape, self.dtype = shape, dtype
        self.model = nn.ModuleDict(
            {
                "embed_tokens": nn.Embedding(shape.vocabulary, shape.width),
                "layers": nn.ModuleList(Block(shape, layer) for layer in range(shape.layers)),
            }
        )
        self.lm_head = Linear(shape.width, shape.vocabulary)
        self._initialize(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def _initialize(self, generator: torch.Generator) -> None:
        for name, parameter in self.named_parameters():
            if name.endswith(("o_proj.weight", "fc2.weight")):
                parameter.zero_()  # every block begins as the identity
            elif name == "model.embed_tokens.weight":
                # Small, since it is normalized anyway: a step of AdamW then turns a token's direction
                # further. At 0.5, a tenth of the facts were known where at 0.03 it was half.
                parameter.normal_(0, 0.03, generator=generator)
            elif name == "lm_head.weight":
                parameter.normal_(0, 0.001, generator=generator)  # the first guess is uniform
            else:
                parameter.normal_(0, 1 / math.sqrt(self.shape.width), generator=generator)

    def hidden(self, tokens: Tensor, cache: KVCache | None = None) -> Tensor:
        """The normalized residual stream before the head: (batch, positions, width), of `dtype`."""
        parts: Any = self.model
        rope = self._rope(cache.read if cache is not None else 0, tokens.shape[1])
        x = norm(parts["embed_tokens"](tokens).to(self.dtype))
        for block in parts["layers"]:
            x = block(x, rope, cache)
        if cache is not None:
            cache.read += tokens.shape[1]
        return norm(x)

    def attention(self, tokens: Tensor, layer: int) -> Tensor:
        """Where each head of one layer looks: (batch, heads, queries, keys) in float32, rows sum to 1."""
        parts: Any = self.model
        rope = self._rope(0, tokens.shape[1])
        x = norm(parts["embed_tokens"](tokens).to(self.dtype))
        for block in parts["layers"][:layer]:
            x = block(x, rope, None)
        out: Tensor = parts["layers"][layer].self_attn.shares(norm(x), rope)
        return out

    def _rope(self, start: int, count: int) -> tuple[Tensor, Tensor]:
        """Cosine and sine of each position's angles: (count, head_width / 2) of `dtype` each."""
        half = self.shape.head_width // 2
        angles = torch.outer(
            torch.arange(start, start + count).float(), ROPE_BASE ** (-torch.arange(half).float() / half)
        )
        return angles.cos().to(self.dtype), angles.sin().to(self.dtype)

    def forward(self, tokens: Tensor, cache: KVCache | None = None) -> Tensor:
        """Logits (batch, positions, vocabulary) in float32 for tokens (batch, positions) of int64.

        With a cache, tokens are the new ones only, and the cache is extended.
        """
        return soft_cap(self.lm_head(self.hidden(tokens, cache)).float())

    @property
    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
