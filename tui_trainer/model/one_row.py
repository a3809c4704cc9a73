"""The next token of one row on a CPU: matrix products by torch, all that is small by NumPy.

What is done to a few hundred numbers takes torch several times as long to dispatch as NumPy (`tests/bench/
LOG.md` has the figures, and those of a compiler). Both work on the same memory, and nothing is allocated but
the logits.

Norms are put off until after the product, where they cost less: x / |x| W is (x W) / |x|. Of queries and keys
it makes no difference, since they are normalized next; of values it is done while they are stored, and the
squared ReLU takes 1 / |x|^2 along into the sum with the residual stream.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

# (inputs, outputs) each: to queries, keys and values; out of them; the MLP's two.
Layer = tuple[Tensor, Tensor, Tensor, Tensor]


class OneRow:
    """Goes on where a `Decoder` of one row is, in its memory.

    Args:
        table: (vocabulary, width) float32, what a token begins as.
        layers: as a `Decoder` lays them out, float32.
        head: (width, vocabulary).
        kept: (layers, 2, heads, length, head_width), keys and values.
        rotations: (length, head_width / 2) complex.
    """

    def __init__(
        self, table: Tensor, layers: Sequence[Layer], head: Tensor, kept: Tensor, rotations: Tensor
    ) -> None:
        _, _, heads, length, width = kept.shape
        self.layers = [(*layer, place.numpy()) for layer, place in zip(layers, kept, strict=True)]
        self.table, self.head = table.numpy(), head
        # The scores of unit vectors, times the width (of the two norms) over its root: given to the queries.
        turns = rotations.numpy()[:, None, None]
        self.turns = np.concatenate((turns * np.float32(width**0.5), turns), axis=1)

        self.x, self.qkv = torch.empty(1, heads * width), torch.empty(1, 3 * heads * width)
        self.mixed, self.active = torch.empty(1, heads * width), torch.empty(1, layers[0][2].shape[1])
        self.row, self.row_active = self.x.numpy()[0], self.active.numpy()[0]
        self.row_mixed = self.mixed.numpy().reshape(heads, 1, width)
        flat = self.qkv.numpy()[0]
        self.parts = flat.reshape(3, heads, width)
        self.pairs = flat.view(np.complex64).reshape(3, heads, width // 2)[:2]
        self.query = self.parts[0, :, :, None]
        self.as_rows, self.as_columns = self.parts[:2, :, None], self.parts[:2, :, :, None]
        self.scales = np.empty((3, heads, 1), np.float32)  # of queries, keys and values
        self.squares = np.empty((2, heads, 1, 1), np.float32)
        self.scores, self.sums = np.empty(heads * length, np.float32), np.empty((heads, 1, 1), np.float32)

    def next(self, token: int, at: int) -> Tensor:
        """Read the token at this position; the logits of what follows, (1, vocabulary)."""
        row, parts, scales, active = self.row, self.parts, self.scales, self.row_active
        heads, end, turn = len(self.sums), at + 1, self.turns[at]
        scores = self.scores[: heads * end].reshape(heads, end, 1)
        shares = scores.reshape(heads, 1, end)
        row[:] = self.table[token]
        for qkv, out, first, second, kept in self.layers:
            torch.mm(self.x, qkv, out=self.qkv)
            np.matmul(self.as_rows, self.as_columns, out=self.squares)
            np.power(self.squares[..., 0], -0.5, out=scales[:2])
            scales[2] = np.dot(row, row) ** -0.5
            np.multiply(self.pairs, turn, out=self.pairs)
            np.multiply(parts[1:], scales[1:], out=kept[:, :, at])
            np.matmul(kept[0, :, :end], self.query, out=scores)
            np.multiply(scores, scales[0, :, None], out=scores)
            np.exp(scores, out=scores)  # at most e^sqrt(head_width): none is so large that it must be shifted
            np.add.reduce(scores, axis=1, keepdims=True, out=self.sums)
            np.matmul(shares, kept[1, :, :end], out=self.row_mixed)
            np.divide(self.row_mixed, self.sums, out=self.row_mixed)
            self.x.addmm_(self.mixed, out)

            torch.mm(self.x, first, out=self.active)
            np.maximum(active, 0, out=active)
            np.multiply(active, active, out=active)
            self.x.addmm_(self.active, second, alpha=float(1 / np.dot(row, row)))
        return torch.mm(self.x, self.head).mul_(float(np.dot(row, row) ** -0.5))
