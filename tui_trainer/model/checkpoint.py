"""Weights and training state as safetensors files, written so that no moment can spoil them."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise
from torch import Tensor

from tui_trainer.errors import UserError
from tui_trainer.files import write_atomically
from tui_trainer.model.transformer import Shape, Transformer


def save(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a file, making its folder.

    Raises:
        OSError: the disk is full or unwritable; `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = serialise({k: v.detach().contiguous() for k, v in tensors.items()}, dict(metadata))
    write_atomically(path, content)


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a file.

    Raises:
        UserError: it is missing, cut short, or not safetensors.
    """
    try:
        with safe_open(path, framework="pt") as file:
            names = file.keys()
            return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path} can't be read as safetensors: {error}") from error


def weights_sha256(model: Transformer) -> str:
    """SHA-256 over all parameters and buffers: name, type, shape and bytes, by name."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()


def save_weights(model: Transformer, path: Path, metadata: Mapping[str, str] | None = None) -> str:
    """Write the weights with all that `load_model` needs; returns their SHA-256."""
    sha256 = weights_sha256(model)
    own = {
        "shape": msgspec.json.encode(model.shape).decode(),
        "dtype": str(model.dtype).removeprefix("torch."),
        "sha256": sha256,
    }
    save(path, model.state_dict(), {**(metadata or {}), **own})
    return sha256


def load_model(path: Path) -> Transformer:
    """The model that `save_weights` wrote.

    Raises:
        UserError: the file can't be read, or its weights are not those it names.
    """
    tensors, metadata = load(path)
    try:
        shape = msgspec.json.decode(metadata["shape"], type=Shape)
        dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16}[metadata["dtype"]]
        model = Transformer(shape, dtype=dtype)
        model.load_state_dict(tensors)
    except (KeyError, RuntimeError, msgspec.MsgspecError) as error:
        raise UserError(f"{path} holds no weights of this program: {error}") from error
    if weights_sha256(model) != metadata.get("sha256"):
        raise UserError(f"{path} was changed after it was frozen: its weights do not have the hash it names")
    return model
