"""RLOO and the leash against enumeration over a small vocabulary and formulas written out plainly."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tui_trainer.learning.reinforcement.leash import adapted
from tui_trainer.learning.reinforcement.objective import (
    RIDGE,
    PolicyOptimizer,
    Rollouts,
    advantages,
    baseline_values,
    entropy,
    exact_kl,
    log_probabilities,
    rloo_loss,
    trained_names,
)
from tui_trainer.model.transformer import Shape, Transformer

SHAPE = Shape(vocabulary=11, layers=2, width=16, heads=2, context=16)
END = 2  # in the tabular policies below: tokens 0 and 1 are words


def _random_model(seed: int = 0) -> Transformer:
    model = Transformer(SHAPE, seed)
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3, generator=noise)
    return model


# -- the formulas ------------------------------------------------------------------------------------------


def test_kl_and_entropy_are_sums_over_the_vocabulary() -> None:
    p, q = [0.5, 0.25, 0.25], [0.1, 0.6, 0.3]
    kl = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    logs = torch.tensor([p, q], dtype=torch.float64).log()
    assert abs(float(exact_kl(logs[0], logs[1])) - kl) < 1e-12
    assert abs(float(entropy(logs[0])) + sum(a * math.log(a) for a in p)) < 1e-12
    assert float(exact_kl(logs[1], logs[1])) == 0


class Tabular:
    """A policy over texts of up to two tokens, with a row of logits for each beginning."""

    PREFIXES = ((), (0,), (1,))

    def __init__(self, seed: int) -> None:
        noise = torch.Generator().manual_seed(seed)
        self.logits = torch.randn(3, 3, generator=noise, dtype=torch.float64).requires_grad_()

    def log_probabilities(self, answer: tuple[int, ...]) -> Tensor:
        """(len(answer), 3)."""
        rows = [self.PREFIXES.index(answer[:at]) for at in range(len(answer))]
        return torch.log_softmax(self.logits, -1)[rows]

    def probability(self, answer: tuple[int, ...]) -> Tensor:
        logs = self.log_probabilities(answer)
        return sum(logs[at, token] for at, token in enumerate(answer)).exp()


ANSWERS = [(END,), *itertools.product((0, 1), (0, 1, END))]
REWARD = dict(zip(ANSWERS, (0.3, -0.8, 0.9, 0.1, 0.7, -0.2, 0.5), strict=True))


def _potentials(answer: tuple[int, ...], weight: float) -> list[float]:
    """Some function of what stands before each token; the gradient must not depend on which."""
    return [weight * (0.7 - 1.3 * sum(answer[:at]) + at) for at in range(len(answer))]


def _states(answer: tuple[int, ...]) -> list[list[float]]:
    """Something that is known before each token, and says something about what is to be expected."""
    return [[float(at), float(sum(answer[:at])), 0.5 - at * sum(answer[:at])] for at in range(len(answer))]


def _loss(
    policy: Tabular, reference: Tabular, group: tuple[tuple[int, ...], ...], beta: float, weight: float = 0.0
) -> Tensor:
    logs = torch.cat([policy.log_probabilities(a) for a in group])
    with torch.no_grad():
        others = torch.cat([reference.log_probabilities(a) for a in group])
    rows = torch.tensor([row for row, a in enumerate(group) for _ in a])
    rewards = torch.tensor([[REWARD[a] for a in group]], dtype=torch.float64)
    potentials = torch.tensor([r for a in group for r in _potentials(a, weight)], dtype=torch.float64)
    states = torch.tensor([state for a in group for state in _states(a)], dtype=torch.float64)
    chosen = torch.tensor([token for a in group for token in a])
    return rloo_loss(logs, others, chosen, rows, rewards, potentials, states, beta, gae_lambda=1.0).loss


@pytest.mark.parametrize("weight", [0.0, 1.0])
@pytest.mark.parametrize("beta", [0.0, 0.1, 2.0])
@pytest.mark.parametrize("k", [2, 3])
def test_the_gradient_is_that_of_the_objective_on_average_over_all_samples(
    k: int, beta: float, weight: float
) -> None:
    policy, reference = Tabular(1), Tabular(2)

    # What is to be maximized, by enumeration: KL of whole texts, as E[log p - log q].
    objective = torch.zeros((), dtype=torch.float64)
    for answer in ANSWERS:
        p, q = policy.probability(answer), reference.probability(answer).detach()
        objective = objective + p * (REWARD[answer] - beta * (p.log() - q.log()))
    (expected,) = torch.autograd.grad(-objective, policy.logits)

    average = torch.zeros_like(policy.logits)
    for group in itertools.product(ANSWERS, repeat=k):
        chance = math.prod(float(policy.probability(a).detach()) for a in group)
        (gradient,) = torch.autograd.grad(_loss(policy, reference, group, beta, weight), policy.logits)
        average += chance * gradient
    torch.testing.assert_close(average, expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize("gae_lambda", [1.0, 0.8, 0.0])
def test_the_loss_is_the_plain_formula(gae_lambda: float) -> None:
    """Token by token: TD errors, predicted by a regression on the other answers that numpy solves."""
    policy, reference, beta = Tabular(3), Tabular(4), 0.15
    groups = [((END,), (0, END), (1, 1)), ((0, 0), (0, 0), (1, END))]
    flat = [a for g in groups for a in g]
    logs = torch.cat([policy.log_probabilities(a) for a in flat])
    others = torch.cat([reference.log_probabilities(a) for a in flat]).detach()
    rows = torch.tensor([row for row, a in enumerate(flat) for _ in a])
    rewards = torch.tensor([[REWARD[a] for a in g] for g in groups], dtype=torch.float64)
    potentials = torch.tensor([r for a in flat for r in _potentials(a, 1.0)], dtype=torch.float64)
    chosen = torch.tensor([t for a in flat for t in a])
    states = torch.tensor([x for a in flat for x in _states(a)], dtype=torch.float64)
    got = rloo_loss(logs, others, chosen, rows, rewards, potentials, states, beta, gae_lambda)

    total, kls, earned = 0.0, [], []
    for group in groups:
        own = []
        for answer in group:
            p, q = policy.log_probabilities(answer).tolist(), reference.log_probabilities(answer).tolist()
            own.append(
                [
                    sum(math.exp(a) * (a - b) for a, b in zip(x, y, strict=True))
                    for x, y in zip(p, q, strict=True)
                ]
            )

        for i, answer in enumerate(group):
            worth, kl = [*_potentials(answer, 1.0), REWARD[answer]], [*own[i], 0.0]
            earned.append([worth[t + 1] - worth[t] - beta * kl[t + 1] for t in range(len(answer))])
            kls.append(own[i])
    for i, answer in enumerate(flat):
        x = np.array([[*x, 1.0] for j, a in enumerate(flat) if j != i for x in _states(a)])
        y = np.array([sum(e[t:]) for j, e in enumerate(earned) if j != i for t in range(len(e))])
        ridge = math.sqrt(RIDGE) * np.eye(4)
        weights = np.linalg.lstsq(np.vstack([x, ridge]), np.concatenate([y, np.zeros(4)]), rcond=None)[0]
        seen = [*(float(np.dot([*x, 1.0], weights)) for x in _states(answer)), 0.0]
        p = policy.log_probabilities(answer).tolist()
        for at, token in enumerate(answer):
            credit = sum(
                gae_lambda ** (t - at) * (earned[i][t] + seen[t + 1] - seen[t])
                for t in range(at, len(answer))
            )
            total += beta * kls[i][at] - credit * p[at][token]
    assert abs(float(got.loss.detach()) - total / 6) < 1e-9
    torch.testing.assert_close(
        got.kl, torch.tensor([sum(kl) for kl in kls], dtype=torch.float64), atol=1e-9, rtol=0
    )
    assert got.equal == 0


def test_where_all_states_are_alike_a_lone_token_is_plain_rloo() -> None:
    """TRL's formula, (sum of the others) / (k - 1) as baseline, but for the ridge."""
    rewards, blank = torch.tensor([1.0, 2.0, 6.0] * 2000, dtype=torch.float64), torch.zeros(6000, 1).double()
    none, rows = torch.zeros(6000, dtype=torch.float64), torch.arange(6000)
    got = advantages(rewards, none, none + 0.4, rows, blank, beta=0.1, gae_lambda=1.0)
    expected = rewards - (rewards.sum() - rewards) / 5999
    torch.testing.assert_close(got, expected, atol=0.02, rtol=0)


def test_what_is_predicted_of_an_answer_knows_nothing_of_it() -> None:
    noise = torch.Generator().manual_seed(0)
    states = torch.randn(12, 3, generator=noise, dtype=torch.float64)
    returns = torch.randn(12, generator=noise, dtype=torch.float64)
    rows = torch.arange(4).repeat_interleave(3)
    before = baseline_values(states, returns, rows, 4)
    changed = baseline_values(states, returns + 100 * (rows == 2), rows, 4)
    torch.testing.assert_close(before[rows == 2], changed[rows == 2])
    assert not torch.isclose(before[rows != 2], changed[rows != 2]).any()


# -- on the transformer ------------------------------------------------------------------------------------


def test_scores_are_those_of_each_answer_alone() -> None:
    model = _random_model()
    prompts, answers = [[1, 2, 3], [4], [5, 6]], [[7, 8], [9, 1, 2, 3], [3]]
    rollouts = Rollouts.of(prompts, answers, pad=10)
    got = log_probabilities(model, rollouts, banned=(0, 10))[0].detach()
    rows = rollouts.rows()
    for row, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
        logits = model(torch.tensor([[*prompt, *answer]]))[0, len(prompt) - 1 : -1].double()
        allowed = logits[:, 1:10]
        expected = allowed - allowed.exp().sum(-1, keepdim=True).log()
        torch.testing.assert_close(got[rows == row][:, 1:10].double(), expected, atol=1e-5, rtol=0)
        assert rollouts.targets[rollouts.mask][rows == row].tolist() == answer
    assert float(got[:, [0, 10]].exp().max()) == 0
    assert torch.isfinite(exact_kl(got, log_probabilities(_random_model(1), rollouts, (0, 10))[0])).all()


def test_only_the_last_block_moves() -> None:
    model = _random_model()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    learner = PolicyOptimizer(model)
    learner.step(model(torch.tensor([[1, 2, 3]])).square().mean(), 1e-2)
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert moved == {n for n in before if n.startswith("model.layers.1.")}
    assert moved == set(learner.trained) == set(trained_names(model))


def test_the_step_is_that_of_descent_with_momentum_and_the_gradient_clipped() -> None:
    model, twin = _random_model(), _random_model()
    tokens = torch.tensor([[1, 2, 3, 4]])
    learner = PolicyOptimizer(model)
    norms = [learner.step(m(tokens).square().sum(), 1e-2) for m in [model] * 3]
    assert norms[0] > 1  # so that clipping was at work

    names = trained_names(twin)
    parameters = [p for n, p in twin.named_parameters() if n in names]
    momentum = [torch.zeros_like(p) for p in parameters]
    for _ in range(3):
        gradients = torch.autograd.grad(twin(tokens).square().sum(), parameters)
        norm = math.sqrt(sum(float(g.double().square().sum()) for g in gradients))
        with torch.no_grad():
            for p, g, m in zip(parameters, gradients, momentum, strict=True):
                m.mul_(0.9).add_(g * min(1, 1 / norm))
                p -= 1e-2 * m
    for name, p in twin.named_parameters():
        torch.testing.assert_close(dict(model.named_parameters())[name], p, atol=2e-5, rtol=0)


def test_a_step_without_a_number_is_not_taken() -> None:
    model = _random_model()
    learner = PolicyOptimizer(model)
    before = learner.weights()
    learner.step(model(torch.tensor([[1]])).sum() * float("nan"), 1e-2)
    assert all(torch.equal(before[name], p) for name, p in learner.trained.items())


def test_a_learner_goes_on_bit_for_bit() -> None:
    def steps(model: Transformer, learner: PolicyOptimizer, count: int) -> None:
        for _ in range(count):
            learner.step(model(torch.tensor([[1, 2, 3, 4]])).square().mean(), 1e-2)

    whole = _random_model()
    steps(whole, PolicyOptimizer(whole), 5)
    half = _random_model()
    learner = PolicyOptimizer(half)
    steps(half, learner, 2)
    state = {name: t.clone() for name, t in learner.tensors().items()}
    other = _random_model(9)
    other.load_state_dict(half.state_dict())
    resumed = PolicyOptimizer(other)
    resumed.restore(state)
    steps(other, resumed, 3)
    for name, p in whole.named_parameters():
        assert torch.equal(p, dict(other.named_parameters())[name]), name


@given(st.floats(1e-6, 10), st.floats(0, 50), st.floats(0.01, 50))
def test_the_leash_is_adapted_as_published(weight: float, kl: float, target: float) -> None:
    """Ziegler et al. 2019, section 2.2: e = clip((KL - target) / target, -0.2, 0.2); beta (1 + 0.1 e)."""
    e = np.clip((kl - target) / target, -0.2, 0.2)
    assert adapted(weight, kl, target) == pytest.approx(weight * (1 + 0.1 * e), rel=1e-12)


def test_an_adapted_leash_holds_its_target() -> None:
    """On a policy that moves as far as its leash lets it, KL = 1 / (2 beta**2), it comes to the target."""
    weight = 0.05
    for _ in range(2000):
        weight = adapted(weight, 1 / (2 * weight**2), 2.0)
    assert 1 / (2 * weight**2) == pytest.approx(2.0, rel=1e-3)


def test_a_leash_survives_a_step_that_diverged() -> None:
    assert adapted(0.1, math.nan, 2.0) == 0.1
    assert adapted(0.1, math.inf, 2.0) == pytest.approx(0.102)
