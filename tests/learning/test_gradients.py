"""Blame: the gradient that training uses, against finite differences of the loss."""

import torch
from torch.nn import functional as F

from tui_trainer.model.transformer import Shape, Transformer


def test_backpropagation_is_the_slope_of_the_loss(monkeypatch) -> None:  # type: ignore[no-untyped-def]  # pytest's fixture
    # The model computes its logits in float32 at the least; differences need more digits.
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)
    model = Transformer(Shape(vocabulary=23, layers=2, width=16, heads=2, context=8), dtype=torch.float64)
    model.double()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3, generator=generator)
    tokens = torch.randint(0, 23, (2, 9), generator=generator)

    def loss() -> torch.Tensor:
        return F.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())

    loss().backward()
    for name, parameter in model.named_parameters():
        direction = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        step = 1e-6 * direction
        with torch.no_grad():
            parameter += step
            above = loss()
            parameter -= 2 * step
            below = loss()
            parameter += step
        slope = float(above - below) / 2e-6
        assert parameter.grad is not None
        assert abs(slope - float((parameter.grad * direction).sum())) < 1e-7 * max(1, abs(slope)), name
