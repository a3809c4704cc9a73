"""What the weights look like: matrices down-sampled to small pictures with their scale."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tui_trainer.messages.events import MatrixState, Picture, StageName, WeightsPictured

ROWS, COLUMNS = 32, 64  # cells of a picture at most


def picture(matrix: Tensor) -> Picture:
    """The cell of largest magnitude of each block, in signed 8 bits.

    Averages would show nothing: the means of blocks of random weights are all near zero.
    """
    matrix = matrix.detach().float()
    rows, columns = min(ROWS, matrix.shape[0]), min(COLUMNS, matrix.shape[1])
    high = F.adaptive_max_pool2d(matrix[None, None], (rows, columns))[0, 0]
    low = -F.adaptive_max_pool2d(-matrix[None, None], (rows, columns))[0, 0]
    cells = torch.where(high >= -low, high, low)
    scale = float(cells.abs().max())
    if not scale > 0 or scale == float("inf"):
        scale = 1.0
    levels = (cells / scale * 127).nan_to_num(0.0).clamp(-127, 127).round().to(torch.int8)
    return Picture(rows=rows, columns=columns, scale=scale, cells=levels.cpu().numpy().tobytes())


def matrix_state(name: str, before: Tensor, parameter: nn.Parameter, gradient: Tensor) -> MatrixState:
    """A matrix, the blame it got and the nudge that followed.

    Args:
        before: the weights before the step.
        parameter: the weights after it.
        gradient: of the loss, at `before`.
    """
    update = parameter.detach() - before
    return MatrixState(
        name=name.removeprefix("model.").removesuffix(".weight"),
        shape=(parameter.shape[0], parameter.shape[1]),
        weight_rms=_rms(parameter),
        gradient_rms=_rms(gradient),
        update_rms=_rms(update),
        weight=picture(parameter),
        gradient=picture(gradient),
        update=picture(update),
    )


def pictured(
    stage: StageName, step: int, model: nn.Module, copies: Mapping[str, tuple[Tensor, Tensor]]
) -> WeightsPictured:
    """All matrices of a model after a step.

    Args:
        copies: by name, the weights before the step and its gradient; those that are not among them were
            not moved.
    """
    found = []
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:
            before, gradient = copies.get(name) or (parameter.detach(), torch.zeros_like(parameter))
            found.append(matrix_state(name, before, parameter, gradient))
    return WeightsPictured(stage, step, tuple(found))


def _rms(matrix: Tensor) -> float:
    return float(matrix.detach().float().square().mean().sqrt())
