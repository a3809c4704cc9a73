"""Torch generators for a purpose, from the seed alone (see `corpus.randomness`)."""

import torch

from tui_trainer.corpus.randomness import derive


def generator(seed: int, *purpose: str | int) -> torch.Generator:
    """A fresh CPU generator for this purpose."""
    return torch.Generator().manual_seed(derive(seed, *purpose))
