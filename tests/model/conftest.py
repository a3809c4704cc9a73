"""A small model whose zero-initialized matrices have been filled, so that every part of it matters."""

import pytest
import torch

from tui_trainer.model.transformer import Shape, Transformer


@pytest.fixture
def model() -> Transformer:
    model = Transformer(Shape(vocabulary=97, layers=3, width=48, heads=4, context=32), seed=1)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.2, generator=generator)
        model.head_gain.fill_(6.0)
    return model
