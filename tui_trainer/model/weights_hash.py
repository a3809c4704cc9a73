"""What weights are told apart by: one hash over all of them, from the tensors themselves."""

import hashlib

import torch

from tui_trainer.model.decoding import Weights
from tui_trainer.model.transformer import Transformer


def weights_sha256(model: Transformer) -> str:
    """SHA-256 over all parameters and buffers: name, type, shape and bytes, by name."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy())
    return digest.hexdigest()


def decoded_sha256(model: Transformer) -> str:
    """The same of the copy that a `Decoder` of few rows reads: other bytes, which stay as they are, too."""
    weights = Weights.of(model, torch.float32)
    digest = hashlib.sha256()
    for tensor in (weights.table, weights.head, *(matrix for layer in weights.layers for matrix in layer)):
        digest.update(tensor.cpu().contiguous().numpy())
    return digest.hexdigest()
