"""Two other ways to turn a model to what is preferred, for comparison with `reinforcement`.

GRPO (Shao et al. 2024, arXiv 2402.03300) compares the answers to one prompt like RLOO, but in units of their
standard deviation, clips how far one batch may move the policy, and estimates KL by k3 (Schulman 2020) from
the sampled tokens. DPO (Rafailov et al. 2023, arXiv 2305.18290) needs neither samples nor a reward model: the
pairs themselves say what should become likelier.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.learning.reinforcement.objective import EQUAL, per_answer

CLIP = 0.2  # of the ratio of new to old probability, either way
STD_FLOOR = 1e-4  # added to the standard deviation of a group's rewards, as in TRL


def group_advantages(rewards: Tensor) -> tuple[Tensor, int]:
    """GRPO's advantages (prompts, k): rewards in standard deviations (k - 1) from the mean of their group.

    Returns:
        The advantages, and how many groups have equal rewards: theirs are zero, not noise divided by nothing.
    """
    mean, std = rewards.mean(dim=1, keepdim=True), rewards.std(dim=1, keepdim=True)
    equal = rewards.amax(dim=1) - rewards.amin(dim=1) < EQUAL
    scaled = (rewards - mean) / (std + STD_FLOOR)
    return scaled.masked_fill(equal[:, None], 0.0), int(equal.sum())


def grpo_loss(
    policy: Tensor, old: Tensor, reference: Tensor, rows: Tensor, rewards: Tensor, beta: float
) -> tuple[Tensor, int]:
    """The loss to descend, and how many groups were skipped.

    Args:
        policy: (answer tokens,) log-probabilities of the sampled tokens, with a graph.
        old: the same when they were sampled; on the first step, those of the policy.
        reference: the same of the reference.
        rows: (answer tokens,) int64, the answer of each; answers of one prompt follow each other.
        rewards: (prompts, k), k at least 2.
        beta: weight of the KL.

    The mean over answers of the mean over their tokens of
    -min(ratio A, clip(ratio, 1 - CLIP, 1 + CLIP) A) + beta (exp(q - p) - (q - p) - 1).
    """
    advantages, skipped = group_advantages(rewards)
    credit = advantages.flatten()[rows]
    ratio = (policy - old).exp()
    gained = torch.minimum(ratio * credit, ratio.clamp(1 - CLIP, 1 + CLIP) * credit)
    further = reference - policy
    each = -gained + beta * (further.exp() - further - 1)
    lengths = torch.bincount(rows, minlength=rewards.numel()).clamp(min=1)
    return (per_answer(each, rows, rewards.numel()) / lengths).mean(), skipped


def dpo_loss(
    chosen: Tensor, rejected: Tensor, chosen_reference: Tensor, rejected_reference: Tensor, beta: float
) -> Tensor:
    """Mean of -log sigmoid(beta [(log p(c) - log q(c)) - (log p(r) - log q(r))]) over pairs.

    Args:
        chosen: (pairs,) log-probabilities of whole preferred answers by the policy, with a graph.
        rejected: the same of the others.
        chosen_reference: by the reference.
        rejected_reference: likewise.
        beta: how dear it is to leave the reference; the KL weight of the reward that this is the optimum of.
    """
    margin = (chosen - chosen_reference) - (rejected - rejected_reference)
    return -F.logsigmoid(beta * margin).mean()
