"""The transformer's operations, each with its backward pass written out.

Autograd's own passes were correct and slow: at this size a step's matrix products take a third of its time,
and the rest goes over memory again and again (float32 copies of the norms, a graph of ten operations for a
rotation). Written out, each keeps what its backward needs, and nothing more. `tests/model/test_operations.py`
holds each against autograd and finite differences; `tests/bench/LOG.md` has what it gave.

All work in the type of their inputs (bfloat16 or float32); sums that would lose digits are float32.
"""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

NORM_EPSILON = 1e-6
ROPE_BASE = 10_000.0
IGNORED = -100  # a target that carries no loss
CPU = torch.device("cpu")
CHUNK = 128  # rows of logits in float32 at once: they stay in a core's cache


def wide(dtype: torch.dtype) -> torch.dtype:
    """The type of sums over numbers of a type: float32 at the least."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def inverse_rms(x: Tensor, epsilon: float = NORM_EPSILON) -> Tensor:
    """1 / sqrt(mean of squares over the last dimension): (..., 1), in float32."""
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=wide(x.dtype))
    out: Tensor = length.square_().div_(x.shape[-1]).add_(epsilon).rsqrt_()
    return out


class _Norm(Function):
    """y = x / rms(x). With s = 1 / rms(x): dx = s (dy - y mean(y dy))."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, epsilon: float) -> Tensor:
        scale = inverse_rms(x, epsilon).to(x.dtype)
        y = x * scale
        ctx.save_for_backward(y, scale)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None]:
        y, scale = ctx.saved_tensors
        along = (dy * y).sum(dim=-1, keepdim=True)
        return torch.addcmul(dy, y, along, value=-1 / y.shape[-1]).mul_(scale), None


def norm(x: Tensor, epsilon: float = NORM_EPSILON) -> Tensor:
    """RMSNorm without a gain (Zhang & Sennrich 2019) over the last dimension."""
    out: Tensor = _Norm.apply(x, epsilon)  # type: ignore[no-untyped-call]  # torch has no types
    return out


class _MLP(Function):
    """out = a^2 W2', a = relu(x W1')."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, first: Tensor, second: Tensor) -> Tensor:
        active = F.linear(x, first).relu_()
        squared = active * active
        ctx.save_for_backward(x, first, second, active, squared)
        return F.linear(squared, second)

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        x, first, second, active, squared = ctx.saved_tensors
        wants_x, wants_first, wants_second = ctx.needs_input_grad
        back = ((dy + dy) @ second).mul_(active)  # doubled where it is small
        return (
            back @ first if wants_x else None,
            back.mT @ x if wants_first else None,
            dy.mT @ squared if wants_second else None,
        )


def mlp(x: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Two matrix products with a squared ReLU between them (So et al. 2021).

    Args:
        x: (tokens, width).
        first: (hidden, width).
        second: (width, hidden).
    """
    out: Tensor = _MLP.apply(x, first, second)  # type: ignore[no-untyped-call]  # torch has no types
    return out


@lru_cache(maxsize=64)
def rotations(start: int, count: int, half: int, dtype: torch.dtype, device: torch.device = CPU) -> Tensor:
    """exp(-i angle) of positions: (count, half) complex; pair j turns by position * base^(-j / half)."""
    with torch.inference_mode(False):  # or what is kept could never be used in training
        positions = torch.arange(start, start + count, dtype=dtype, device=device)
        frequencies = ROPE_BASE ** (-torch.arange(half, dtype=dtype, device=device) / half)
        angles = torch.outer(positions, frequencies)
        return torch.polar(torch.ones_like(angles), -angles)


@lru_cache(maxsize=16)
def causal(positions: int, dtype: torch.dtype, device: torch.device = CPU) -> Tensor:
    """(1, positions, positions): 0 where a position may look (itself and before it), -inf elsewhere."""
    with torch.inference_mode(False):
        return torch.full((1, positions, positions), -torch.inf, dtype=dtype, device=device).triu(1)


def paired(weight: Tensor, heads: int) -> Tensor:
    """Rows of a query or key matrix so that the two numbers that a rotation mixes lie side by side.

    In a checkpoint, as in `transformers`, a head's second half holds the partners of its first.
    """
    rows, width = weight.shape
    return weight.view(heads, 2, rows // heads // 2, width).transpose(1, 2).reshape(rows, width)


def turned(pairs: Tensor, rotation: Tensor) -> Tensor:
    """Rotary position embedding (Su et al. 2021) of pairs (..., head_width) in float32 or float64."""
    complex_ = torch.view_as_complex(pairs.view(*pairs.shape[:-1], -1, 2))
    return torch.view_as_real(complex_.mul_(rotation)).flatten(-2)


class _Attend(Function):
    """out = P V, P = softmax(Q K' + mask), where Q and K are rotated and normalized (QK-norm).

    A rotation keeps lengths, so both are normalized before they are turned, and back in the other order. The
    1 / sqrt(head_width) of the scores is shared between queries and keys.
    """

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, rotation: Tensor, mask: Tensor) -> Tensor:
        rows, positions, _, heads, width = qkv.shape
        both = qkv[:, :, :2]
        scale = inverse_rms(both).mul_(width**-0.25)
        parts = qkv.new_empty(3, rows, heads, positions, width)
        parts[:2] = turned(both * scale, rotation[:, None, None]).permute(2, 0, 3, 1, 4)
        parts[2] = qkv[:, :, 2].transpose(1, 2)
        query, key, value = parts.view(3, rows * heads, positions, width)
        shares = torch.softmax(_scores(query, key, mask), dim=-1)
        ctx.save_for_backward(parts, scale, shares, rotation)
        mixed = torch.bmm(shares, value)
        return mixed.view(rows, heads, positions, width).transpose(1, 2).flatten(2)

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None, None]:
        parts, scale, shares, rotation = ctx.saved_tensors
        _, rows, heads, positions, width = parts.shape
        query, key, value = parts.view(3, rows * heads, positions, width)
        dy = dy.view(rows, positions, heads, width).transpose(1, 2).reshape(value.shape)
        # dS = P * (dP - sum(P dP)), where dP = dy V'
        dscores = torch._softmax_backward_data(torch.bmm(dy, value.mT), shares, -1, shares.dtype)
        grads = torch.empty_like(parts)
        dquery, dkey, dvalue = grads.view(3, *value.shape)
        torch.bmm(dscores, key, out=dquery)
        torch.bmm(dscores.mT, query, out=dkey)
        torch.bmm(shares.mT, dy, out=dvalue)
        # Through the norm (whose output has a mean square of width^-1/2), then turned back.
        turn, out_of_norm = grads[:2], parts[:2]
        turn.addcmul_(out_of_norm, (turn * out_of_norm).sum(dim=-1, keepdim=True), value=-(width**-0.5))
        out = parts.new_empty(rows, positions, 3, heads, width)
        back = turn.permute(1, 3, 0, 2, 4) * scale
        out[:, :, :2] = turned(back.contiguous(), rotation.conj()[:, None, None])
        out[:, :, 2] = grads[2].transpose(1, 2)
        return out, None, None


def _scores(query: Tensor, key: Tensor, mask: Tensor) -> Tensor:
    """Q K' + mask for (rows * heads, positions, width); the mask broadcasts."""
    return torch.baddbmm(mask, query, key.mT)


def attend(qkv: Tensor, rotation: Tensor, mask: Tensor) -> Tensor:
    """Mix the values by how well their keys match each query (Vaswani et al. 2017).

    Args:
        qkv: (rows, positions, 3, heads, head_width): queries and keys `paired`, not yet turned, and values.
        rotation: (positions, head_width / 2) of `rotations`.
        mask: (1 or rows * heads, positions, positions), added to the scores.

    Returns:
        (rows, positions, heads * head_width).

    torch's fused kernel was tried: its backward takes four times as long when the context is this short.
    """
    out: Tensor = _Attend.apply(qkv, rotation, mask)  # type: ignore[no-untyped-call]  # torch has no types
    return out


def shares(qk: Tensor, rotation: Tensor, mask: Tensor) -> Tensor:
    """How much of its attention a query gives to each key: (rows, heads, queries, keys), rows sum to 1.

    Args:
        qk: (rows, positions, 2 or more, heads, head_width), as in `attend`.
    """
    rows, positions, _, heads, width = qk.shape
    both = qk[:, :, :2]
    turned_ = turned(both * inverse_rms(both).mul_(width**-0.25), rotation[:, None, None])
    query, key = turned_.permute(2, 0, 3, 1, 4).reshape(2, rows * heads, positions, width)
    return torch.softmax(_scores(query, key, mask.to(query.dtype)), dim=-1).view(
        rows, heads, positions, positions
    )


class _HeadLoss(Function):
    """Cross-entropy of the scored tokens and both gradients at once, so that no logits are kept.

    With p = softmax(h E'): dE = (p - onehot)' h / n, dh = (p - onehot) E / n (as in Liger's fused linear
    cross-entropy, Hsu et al. 2024, arXiv 2410.10989).
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, table: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        losses = hidden.new_zeros(len(targets), dtype=wide(hidden.dtype))
        scored = targets != IGNORED
        whole = bool(scored.all())
        h, truth = (hidden, targets) if whole else (hidden[scored], targets[scored])
        count = len(h)
        if not whole:  # a number of rows that comes again: the products' kernels are compiled once a shape
            h = F.pad(h, (0, 0, 0, -count % CHUNK))
        logits = h @ table.mT
        found = losses.new_empty(count)
        for at in range(0, count, CHUNK):
            end = min(at + CHUNK, count)
            rows, true = logits[at:end], truth[at:end, None]
            logs = torch.log_softmax(rows.to(losses.dtype), dim=-1)
            found[at:end] = logs.gather(1, true).squeeze(1).neg_()
            chances = logs.exp_()
            chances.scatter_add_(1, true, torch.full_like(true, -1, dtype=logs.dtype))
            rows.copy_(chances.mul_(1 / count))
        logits[count:] = 0.0
        dh = (logits @ table)[:count] if ctx.needs_input_grad[0] else None
        if dh is not None and not whole:
            dh = torch.zeros_like(hidden).index_put_((scored,), dh)
        dtable = logits.mT @ h if ctx.needs_input_grad[1] else None
        ctx.save_for_backward(dh, dtable)
        losses = found if whole else losses.index_put_((scored,), found)
        ctx.mark_non_differentiable(losses)
        return found.mean(), losses

    @staticmethod
    def backward(ctx: Any, dloss: Tensor, _: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        dh, dtable = ctx.saved_tensors
        return (
            None if dh is None else dh * dloss.to(dh.dtype),
            None if dtable is None else dtable * dloss.to(dtable.dtype),
            None,
        )


def head_loss(hidden: Tensor, table: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy in nats over the scored tokens, with a graph; and each token's own, without.

    Args:
        hidden: (tokens, width).
        table: (vocabulary, width): its product with a hidden state gives the logits.
        targets: (tokens,) int64; IGNORED ones are not scored, and have a loss of 0. All ignored: NaN.
    """
    out: tuple[Tensor, Tensor] = _HeadLoss.apply(hidden, table, targets)  # type: ignore[no-untyped-call]
    return out
