"""The logits of packed rows as the plain model gives them, text by text: the reference for masked rows."""

from itertools import pairwise

import torch
from torch import Tensor

from tui_trainer.model.transformer import Transformer


def logits_alone(model: Transformer, inputs: Tensor, document: int) -> Tensor:
    """(rows, positions, vocabulary): each text of a row is read by itself, from its beginning."""
    rows = []
    for row in inputs:
        begins = [0, *(i for i, token in enumerate(row.tolist()) if token == document and i), len(row)]
        texts = [row[a:b] for a, b in pairwise(begins)]
        rows.append(torch.cat([model(text[None])[0] for text in texts]))
    return torch.stack(rows)
