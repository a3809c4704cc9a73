"""The gradient of a whole batch against the objective's, by enumeration: several prompts, groups of equal
rewards beside others, and answers that are cut off at the longest length."""

import itertools
import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from tui_trainer.learning.reinforcement.objective import Loss, rloo_loss

Answer = tuple[int, ...]
PROMPTS = 3


class Policy:
    """For each prompt a row of logits for each beginning of an answer; the last token of `words` + 1 ends."""

    def __init__(self, words: int, longest: int, seed: int) -> None:
        self.end = words
        self.beginnings = [b for n in range(longest) for b in itertools.product(range(words), repeat=n)]
        self.answers: list[Answer] = [(*b, words) for b in self.beginnings]
        self.answers += itertools.product(range(words), repeat=longest)  # these do not end
        noise = torch.Generator().manual_seed(seed)
        shape = (PROMPTS, len(self.beginnings), words + 1)
        self.logits = (0.5 * torch.randn(shape, generator=noise, dtype=torch.float64)).requires_grad_()

    def log_probabilities(self, prompt: int, answer: Answer) -> Tensor:
        """(tokens, vocabulary)."""
        at = [self.beginnings.index(answer[:n]) for n in range(len(answer))]
        return torch.log_softmax(self.logits[prompt, at], -1)

    def log_probability(self, prompt: int, answer: Answer) -> Tensor:
        logs = self.log_probabilities(prompt, answer)
        return logs.gather(1, torch.tensor(answer)[:, None]).sum()


def reward(policy: Policy, prompt: int, answer: Answer) -> float:
    """All answers to the first two prompts that end are worth the same: their groups are often equal."""
    if answer[-1] != policy.end:
        return -1.0
    return (0.9, 0.5, 0.3 * len(answer) - 0.2)[prompt]


def exact(policy: Policy, reference: Policy, beta: float) -> Tensor:
    """Minus the gradient of the objective, a prompt."""
    objective = torch.zeros((), dtype=torch.float64)
    for prompt, answer in itertools.product(range(PROMPTS), policy.answers):
        log_p = policy.log_probability(prompt, answer)
        log_q = reference.log_probability(prompt, answer).detach()
        objective = objective + log_p.exp() * (reward(policy, prompt, answer) - beta * (log_p - log_q))
    (gradient,) = torch.autograd.grad(-objective / PROMPTS, policy.logits)
    return gradient


def estimated(
    policy: Policy, reference: Policy, groups: Sequence[Sequence[Answer]], beta: float
) -> tuple[Tensor, Loss]:
    """The gradient that one batch gives, a group of answers for each prompt."""
    flat = [(prompt, answer) for prompt, group in enumerate(groups) for answer in group]
    loss = rloo_loss(
        torch.cat([policy.log_probabilities(*each) for each in flat]),
        torch.cat([reference.log_probabilities(*each) for each in flat]).detach(),
        torch.tensor([token for _, answer in flat for token in answer]),
        torch.tensor([row for row, (_, answer) in enumerate(flat) for _ in answer]),
        torch.tensor(
            [[reward(policy, p, a) for a in group] for p, group in enumerate(groups)], dtype=torch.float64
        ),
        # Functions of the prompt and of what stands before each token.
        torch.tensor([0.2 * at - 0.1 * p for p, answer in flat for at in range(len(answer))]).double(),
        torch.tensor(
            [[p == 0, p == 1, at, sum(answer[:at])] for p, answer in flat for at in range(len(answer))]
        ).double(),
        beta,
        gae_lambda=1.0,
    )
    (gradient,) = torch.autograd.grad(loss.loss, policy.logits)
    return gradient, loss


@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_over_all_batches_the_gradient_is_the_objective_s(beta: float) -> None:
    policy, reference = Policy(1, 2, seed=1), Policy(1, 2, seed=2)
    chances = [
        [float(policy.log_probability(p, a).detach().exp()) for a in policy.answers] for p in range(PROMPTS)
    ]
    average, equal = torch.zeros_like(policy.logits), 0.0
    for batch in itertools.product(range(len(policy.answers)), repeat=2 * PROMPTS):
        groups = [[policy.answers[i] for i in batch[2 * p : 2 * p + 2]] for p in range(PROMPTS)]
        chance = math.prod(chances[at // 2][i] for at, i in enumerate(batch))
        gradient, loss = estimated(policy, reference, groups, beta)
        average += chance * gradient
        equal += chance * loss.equal
    torch.testing.assert_close(average, exact(policy, reference, beta), atol=1e-9, rtol=0)
    assert equal > 1  # of three groups: they were there


def test_sampled_batches_differ_from_the_objective_s_gradient_as_chance_has_it() -> None:
    """The squared distance of each component's mean from what is right, in squared standard errors: about 1
    where there is no bias."""
    policy, reference, beta, batches = Policy(2, 3, seed=3), Policy(2, 3, seed=4), 0.1, 1500
    chances = [
        torch.stack([policy.log_probability(p, a).detach().exp() for a in policy.answers])
        for p in range(PROMPTS)
    ]
    draws = torch.Generator().manual_seed(0)
    drawn = torch.stack([torch.multinomial(c, 4 * batches, True, generator=draws) for c in chances], 1)
    found = []
    for batch in drawn.view(batches, 4, PROMPTS).tolist():
        groups = [[policy.answers[row[p]] for row in batch] for p in range(PROMPTS)]
        found.append(estimated(policy, reference, groups, beta)[0].flatten())
    gradients = torch.stack(found)
    error = gradients.std(0) / batches**0.5
    z = (gradients.mean(0) - exact(policy, reference, beta).flatten()) / error
    assert 0.8 < float(z.square().mean()) < 1.2


def test_an_equal_group_beside_worse_ones_becomes_likelier() -> None:
    """0.9 everywhere beside 0.5 everywhere: those are better than what is predicted of all, these worse."""
    rewards = torch.tensor([[0.9] * 100, [0.5] * 100], dtype=torch.float64)
    logs = torch.full((200, 2), math.log(0.5), dtype=torch.float64).requires_grad_()
    none, blank = torch.zeros(200, dtype=torch.float64), torch.zeros(200, 1, dtype=torch.float64)
    chosen, rows = torch.zeros(200, dtype=torch.int64), torch.arange(200)
    loss = rloo_loss(logs, logs.detach(), chosen, rows, rewards, none, blank, beta=0.0)
    (gradient,) = torch.autograd.grad(loss.loss, logs)
    assert loss.equal == 2
    assert float(gradient[:100, 0].max()) < 0 < float(gradient[100:, 0].min())
