"""Weights and training state as safetensors files, written so that no moment can spoil them.

Every file vouches for itself: a checksum in its metadata goes over all the rest of the metadata and the name,
type, shape and bytes of each tensor. And the same content always makes the same bytes, so that a file's own
SHA-256 says what is in it.
"""

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import torch
from safetensors import safe_open
from safetensors.torch import save as serialize
from torch import Tensor

from tui_trainer.errors import UserError, foreign
from tui_trainer.files import open_own, write_atomically
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.settings import describe

CHECKSUM = "checksum"  # in the metadata


def save(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a file, making its folder, but not the one above: a run that was deleted is not made again.

    Raises:
        OSError: the disk is full or unwritable; `path` is as it was.
    """
    path.parent.mkdir(exist_ok=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    own = {**metadata, CHECKSUM: _checksum(tensors, metadata)}
    write_atomically(path, _in_order(serialize(tensors, own)))


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a file; whether it is whole is told by its checksum, if it has one.

    Raises:
        UserError: it is missing, cut short, damaged, not safetensors, or of a model of an earlier version.
    """
    with foreign(f"{path} can't be read as safetensors"):
        os.close(open_own(path))  # the library takes a path, and would follow a link or wait for a pipe
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
            metadata = dict(file.metadata() or {})
        if CHECKSUM in metadata:
            rest = {key: value for key, value in metadata.items() if key != CHECKSUM}
            if metadata[CHECKSUM] != _checksum(tensors, rest):
                raise UserError(f"{path} is damaged, or was changed: its content does not have its checksum")
        if any(name.endswith("lm_head.weight") for name in tensors):
            raise UserError(
                f"{path} holds a model of an earlier version, which was built otherwise (a head of its own, "
                "capped logits); open it with that version, or train it anew"
            )
    return tensors, metadata


def _checksum(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> str:
    """CRC-32 over everything, in an order of its own."""
    crc = zlib.crc32(json.dumps(dict(metadata), sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        crc = zlib.crc32(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode(), crc)
        crc = zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy().data, crc)
    return f"{crc:08x}"


def _in_order(content: bytes) -> bytes:
    """The same safetensors file with its header sorted: the library orders the metadata by chance."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8:end]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # the tensors stay aligned
    return len(header).to_bytes(8, "little") + header + content[end:]


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
    with foreign(f"{path} holds no weights of this program"):
        if not {"shape", "dtype"} <= metadata.keys():
            raise ValueError("it does not say what they are the weights of")
        shape = msgspec.json.decode(metadata["shape"], type=Shape)
        _check(shape, tensors)
        dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16}[metadata["dtype"]]
        model = Transformer(shape, dtype=dtype)
        model.load_state_dict(tensors)
    if weights_sha256(model) != metadata.get("sha256"):
        raise UserError(f"{path} was changed after it was frozen: its weights do not have the hash it names")
    return model


def _check(shape: Shape, tensors: Mapping[str, Tensor]) -> None:
    """Believe a shape only if a run can have it and the tensors do, before anything is built by it.

    Raises:
        ValueError: which of its numbers is wrong.
    """
    most = {d.name: d.high for d in describe()}
    for name, setting in (
        ("vocabulary", "data.vocabulary"),
        ("layers", "model.layers"),
        ("width", "model.width"),
        ("heads", "model.heads"),
        ("context", "model.context"),
    ):
        value, high = getattr(shape, name), most[setting]
        if value < 1 or (high is not None and value > high):
            raise ValueError(f"a model has 1 to {high:g} in {name}, not {value}")
    if shape.width % (2 * shape.heads):
        raise ValueError(f"{shape.heads} heads do not divide a width of {shape.width} into even parts")
    layers = sum(name.endswith(".q_proj.weight") for name in tensors)
    found = (*tensors["model.embed_tokens.weight"].shape, layers)
    if found != (shape.vocabulary, shape.width, shape.layers):
        raise ValueError(
            f"it names {shape.vocabulary} tokens, a width of {shape.width} and {shape.layers} layers; its "
            f"tensors have {', '.join(map(str, found))}"
        )
