"""Decoding: frozen weights laid out so that a token costs few operations.

At one row, a token is 2 million multiplications, a fifth of a millisecond, and what else is done takes
longer: dispatching operations, casting weights, allocating. So the matrices are fused, transposed and in the
type they are used in, once for weights that stay as they are; keys and values are written into place; and a
norm's root mean square is a plain length, its constant multiplied into the matrix that follows.
"""

from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.model.one_row import Layer, OneRow
from tui_trainer.model.operations import rotations
from tui_trainer.model.transformer import Transformer

MANY = 16  # rows from which on products in bfloat16 are the faster ones; with fewer they are the slower


class Weights:
    """A model's matrices as a `Decoder` reads them: (inputs, outputs), of one type."""

    def __init__(self, model: Transformer, dtype: torch.dtype) -> None:
        parts: Any = model.model
        root = model.shape.width**0.5  # x / rms(x) = root * x / |x|; the head's own root is divided away

        def laid_out(weight: Tensor, factor: Tensor | float = 1.0) -> Tensor:
            return (weight * factor).T.contiguous().to(dtype)

        self.table = root * _unit(parts["embed_tokens"].weight)
        self.head = laid_out(self.table, model.head_gain)
        self.layers: list[Layer] = [
            (
                laid_out(block.self_attn.fused(), root),
                laid_out(block.self_attn.o_proj.weight),
                laid_out(block.mlp.fc1.weight, root),
                laid_out(block.mlp.fc2.weight),
            )
            for block in model.blocks
        ]

    @classmethod
    def of(cls, model: Transformer, dtype: torch.dtype) -> "Weights":
        """Those made before, unless a parameter has changed since."""
        # torch counts the changes of a tensor that are made in place.
        now = tuple((parameter.data_ptr(), parameter._version) for parameter in model.parameters())
        made = _made.setdefault(model, {})
        if dtype not in made or made[dtype][0] != now:
            made[dtype] = (now, cls(model, dtype))
        return made[dtype][1]


_made: WeakKeyDictionary[Transformer, dict[torch.dtype, tuple[tuple[tuple[int, int], ...], Weights]]] = (
    WeakKeyDictionary()
)


class Decoder:
    """A model's weights as they are now, and the keys and values of what was read.

    All is float32, but of many rows the matrix products, keys and values are of the model's own type.

    Args:
        model: not changed; later changes of its weights are not seen.
        rows: texts that are read side by side.
        length: most positions of a text.
        padding: (rows, length) bool, True where a position is padding and is not to be looked at.
    """

    @torch.inference_mode()
    def __init__(self, model: Transformer, rows: int, length: int, padding: Tensor | None = None) -> None:
        shape = model.shape
        self.width, self.heads, self.head_width = shape.width, shape.heads, shape.head_width
        self.dtype = model.dtype if rows >= MANY else torch.float32
        weights = Weights.of(model, self.dtype)
        self.table, self.layers, self.head = weights.table, weights.layers, weights.head
        size = (shape.layers, 2, rows, shape.heads, length, shape.head_width)
        self.kept = torch.empty(size, dtype=self.dtype, device=model.device)  # as far as read
        self.rotations = rotations(0, length, shape.head_width // 2, torch.float32, model.device)
        self.padding = padding
        self.read = 0  # positions filled
        self.one_row: OneRow | None = None
        if rows == 1 and padding is None and model.device.type == "cpu":
            self.one_row = OneRow(self.table, self.layers, self.head, self.kept[:, :, 0], self.rotations)

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows only (indices): the others are done."""
        self.one_row = None  # its memory is left behind
        self.kept = self.kept[:, :, rows]
        if self.padding is not None:
            self.padding = self.padding[rows]

    @torch.inference_mode()
    def next(self, tokens: Tensor) -> Tensor:
        """Read the next tokens of every row, (rows, new) int64; what follows as logits (rows, vocabulary)."""
        rows, new = tokens.shape
        end = self.read + new
        if self.one_row is not None and new == 1:
            self.read = end
            return self.one_row.next(int(tokens), end - 1)
        rotation = self.rotations[self.read : end, None, None]
        mask = self._mask(new, end)
        # The scores of unit vectors, times head_width (of the two norms) over its root.
        scale = self.head_width**0.5
        x = F.embedding(tokens, self.table).view(rows * new, self.width)
        for (qkv, out, first, second), (keys, values) in zip(self.layers, self.kept, strict=True):
            heads = (_unit(x).to(self.dtype) @ qkv).view(rows, new, 3, self.heads, self.head_width)
            units = _unit(heads[:, :, :2].float())
            pairs = torch.view_as_complex(units.view(rows, new, 2, self.heads, -1, 2))
            both = torch.view_as_real(pairs.mul_(rotation)).flatten(-2).to(self.dtype)
            keys[:, :, self.read : end] = both[:, :, 1].transpose(1, 2)
            values[:, :, self.read : end] = heads[:, :, 2].transpose(1, 2)
            mixed = F.scaled_dot_product_attention(
                both[:, :, 0].transpose(1, 2), keys[:, :, :end], values[:, :, :end], mask, scale=scale
            )
            x += mixed.transpose(1, 2).reshape(rows * new, self.width) @ out
            active = (_unit(x).to(self.dtype) @ first).relu_()
            x += active.mul_(active) @ second
        self.read = end
        return (_unit(x.view(rows, new, self.width)[:, -1]).to(self.dtype) @ self.head).float()

    def _mask(self, new: int, end: int) -> Tensor | None:
        """(rows or 1, 1, new, end) bool, True where looking is allowed; None: it is everywhere."""
        if self.padding is None and new == 1:
            return None
        key = torch.arange(end, device=self.kept.device)
        query = key[end - new :, None]
        allowed = (key <= query)[None, None]
        if self.padding is not None:
            # A padded query sees itself: a row without a single key would turn to NaN.
            allowed = allowed & (~self.padding[:, None, None, :end] | (key == query))
        return allowed


def _unit(x: Tensor) -> Tensor:
    """x / |x| over the last dimension."""
    out: Tensor = x / torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return out
