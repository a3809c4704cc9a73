"""What a model computes on, and in which number type."""

from typing import Literal

import torch

from tui_trainer.errors import UserError
from tui_trainer.settings import Model

Device = Literal["cpu", "cuda", "mps"]


def compute_device(wanted: Literal["auto"] | Device, index: int = 0) -> torch.device:
    """Where gradient steps are made: what is asked for; else a CUDA GPU, if there is one, or the CPU.

    An Apple GPU only where it is asked for: the steps were never measured against a CPU's on one.

    Args:
        index: of several processes on this machine, which one this is; they share its GPUs.

    Raises:
        UserError: it is not there.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    kind = wanted if wanted != "auto" else "cuda" if there["cuda"] else "cpu"
    if not there[kind]:
        raise UserError(f"there is no {kind} device for PyTorch to use; --device auto takes what there is")
    return torch.device(kind, index % torch.cuda.device_count()) if kind == "cuda" else torch.device(kind)


def compute_dtype(model: Model, device: str = "cpu") -> torch.dtype:
    """bfloat16 on a GPU and where this CPU multiplies it natively, else float32.

    Decided by what they can do and never by a stopwatch: the same machine must choose the same each time.
    """
    if model.precision == "auto":
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return torch.bfloat16 if native or device != "cpu" else torch.float32
    return torch.bfloat16 if model.precision == "bfloat16" else torch.float32
