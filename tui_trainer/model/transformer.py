"""The transformer: a decoder-only language model in one readable file.

Token embedding, its rows normalized -> blocks of (attention, squared-ReLU MLP), each on a normalized copy of
the residual stream -> RMSNorm -> head: the same embedding, times one learnt gain over the root of the width.
No biases, no other gains, no cap on the logits. In the words of the field's tools it is exactly a tied
`nanochat` without a soft cap, and a `qwen3`; `tests/model/test_transformer.py` holds it to the former.

The head was a matrix of its own, and its logits capped to (-15, 15), before: then a model this small never
learnt to copy what had just been told to it (`tests/bench/LOG.md`).
"""

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor, nn
from torch.nn import functional as F

from tui_trainer.model.induction import NARROWEST, give_induction
from tui_trainer.model.operations import attend, causal, head_loss, mlp, norm, paired, rotations, shares, wide

FIRST_GAIN = 0.25  # of the head: the first guess is close to uniform


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


class Scored(Struct):
    """What a model made of a batch."""

    loss: Tensor  # scalar, with a graph: mean over the scored tokens, nats; NaN when none is scored
    losses: Tensor  # (rows, positions) float32: each token's own; 0 where it is not scored
    hidden: Tensor  # (rows, positions, width), detached: `Transformer.logits` of it says what was expected
    table: Tensor | None = None  # (vocabulary, width), detached: what `logits` would else make again


class Linear(nn.Linear):
    """A matrix product without bias whose float32 weight is cast to the type of its input."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight.to(x.dtype))


class Attention(nn.Module):
    """Causal multi-head attention; queries and keys are normalized (QK-norm) and rotated."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.q_proj = Linear(shape.width, shape.width)
        self.k_proj = Linear(shape.width, shape.width)
        self.v_proj = Linear(shape.width, shape.width)
        self.o_proj = Linear(shape.width, shape.width)

    def weights(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Of queries, keys, values and outputs: (width, width) each."""
        return self.q_proj.weight, self.k_proj.weight, self.v_proj.weight, self.o_proj.weight

    def fused(self) -> Tensor:
        """The three input matrices as one (3 * width, width); queries and keys `paired`."""
        query, key = (paired(p.weight, self.heads) for p in (self.q_proj, self.k_proj))
        return torch.cat((query, key, self.v_proj.weight))

    def project(self, x: Tensor) -> Tensor:
        """(rows, positions, width) to (rows, positions, 3, heads, head_width), as `attend` reads it."""
        return F.linear(x, self.fused().to(x.dtype)).view(*x.shape[:2], 3, self.heads, -1)

    def forward(self, x: Tensor, rotation: Tensor, mask: Tensor) -> Tensor:
        out: Tensor = self.o_proj(attend(self.project(x), rotation, mask))
        return out


class MLP(nn.Module):
    """Four times the width, squared ReLU."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.fc1 = Linear(shape.width, 4 * shape.width)
        self.fc2 = Linear(4 * shape.width, shape.width)

    def forward(self, x: Tensor) -> Tensor:
        out = mlp(x.flatten(0, 1), self.fc1.weight.to(x.dtype), self.fc2.weight.to(x.dtype))
        return out.view(x.shape)


class Block(nn.Module):
    """One layer: attend, then think; both add to the residual stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.self_attn = Attention(shape)
        self.mlp = MLP(shape)

    def forward(self, x: Tensor, rotation: Tensor, mask: Tensor) -> Tensor:
        x = x + self.self_attn(norm(x), rotation, mask)
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
                "layers": nn.ModuleList(Block(shape) for _ in range(shape.layers)),
            }
        )
        self.head_gain = nn.Parameter(torch.tensor(FIRST_GAIN))
        self._initialize(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def _initialize(self, generator: torch.Generator) -> None:
        for name, parameter in self.named_parameters():
            if name.endswith("fc2.weight"):
                parameter.zero_()  # the MLPs begin by adding nothing
            elif name == "model.embed_tokens.weight":
                # Small, since it is normalized anyway: a step of AdamW then turns a token's direction
                # further. At 0.5, a tenth of the facts were known where at 0.03 it was half.
                parameter.normal_(0, 0.02, generator=generator)
            elif name.endswith(("_proj.weight", "fc1.weight")):
                parameter.normal_(0, 1 / math.sqrt(self.shape.width), generator=generator)
        for block in self.blocks:
            # What a head reads it hands on as it is: to copy a token need not be learnt, only where from.
            block.self_attn.o_proj.weight.copy_(block.self_attn.v_proj.weight.T)
        if self.shape.layers > 1 and self.shape.head_width >= NARROWEST:
            parts: Any = self.model
            first, second = (block.self_attn.weights() for block in self.blocks[:2])
            give_induction(parts["embed_tokens"].weight, first, second[:2], self.shape.head_width, generator)

    @property
    def device(self) -> torch.device:
        """What its weights are on, and what it reads and answers must be."""
        return self.head_gain.device

    @property
    def blocks(self) -> Sequence[Block]:
        parts: Any = self.model
        blocks: Sequence[Block] = parts["layers"]
        return blocks

    def table(self) -> Tensor:
        """The normalized embedding: (vocabulary, width) of `dtype`."""
        parts: Any = self.model
        # Its rows are small, and to be of length 1 in every tool: nothing is added to them.
        return norm(parts["embed_tokens"].weight.to(self.dtype), epsilon=0.0)

    def hidden(self, tokens: Tensor, mask: Tensor | None = None, table: Tensor | None = None) -> Tensor:
        """The normalized residual stream before the head: (rows, positions, width), of `dtype`.

        Args:
            tokens: (rows, positions) int64.
            mask: (rows, positions, positions), added to the scores of attention; None: each position sees
                itself and those before it.
            table: `self.table()`, where it is at hand.
        """
        return norm(self._read(tokens, mask, table, self.shape.layers))

    def residuals(
        self, tokens: Tensor, mask: Tensor | None = None, table: Tensor | None = None
    ) -> Iterator[Tensor]:
        """The residual stream as it comes from the embedding, then after each block.

        Each is (rows, positions, width); `logits(norm(...))` of it is what its layer would say, were it the
        last (the logit lens). The arguments are those of `hidden`.
        """
        positions = tokens.shape[1]
        rotation = rotations(0, positions, self.shape.head_width // 2, wide(self.dtype), self.device)
        if mask is None:
            mask = causal(positions, self.dtype, self.device)
        else:
            mask = mask.repeat_interleave(self.shape.heads, dim=0)
        x = F.embedding(tokens, self.table() if table is None else table)
        yield x
        for block in self.blocks:
            x = block(x, rotation, mask)
            yield x

    def _read(self, tokens: Tensor, mask: Tensor | None, table: Tensor | None, layers: int) -> Tensor:
        """The residual stream after so many layers."""
        return next(islice(self.residuals(tokens, mask, table), layers, None))

    def attention(self, tokens: Tensor, layer: int) -> Tensor:
        """Where each head of one layer looks: (rows, heads, queries, keys) in float32, rows sum to 1."""
        positions = tokens.shape[1]
        x = norm(self._read(tokens, None, None, layer))
        rotation = rotations(0, positions, self.shape.head_width // 2, wide(self.dtype), self.device)
        mask = causal(positions, self.dtype, self.device)
        return shares(self.blocks[layer].self_attn.project(x), rotation, mask)

    def logits(self, hidden: Tensor, table: Tensor | None = None) -> Tensor:
        """What `hidden` (..., width) says comes next: (..., vocabulary) in float32."""
        table = self.table() if table is None else table
        return F.linear(self._gained(hidden), table).to(wide(self.dtype))

    def _gained(self, hidden: Tensor) -> Tensor:
        out: Tensor = hidden * (self.head_gain * self.shape.width**-0.5)
        return out

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (rows, positions, vocabulary) in float32 for tokens (rows, positions) of int64."""
        table = self.table()
        return self.logits(self.hidden(tokens, table=table), table)

    def score(self, inputs: Tensor, targets: Tensor, mask: Tensor | None = None) -> Scored:
        """The loss of a batch, with a graph, without ever holding its logits.

        Args:
            inputs: (rows, positions) int64.
            targets: the same shape; those that are IGNORED carry no loss.
            mask: as in `hidden`.
        """
        table = self.table()
        hidden = self.hidden(inputs, mask, table)
        loss, losses = head_loss(self._gained(hidden).flatten(0, 1), table, targets.flatten())
        return Scored(loss, losses.view(targets.shape), hidden.detach(), table.detach())

    @property
    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
