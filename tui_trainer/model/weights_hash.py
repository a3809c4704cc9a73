"""What weights are told apart by: one hash over all of them, from the tensors themselves."""

import hashlib

from tui_trainer.model.transformer import Transformer


def weights_sha256(model: Transformer) -> str:
    """SHA-256 over all parameters and buffers: name, type, shape and bytes, by name."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
