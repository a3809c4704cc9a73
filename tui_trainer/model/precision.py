"""Which number type the matrix products use."""

import torch

from tui_trainer.settings import Model


def compute_dtype(model: Model) -> torch.dtype:
    """bfloat16 where this CPU multiplies it natively, else float32.

    Decided by what the CPU can do and never by a stopwatch: the same machine must choose the same each time.
    """
    if model.precision == "auto":
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return torch.bfloat16 if native else torch.float32
    return torch.bfloat16 if model.precision == "bfloat16" else torch.float32
