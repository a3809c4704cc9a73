"""The optimizer against independent references: singular values, closed-form schedules."""

import copy
import itertools
import subprocess
import sys

import pytest
import torch
from torch import nn
from waiting import PATIENCE

from tui_trainer.learning.optimizer import (
    ADAM_BETAS,
    ADAM_EPSILON,
    MOMENTUM,
    Muon,
    Optimizer,
    orthogonalize,
    schedule,
)
from tui_trainer.model.transformer import Shape, Transformer


def test_orthogonalise_keeps_singular_vectors_and_evens_singular_values() -> None:
    matrices = torch.randn(5, 12, 30, generator=torch.Generator().manual_seed(0))
    for before, after in zip(matrices, orthogonalize(matrices), strict=True):
        u, _, v = torch.linalg.svd(before, full_matrices=False)
        core = u.T @ after @ v.T  # diagonal if the singular vectors are the same
        assert (core - core.diagonal().diag()).abs().max() < 1e-3
        assert core.diagonal().min() > 0.6 and core.diagonal().max() < 1.3


@pytest.mark.parametrize("share", [MOMENTUM, 0.85])
def test_muon_turns_nesterov_momentum_into_the_nearest_orthogonal_matrix(share: float) -> None:
    generator = torch.Generator().manual_seed(1)
    shapes = [(8, 8), (8, 8), (32, 8), (8, 32)]
    parameters = {str(i): nn.Parameter(torch.randn(s, generator=generator)) for i, s in enumerate(shapes)}
    muon = Muon(parameters, torch.float32, share)
    momenta = {name: torch.zeros_like(p) for name, p in parameters.items()}
    for _ in range(4):
        before = {name: p.detach().clone() for name, p in parameters.items()}
        for name, p in parameters.items():
            p.grad = torch.randn(p.shape, generator=generator)
            momenta[name] = share * momenta[name] + (1 - share) * p.grad
        muon.step(0.02)
        for name, p in parameters.items():
            assert p.grad is not None
            wanted = share * momenta[name] + (1 - share) * p.grad
            scale = 0.02 * max(1.0, p.shape[0] / p.shape[1]) ** 0.5
            u, _, v = torch.linalg.svd(wanted, full_matrices=False)
            core = u.T @ ((before[name] - p.detach()) / scale) @ v.T
            assert (core - core.diagonal().diag()).abs().max() < 1e-3
            assert core.diagonal().min() > 0.6 and core.diagonal().max() < 1.3


def test_the_rest_is_moved_by_adam_as_torch_has_it() -> None:
    model = Transformer(Shape(vocabulary=40, layers=1, width=16, heads=2, context=8), seed=3)
    reference = copy.deepcopy(model)
    names = ("model.embed_tokens.weight", "head_gain")
    own, theirs = ([dict(each.named_parameters())[name] for name in names] for each in (model, reference))
    optimizer = Optimizer(model)
    adam = torch.optim.AdamW(
        [{"params": [theirs[0]], "lr": 0.02}, {"params": [theirs[1]], "lr": 0.01}],
        betas=ADAM_BETAS,
        eps=ADAM_EPSILON,
        weight_decay=0.0,
        fused=True,
    )
    generator = torch.Generator().manual_seed(1)
    for _ in range(4):
        for mine, other in zip(own, theirs, strict=True):
            mine.grad = torch.randn(mine.shape, generator=generator)
            other.grad = mine.grad.clone()
        optimizer.step(0.0, 0.02, 0.01)
        adam.step()
    assert all(torch.equal(mine, other) for mine, other in zip(own, theirs, strict=True))


def test_no_run_waits_for_the_import_of_a_compiler() -> None:
    code = (
        "import sys\n"
        "import torch\n"
        "from tui_trainer.learning.optimizer import Optimizer\n"
        "from tui_trainer.learning.reinforcement.objective import PolicyOptimizer\n"
        "from tui_trainer.model.transformer import Shape, Transformer\n"
        "model = Transformer(Shape(40, 1, 16, 2, 8))\n"
        "Optimizer(model).step(0.01, 0.01, 0.01)\n"
        "PolicyOptimizer(model).step(model(torch.tensor([[1]])).sum(), 0.01)\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


def test_state_put_away_and_taken_up_moves_identically() -> None:
    shape = Shape(vocabulary=40, layers=2, width=16, heads=2, context=8)
    tokens = torch.randint(0, 40, (2, 9), generator=torch.Generator().manual_seed(2))

    def steps(model: Transformer, optimizer: Optimizer, count: int) -> None:
        for _ in range(count):
            logits = model(tokens[:, :-1]).flatten(0, 1)
            torch.nn.functional.cross_entropy(logits, tokens[:, 1:].flatten()).backward()
            optimizer.step(0.01, 0.01, 0.01)

    whole = Transformer(shape, seed=3)
    whole_optimizer = Optimizer(whole)
    steps(whole, whole_optimizer, 3)
    resumed = Transformer(shape, seed=4)
    resumed.load_state_dict(whole.state_dict())
    resumed_optimizer = Optimizer(resumed)
    resumed_optimizer.restore({k: v.clone() for k, v in whole_optimizer.tensors().items()})
    steps(whole, whole_optimizer, 3)
    steps(resumed, resumed_optimizer, 3)
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))


def test_schedule_goes_up_stays_and_comes_down() -> None:
    shares = [schedule(step, 100, warmup=9, cooldown=0.5) for step in range(100)]
    assert shares[:3] == [0.1, 0.2, 0.3] and shares[9:50] == [1.0] * 41
    assert all(a > b for a, b in itertools.pairwise(shares[50:]))
    assert 0.05 < shares[-1] < 0.08
