"""Each operation and its written-out backward pass against autograd on a plain re-implementation."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.model.operations import (
    IGNORED,
    attend,
    causal,
    head_loss,
    mlp,
    norm,
    paired,
    rotations,
)

DRAW = torch.Generator().manual_seed(0)


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=DRAW, requires_grad=True)


def same(ours: Tensor, theirs: Tensor, inputs: list[Tensor]) -> None:
    torch.testing.assert_close(ours, theirs)
    toward = torch.randn(ours.shape, dtype=ours.dtype, generator=DRAW)
    for mine, other in zip(
        torch.autograd.grad(ours, inputs, toward), torch.autograd.grad(theirs, inputs, toward), strict=True
    ):
        torch.testing.assert_close(mine, other)


def plain_attention(qkv: Tensor, allowed: Tensor) -> Tensor:
    """Heads one by one, positions one by one; queries and keys in pairs that lie side by side."""
    rows, positions, _, heads, width = qkv.shape
    angles = torch.outer(
        torch.arange(positions).double(), 10_000.0 ** (-torch.arange(width // 2).double() / (width // 2))
    )

    def turned(x: Tensor) -> Tensor:  # (positions, width)
        x = F.rms_norm(x, (width,), eps=1e-6)
        first, second = x[:, ::2], x[:, 1::2]
        cosine, sine = angles.cos(), angles.sin()
        return torch.stack((first * cosine + second * sine, second * cosine - first * sine), dim=2).flatten(1)

    out = torch.zeros(rows, positions, heads, width, dtype=qkv.dtype)
    for row in range(rows):
        for head in range(heads):
            query, key = (turned(qkv[row, :, part, head]) for part in (0, 1))
            scores = (query @ key.T) / width**0.5
            shares = torch.softmax(scores.masked_fill(~allowed, -torch.inf), dim=-1)
            out[row, :, head] = shares @ qkv[row, :, 2, head]
    return out.flatten(2)


def test_norm() -> None:
    x = drawn(3, 5, 12)
    same(norm(x), x / (x.square().mean(dim=-1, keepdim=True) + 1e-6).sqrt(), [x])


def test_mlp() -> None:
    x, first, second = drawn(7, 6), drawn(24, 6), drawn(6, 24)
    same(mlp(x, first, second), F.relu(x @ first.T).square() @ second.T, [x, first, second])


def test_attention() -> None:
    qkv = drawn(2, 9, 3, 4, 6)
    ours = attend(qkv, rotations(0, 9, 3, torch.float64), causal(9, torch.float64))
    same(ours, plain_attention(qkv, torch.ones(9, 9).tril().bool()), [qkv])


def test_attention_sees_what_a_mask_allows() -> None:
    """Two texts packed into one row, closed to each other."""
    qkv = drawn(1, 8, 3, 2, 4)
    text = torch.arange(8) // 5
    allowed = torch.ones(8, 8).tril().bool() & (text[:, None] == text)
    mask = torch.zeros(1, 8, 8, dtype=torch.float64).masked_fill(~allowed, -torch.inf)
    same(attend(qkv, rotations(0, 8, 2, torch.float64), mask), plain_attention(qkv, allowed), [qkv])


def test_pairs_lie_side_by_side() -> None:
    weight = torch.arange(8.0)[:, None] * torch.ones(8, 3)  # two heads of four rows
    assert paired(weight, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.parametrize("ignored", [[], [0, 3, 4], [300]])
def test_the_loss_of_the_head(ignored: list[int]) -> None:
    count = 301  # more than two chunks
    hidden, table = drawn(count, 5), drawn(11, 5)
    targets = torch.randint(0, 11, (count,), generator=DRAW)
    targets[ignored] = IGNORED
    loss, losses = head_loss(hidden, table, targets)
    plain = F.cross_entropy(hidden @ table.T, targets, ignore_index=IGNORED, reduction="none")
    torch.testing.assert_close(losses, plain.detach())
    same(loss, plain.sum() / (targets != IGNORED).sum(), [hidden, table])


def test_a_batch_without_a_target_has_no_loss() -> None:
    loss, losses = head_loss(drawn(4, 5), drawn(11, 5), torch.full((4,), IGNORED))
    assert loss.isnan() and not losses.any()


def test_what_is_frozen_gets_no_gradient() -> None:
    x, first, second = drawn(7, 6), drawn(24, 6).detach(), drawn(6, 24)
    mlp(x, first, second).sum().backward()
    assert x.grad is not None and second.grad is not None and first.grad is None


def test_what_was_kept_from_an_answer_serves_training() -> None:
    """Tensors made under inference mode can't be trained through."""
    with torch.inference_mode():
        rotations(0, 23, 3, torch.float64), causal(23, torch.float64)
    attend(
        drawn(1, 23, 3, 1, 6), rotations(0, 23, 3, torch.float64), causal(23, torch.float64)
    ).sum().backward()
