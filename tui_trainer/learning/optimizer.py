"""The nudge: Muon for the matrices, AdamW for the embedding and the head's gain.

Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers") replaces each matrix's momentum by the
nearest orthogonal matrix, so that every direction moves by the same amount; a few Newton-Schulz steps come
close enough. Matrices of one shape are stacked and orthogonalized together: one by one, the many small
products would cost a quarter of a step.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from tui_trainer.model.transformer import Transformer

# x <- a x + (b G + c G^2) x, where G = x x'. Each step's polynomial comes nearest to 1 over the interval that
# the step before it left of [0.01, 1] (Amsel et al. 2025, arXiv 2505.16932): three bring it to 0.73 .. 1.27,
# where five of Jordan's come to 0.68 .. 1.21.
NEWTON_SCHULZ = ((8.0934, -23.6204, 17.4462), (3.6366, -2.7219, 0.5365), (2.6613, -1.9772, 0.4526))
MOMENTUM = 0.95
ADAM_BETAS = (0.8, 0.95)
ADAM_EPSILON = 1e-10
ROOM = 1.02  # for what rounding adds to a largest singular value: beyond 1 the first polynomial is steep
FLOOR = 0.05  # of the learning rate, at the last step
SMALLEST = 1e-30  # a norm; zeros stay zeros


def orthogonalize(matrices: Tensor) -> Tensor:
    """Bring all singular values of each matrix near 1, keeping the singular vectors.

    Divided by its largest singular value, or something a little above it, a matrix has them in [0, 1]. The
    Frobenius norm is far above; the root of that of x x', which has to be made anyway, is a third of it
    (both bound the largest, as norms of all: Schatten's of order 2 and 4; see also Turbo-Muon, arXiv
    2512.04632). That saves a step.

    Args:
        matrices: (count, rows, columns) with rows <= columns.
    """
    gram = matrices @ matrices.mT
    bound = torch.linalg.matrix_norm(gram, keepdim=True).mul_(ROOM).clamp_min_(SMALLEST)
    gram = gram / bound
    x: Tensor = matrices / bound.sqrt()
    for at, (a, b, c) in enumerate(NEWTON_SCHULZ):
        if at:
            gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x


class Muon:
    """Momentum, orthogonalized, for a list of matrices; see the module's docstring."""

    def __init__(
        self, parameters: Mapping[str, nn.Parameter], dtype: torch.dtype, momentum: float = MOMENTUM
    ) -> None:
        """Args:
        dtype: of the Newton-Schulz products; bfloat16 is exact enough and faster where it is native.
        momentum: the share of it that a step leaves.
        """
        self.dtype, self.kept = dtype, momentum
        self.groups: dict[tuple[int, int], dict[str, nn.Parameter]] = {}
        for name, parameter in parameters.items():
            rows, columns = sorted(parameter.shape)
            self.groups.setdefault((rows, columns), {})[name] = parameter
        self.momentum = {
            shape: torch.zeros(len(group), *shape, device=next(iter(group.values())).device)
            for shape, group in sorted(self.groups.items())
        }

    @torch.no_grad()
    def step(self, lr: float) -> None:
        for shape, group in self.groups.items():
            gradients = torch.stack([_wide(_gradient(p)) for p in group.values()])
            momentum = self.momentum[shape]
            momentum.lerp_(gradients, 1 - self.kept)
            nesterov = gradients.lerp(momentum, self.kept)
            updates = orthogonalize(nesterov.to(self.dtype)).float()
            for parameter, update in zip(group.values(), updates, strict=True):
                rows, columns = parameter.shape
                scale = max(1.0, rows / columns) ** 0.5
                parameter.add_(update if rows <= columns else update.T, alpha=-lr * scale)


def _wide(matrix: Tensor) -> Tensor:
    return matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


class Adam:
    """Adam (Kingma & Ba 2015) for one parameter, in one pass over it.

    `torch.optim.AdamW` calls the same function; but to construct it imports the compiler, which takes a
    second at the start of every run.
    """

    def __init__(self, parameter: nn.Parameter) -> None:
        self.parameter = parameter
        self.state = {
            "step": torch.zeros((), device=parameter.device),
            "exp_avg": torch.zeros_like(parameter.detach()),
            "exp_avg_sq": torch.zeros_like(parameter.detach()),
        }

    @torch.no_grad()
    def step(self, lr: float) -> None:
        state = self.state
        adamw(
            [self.parameter],
            [_gradient(self.parameter)],
            [state["exp_avg"]],
            [state["exp_avg_sq"]],
            [],
            [state["step"]],
            fused=True,
            amsgrad=False,
            beta1=ADAM_BETAS[0],
            beta2=ADAM_BETAS[1],
            lr=lr,
            weight_decay=0.0,
            eps=ADAM_EPSILON,
            maximize=False,
        )


class Optimizer:
    """The whole model's optimizer: one `step` with three learning rates.

    Args:
        model: its matrices go to Muon, its embedding and head's gain to AdamW.
        momentum: of Muon.
    """

    def __init__(self, model: Transformer, momentum: float = MOMENTUM) -> None:
        named = dict(model.named_parameters())
        embedding, head = named.pop("model.embed_tokens.weight"), named.pop("head_gain")
        self.muon = Muon(named, model.dtype, momentum)
        self.adam = (Adam(embedding), Adam(head))

    def step(self, matrix_lr: float, embedding_lr: float, head_lr: float) -> None:
        """Move all parameters along their gradients, then forget the gradients."""
        self.muon.step(matrix_lr)
        for adam, lr in zip(self.adam, (embedding_lr, head_lr), strict=True):
            adam.step(lr)
            adam.parameter.grad = None
        for group in self.muon.groups.values():
            for parameter in group.values():
                parameter.grad = None

    def tensors(self) -> dict[str, Tensor]:
        """Momenta and moments, by name."""
        state = {f"muon.{rows}x{columns}": m for (rows, columns), m in self.muon.momentum.items()}
        for index, adam in enumerate(self.adam):
            state |= {f"adam.{index}.{name}": value for name, value in adam.state.items()}
        return state

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `tensors` put away."""
        for (rows, columns), momentum in self.muon.momentum.items():
            momentum.copy_(tensors[f"muon.{rows}x{columns}"])
        for index, adam in enumerate(self.adam):
            for name, value in adam.state.items():
                # A checkpoint of an earlier version has none before the first step.
                value.copy_(tensors.get(f"adam.{index}.{name}", torch.zeros(())))


def schedule(step: int, steps: int, warmup: int, cooldown: float) -> float:
    """The share of the learning rate at a step (0 is the first): up, flat, then linearly down to `FLOOR`."""
    up = min(1.0, (step + 1) / (warmup + 1))
    falling = max(1, round(steps * cooldown))
    down = min(1.0, FLOOR + (1 - FLOOR) * (steps - step) / (falling + 1))
    return min(up, down)
