"""GRPO and DPO against the published formulas, written out plainly, in float64."""

import math
import random
import statistics

import pytest
import torch
from torch import Tensor

from tui_trainer.learning.reinforcement.preference_losses import (
    CLIP,
    STD_FLOOR,
    dpo_loss,
    group_advantages,
    grpo_loss,
)

REWARDS = [[0.1, 0.9, 0.4], [0.5, 0.5, 0.5]]
LENGTHS = [3, 1, 2, 2, 4, 1]


def _tokens(seed: int) -> Tensor:
    draw = random.Random(seed)
    return torch.tensor([-0.2 - 2 * draw.random() for _ in range(sum(LENGTHS))], dtype=torch.float64)


def _rows() -> Tensor:
    return torch.tensor([row for row, length in enumerate(LENGTHS) for _ in range(length)])


@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_grpo_is_the_published_formula(beta: float) -> None:
    policy, old, reference = _tokens(1), _tokens(2), _tokens(3)
    got, skipped = grpo_loss(
        policy, old, reference, _rows(), torch.tensor(REWARDS, dtype=torch.float64), beta
    )
    total, at, clipped = 0.0, 0, 0
    for answer, length in enumerate(LENGTHS):
        group = REWARDS[answer // 3]
        std = statistics.stdev(group)
        advantage = (group[answer % 3] - statistics.mean(group)) / (std + STD_FLOOR) if std else 0.0
        terms = []
        for _ in range(length):
            p, o, q = float(policy[at]), float(old[at]), float(reference[at])
            ratio = math.exp(p - o)
            bounded = min(max(ratio, 1 - CLIP), 1 + CLIP)
            clipped += ratio != bounded
            k3 = math.exp(q - p) - (q - p) - 1
            terms.append(-min(ratio * advantage, bounded * advantage) + beta * k3)
            at += 1
        total += sum(terms) / length
    assert clipped  # or the clipping was not put to the test
    assert abs(float(got) - total / len(LENGTHS)) < 1e-9 and skipped == 1


def test_on_the_first_step_grpo_is_the_policy_gradient_of_its_advantages() -> None:
    policy = _tokens(1).requires_grad_()
    rewards = torch.tensor(REWARDS, dtype=torch.float64)
    loss, _ = grpo_loss(policy, policy.detach(), _tokens(3), _rows(), rewards, beta=0.0)
    (gradient,) = torch.autograd.grad(loss, policy)
    advantages, _ = group_advantages(rewards)
    expected = [
        -float(advantages.flatten()[row]) / length / len(LENGTHS)
        for row, length in enumerate(LENGTHS)
        for _ in range(length)
    ]
    torch.testing.assert_close(gradient, torch.tensor(expected, dtype=torch.float64), atol=1e-9, rtol=0)


def test_dpo_is_the_published_formula() -> None:
    draw = random.Random(5)
    rows = [[-20 * draw.random() for _ in range(4)] for _ in range(6)]
    columns = [torch.tensor(column, dtype=torch.float64) for column in zip(*rows, strict=True)]
    expected = statistics.mean(math.log1p(math.exp(-0.1 * ((c - cq) - (r - rq)))) for c, r, cq, rq in rows)
    assert abs(float(dpo_loss(*columns, beta=0.1)) - expected) < 1e-9


def test_dpo_s_gradient_lifts_the_chosen_by_how_wrong_it_is() -> None:
    """Equation 7 of the paper: beta sigmoid(-margin) (grad log p(chosen) - grad log p(rejected))."""
    values = [torch.tensor([v], dtype=torch.float64) for v in (-3.0, -2.0, -3.5, -2.5)]
    chosen, rejected = values[0].requires_grad_(), values[1].requires_grad_()
    gradients = torch.autograd.grad(
        dpo_loss(chosen, rejected, values[2], values[3], beta=0.5), (chosen, rejected)
    )
    margin = 0.5 * ((-3.0 + 3.5) - (-2.0 + 2.5))
    wrong = 0.5 / (1 + math.exp(margin))
    assert abs(float(gradients[0]) + wrong) < 1e-12 and abs(float(gradients[1]) - wrong) < 1e-12


def test_dpo_s_optimum_is_the_reward_s() -> None:
    """Where p = q exp(r / beta) / Z, the margin is the difference of rewards: Bradley-Terry's own loss."""
    reference, reward, beta = [0.2, 0.5, 0.3], [1.0, -0.5, 0.3], 0.7
    weights = [q * math.exp(r / beta) for q, r in zip(reference, reward, strict=True)]
    policy = [w / sum(weights) for w in weights]
    for c in range(3):
        for r in range(3):
            logs = [math.log(x) for x in (policy[c], policy[r], reference[c], reference[r])]
            got = dpo_loss(*(torch.tensor([v], dtype=torch.float64) for v in logs), beta=beta)
            assert abs(float(got) - math.log1p(math.exp(-(reward[c] - reward[r])))) < 1e-9
