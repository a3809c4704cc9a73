"""Reinforcement: answers that are liked more than their siblings become likelier, on a leash.

RLOO (Ahmadian et al. 2024, arXiv 2402.14740): k answers are sampled for each prompt, and each is compared
with the mean of the other k-1. No critic, no clipping. What is maximized is

    J = E[ r(answer) - beta * sum_t KL(policy || reference at position t) ],

KL being exact: over the whole vocabulary at every position of the answer, not estimated from the sampled
token. Its gradient has two parts, and leaving out either is wrong (Amini et al. 2025, arXiv 2504.10637): the
choice of the path, which is in the reward, and the policy's move away from the reference at each position,
which is differentiated directly. In the reward alone, an exact KL is the same for all answers of one token:
no leash.

Blame goes token by token: a token is credited with what the answer earned *from there on* (its reward less
the reward of the text so far), less what was to be expected there (a baseline, which may be any function of
what the token did not choose: Williams 1992). What is to be expected is foretold from the reference's hidden
state by a ridge regression on the *other* answers of the batch: RLOO's baseline again, where the mean of the
others is a regression that knows nothing of the state. What lies far ahead counts for a little less (Schulman
et al. 2016, arXiv 1506.02438). With whole answers credited, as RLOO was published, the same taste cost
several times as many facts. The mean of the others at the same
*position* was the baseline before: when this one took its place, and little else had changed, a taste was
followed no further (win rates .70 and .65 where they were .72 and .63).

Answers are sampled at temperature 1 from all the tokens that are scored here, so that the sampled policy is
the scored one.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from msgspec import Struct
from torch import Tensor, nn
from torch.optim.sgd import sgd

from tui_trainer.learning.training import within
from tui_trainer.model.transformer import Transformer

FORBIDDEN = -1e9  # logit of a token that is never sampled; -inf would turn its share of the KL to NaN
EQUAL = 1e-6  # rewards closer than this are equal
GAE_LAMBDA = 0.95  # of a TD error, for each token between it and the token that is credited
RIDGE = 10.0  # on the weights of the regression, whose states have entries of about 1
MOMENTUM = 0.9
LENGTHS = 16  # inputs are filled up to a multiple: a product's kernel is compiled for each new shape


class Rollouts(Struct):
    """Sampled answers laid out for scoring; right-padded, which no causal position sees."""

    inputs: Tensor  # (answers, length) int64
    targets: Tensor  # (answers, length) int64: the token after each input
    mask: Tensor  # (answers, length) bool: the targets that belong to the answer

    @staticmethod
    def of(prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]], pad: int) -> "Rollouts":
        """Each prompt with its answer (none empty), as token ids."""
        rows = [[*prompt, *answer] for prompt, answer in zip(prompts, answers, strict=True)]
        longest = max(map(len, rows))
        tokens = torch.full((len(rows), longest + (1 - longest) % LENGTHS), pad, dtype=torch.long)
        mask = torch.zeros_like(tokens, dtype=torch.bool)
        for row, ids in enumerate(rows):
            tokens[row, : len(ids)] = torch.tensor(ids)
            mask[row, len(prompts[row]) : len(ids)] = True
        return Rollouts(tokens[:, :-1], tokens[:, 1:], mask[:, 1:])

    def rows(self) -> Tensor:
        """(answer tokens,) int64: which answer each belongs to, in the order of `log_probabilities`."""
        return self.mask.nonzero()[:, 0]


def log_probabilities(
    model: Transformer, rollouts: Rollouts, banned: Sequence[int] = ()
) -> tuple[Tensor, Tensor]:
    """Log-probabilities (answer tokens, vocabulary) of what follows at each position of the answers, and the
    states (answer tokens, width) that they were read off.

    Args:
        banned: tokens that sampling never chooses; the others share their probability.
    """
    # The head is the dearest matrix; it is spared the prompts and the padding.
    table = model.table()
    states = model.hidden(rollouts.inputs, table=table)[rollouts.mask]
    logits = model.logits(states, table)
    if banned:
        keep = torch.zeros(logits.shape[-1], dtype=torch.bool)
        keep[list(banned)] = True
        logits = logits.masked_fill(keep, FORBIDDEN)
    return torch.log_softmax(logits, dim=-1), states


def exact_kl(policy: Tensor, reference: Tensor) -> Tensor:
    """KL(p || q) = sum_v p_v (log p_v - log q_v) in nats, of log-probabilities (..., vocabulary)."""
    return (policy.exp() * (policy - reference)).sum(dim=-1)


def entropy(policy: Tensor) -> Tensor:
    """-sum_v p_v log p_v in nats, of log-probabilities (..., vocabulary)."""
    return -(policy.exp() * policy).sum(dim=-1)


def per_answer(values: Tensor, rows: Tensor, answers: int) -> Tensor:
    """Sum values of answer tokens (tokens,) over each answer: (answers,)."""
    return torch.zeros(answers, dtype=values.dtype).index_add(0, rows, values)


def advantages(
    rewards: Tensor,
    potentials: Tensor,
    kl: Tensor,
    rows: Tensor,
    states: Tensor,
    beta: float,
    gae_lambda: float,
) -> Tensor:
    """What each token is credited with: (answer tokens,).

    Each token earns what it adds to the reward of the text, less beta times the KL at the position after it.
    The TD error of a token is what it earned, and how much more is expected after it than was before it; its
    advantage is its TD error, and those of the tokens after it, discounted by the distance (GAE).

    Args:
        rewards: (answers,).
        potentials: (answer tokens,), shaping (Ng et al. 1999): the reward of the answer before each token;
            any function of it is allowed.
        kl: (answer tokens,), nats.
        rows: (answer tokens,) int64, ascending.
        states: (answer tokens, width), whatever is known of the text before each token.
        gae_lambda: 1 credits a token with all that follows, without bias; less, with less noise.
    """
    answers = len(rewards)
    lengths = torch.bincount(rows, minlength=answers)
    place = torch.arange(len(rows)) - (lengths.cumsum(0) - lengths)[rows]
    shape = (answers, int(lengths.max()) + 1)
    potential, cost, values = (torch.zeros(shape, dtype=kl.dtype) for _ in range(3))
    potential[rows, place], cost[rows, place] = potentials.to(kl.dtype), kl
    potential[torch.arange(answers), lengths] = rewards.to(kl.dtype)
    going = torch.arange(shape[1] - 1) < lengths[:, None]
    earned = (potential[:, 1:] - potential[:, :-1] - beta * cost[:, 1:]) * going
    returns = earned.flip(1).cumsum(1).flip(1)[rows, place]
    values[rows, place] = baseline_values(states, returns, rows, answers)
    td_error = (earned + values[:, 1:] - values[:, :-1]) * going
    later = torch.zeros(answers, dtype=kl.dtype)
    for at in reversed(range(shape[1] - 1)):
        later = td_error[:, at] = td_error[:, at] + gae_lambda * later
    return td_error[rows, place]


def baseline_values(states: Tensor, returns: Tensor, rows: Tensor, answers: int) -> Tensor:
    """The baseline: what each token's return was to be expected to be: (answer tokens,).

    A ridge regression of the returns y on the states X, with an intercept, for each answer of its own:
    without that answer's tokens, so that what it predicts there does not depend on what the answer chose. One
    regression on all of them is enough for that: with H = X (X'X + RIDGE I)^-1 X', leaving out the tokens i
    predicts y_i - (I - H_ii)^-1 (y_i - H_i y) there (as leaving out one case does: Allen 1974).

    Args:
        states: (answer tokens, width).
        returns: (answer tokens,).
        rows: (answer tokens,) int64, ascending.
        answers: how many.
    """
    # numpy's solver: torch's batched one never came back on two threads.
    x = np.column_stack([states.double().numpy(), np.ones(len(states))])
    y = returns.double().numpy()
    back = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T)
    left = y - x @ (back @ y)
    ends = np.cumsum(np.bincount(rows.numpy(), minlength=answers))
    for i in np.split(np.arange(len(y)), ends[:-1]):
        left[i] = np.linalg.solve(np.eye(len(i)) - x[i] @ back[:, i], left[i])
    return torch.from_numpy(y - left).to(returns.dtype)


class Loss(Struct):
    """What one batch of answers says."""

    loss: Tensor  # scalar: its gradient is an estimate of that of -J, without bias when nothing is discounted
    kl: Tensor  # (answers,) nats, detached
    entropy: float  # nats a token, mean
    equal: int  # groups whose rewards are all equal


def rloo_loss(
    policy: Tensor,
    reference: Tensor,
    chosen: Tensor,
    rows: Tensor,
    rewards: Tensor,
    potentials: Tensor,
    states: Tensor,
    beta: float,
    gae_lambda: float = GAE_LAMBDA,
) -> Loss:
    """The loss to descend; see the module's docstring.

    Args:
        policy: log-probabilities (answer tokens, vocabulary), with a graph.
        reference: the same of the reference, without.
        chosen: (answer tokens,) int64, the sampled tokens.
        rows: (answer tokens,) int64, the answer of each; answers of one prompt follow each other.
        rewards: (prompts, k), bounded.
        potentials: (answer tokens,), reward of the answer before each token.
        states: (answer tokens, width), what is known of the text before each token.
        beta: reward lost a nat of KL.
        gae_lambda: of what is earned later; see `advantages`.

    A group whose rewards are all equal is counted, and learnt from like the others: the baseline knows of
    all prompts, so answers that are all good beside others that are not do teach. To skip it was tried, by
    making its rewards zeros, or its advantages: whether a group is equal hangs on the answers themselves, so
    without it the gradient is biased (by a third of its norm, enumerated). Only where the group's own mean is
    the baseline is nothing lost by that. Nothing is divided by a standard deviation.
    """
    answers = rewards.numel()
    kl = exact_kl(policy, reference)
    credit = advantages(rewards.flatten(), potentials, kl.detach(), rows, states, beta, gae_lambda)
    likelihood = policy.gather(1, chosen[:, None]).squeeze(1)
    loss = (beta * kl - credit * likelihood).sum() / answers
    return Loss(
        loss,
        per_answer(kl.detach(), rows, answers),
        float(entropy(policy.detach()).mean()),
        int((rewards.amax(dim=1) - rewards.amin(dim=1) < EQUAL).sum()),
    )


def trained_names(model: Transformer) -> list[str]:
    """The parameters that feedback may move: those of the last block.

    Moving all of them destroyed the model's facts within half a minute, with Muon and with AdamW at 3e-4.
    With the head as well as the block, the same liking cost a third more facts: its rows are the names.
    """
    last = f"model.layers.{model.shape.layers - 1}."
    return [name for name, _ in model.named_parameters() if name.startswith(last)]


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.clone()


class PolicyOptimizer:
    """The last block, and what moves it: gradient descent with momentum (Polyak 1964), and nothing else.

    AdamW was tried first: it moves each weight as far, whether its gradient is a signal or noise, and at
    rates that turned the style it wiped a third of the facts out within ten steps. `torch.optim.SGD` calls
    the same function; but to construct it imports the compiler, which takes a second or two.

    Args:
        model: its other parameters are frozen here.
    """

    def __init__(self, model: Transformer) -> None:
        names = set(trained_names(model))
        self.trained: dict[str, nn.Parameter] = {}
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in names)
            parameter.grad = None
            if name in names:
                self.trained[name] = parameter
        self.reset()

    def reset(self) -> None:
        """Forget all momentum."""
        self.momentum: dict[str, Tensor | None] = dict.fromkeys(self.trained)

    def step(
        self,
        loss: Tensor,
        lr: float,
        clip: float = 1.0,
        copies: dict[str, tuple[Tensor, Tensor]] | None = None,
    ) -> float:
        """One nudge against the gradient of `loss`, its norm clipped; returns the norm before clipping.

        Args:
            copies: takes in, by name, the weights before the nudge and their gradient before clipping.
        """
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        if copies is not None:
            copies.update({n: (p.detach().clone(), _gradient(p)) for n, p in self.trained.items()})
        norm = float(nn.utils.clip_grad_norm_(self.trained.values(), clip))
        if norm == norm and norm != float("inf"):  # a step along NaN could never be taken back
            self._descend(lr)
        for parameter in self.trained.values():
            parameter.grad = None
        return norm

    @torch.no_grad()
    def _descend(self, lr: float) -> None:
        gradients = {name: p.grad for name, p in self.trained.items() if p.grad is not None}
        momentum = [self.momentum[name] for name in gradients]
        sgd(
            [self.trained[name] for name in gradients],
            list(gradients.values()),
            momentum,
            weight_decay=0.0,
            momentum=MOMENTUM,
            lr=lr,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )
        self.momentum.update(zip(gradients, momentum, strict=True))

    def weights(self) -> dict[str, Tensor]:
        """A copy of what is trained."""
        return {name: parameter.detach().clone() for name, parameter in self.trained.items()}

    @torch.no_grad()
    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Put back what `weights` copied."""
        for name, parameter in self.trained.items():
            parameter.copy_(weights[name])

    def tensors(self) -> dict[str, Tensor]:
        """The momentum, by parameter; of none before the first step."""
        return {f"momentum/{name}": kept for name, kept in self.momentum.items() if kept is not None}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up the momentum that `tensors` put away."""
        self.reset()
        for name, value in within(tensors, "momentum/").items():
            self.momentum[name] = value.clone()
