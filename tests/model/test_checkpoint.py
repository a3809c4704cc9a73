"""Weights on disk: the same back, and never half a file."""

import hashlib
import os
from pathlib import Path

import msgspec
import pytest
import torch
from flipping import flipped
from safetensors import safe_open
from safetensors.torch import save as serialize

from tui_trainer.errors import UserError
from tui_trainer.model import checkpoint
from tui_trainer.model.transformer import Transformer


def test_weights_come_back_with_their_hash(model: Transformer, tmp_path: Path) -> None:
    sha256 = checkpoint.save_weights(model, tmp_path / "w.safetensors")
    again = checkpoint.load_model(tmp_path / "w.safetensors")
    assert checkpoint.weights_sha256(again) == sha256 == checkpoint.weights_sha256(model)
    with torch.no_grad():
        again.head_gain += 1e-6
    assert checkpoint.weights_sha256(again) != sha256


def test_a_failed_write_leaves_the_old_file(
    model: Transformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.safetensors"
    sha256 = checkpoint.save_weights(model, path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(path, {"x": torch.zeros(3)}, {})
    monkeypatch.undo()
    assert checkpoint.load_model(path) and checkpoint.load(path)[1]["sha256"] == sha256
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]


def test_damaged_and_foreign_files_are_refused_in_one_line(model: Transformer, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    checkpoint.save_weights(model, path)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[-1] ^= 1
    for content in (whole[:1000], b"", b"hello", bytes(damaged)):
        path.write_bytes(content)
        with pytest.raises(UserError) as caught:
            checkpoint.load_model(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(UserError):
        checkpoint.load_model(tmp_path / "missing")


def test_the_same_weights_are_the_same_bytes(model: Transformer, tmp_path: Path) -> None:
    """The library orders metadata by chance: eight keys come in the same order twice in 40,320 times."""
    metadata = {name: name for name in "abcdefgh"}
    hashes = set()
    for number in range(4):
        path = tmp_path / f"{number}.safetensors"
        checkpoint.save_weights(model, path, metadata)
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
        with safe_open(path, framework="pt") as file:  # any tool of the field reads it
            assert file.metadata()["c"] == "c"
            assert all(torch.equal(file.get_tensor(k), v) for k, v in model.state_dict().items())
    assert len(hashes) == 1


def test_a_flipped_bit_anywhere_is_noticed_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    tensors = {"step": torch.tensor(7), "w": torch.arange(6.0).reshape(2, 3), "b": torch.ones(3).bool()}
    checkpoint.save(path, tensors, {"place": '{"phase":"pretrain"}'})
    whole, (_, metadata) = path.read_bytes(), checkpoint.load(path)
    noticed = 0
    for _ in flipped(path, range(8 * len(whole))):
        try:
            read, said = checkpoint.load(path)
        except UserError as error:
            assert "\n" not in str(error)
            noticed += 1
        else:  # in white space, or in the checksum's own name, which makes it one of an earlier version
            assert read.keys() == tensors.keys() and all(torch.equal(read[k], tensors[k]) for k in read)
            assert said == metadata or checkpoint.CHECKSUM not in said
    assert noticed > 0.9 * 8 * len(whole)


@pytest.mark.parametrize(
    "wrong",
    [
        {"layers": 10**9},
        {"layers": 2},
        {"heads": 0},
        {"heads": -4},
        {"heads": 5},
        {"heads": 10**30},
        {"width": 10**6},
        {"vocabulary": 98},
        {"context": 0},
        {"context": 10**12},
        {"width": "48"},
    ],
)
def test_a_shape_is_checked_before_it_is_believed(
    model: Transformer, tmp_path: Path, wrong: dict[str, object]
) -> None:
    path = tmp_path / "w.safetensors"
    shape = msgspec.json.encode({**msgspec.to_builtins(model.shape), **wrong}).decode()
    sha256 = checkpoint.weights_sha256(model)
    path.write_bytes(serialize(model.state_dict(), {"shape": shape, "dtype": "float32", "sha256": sha256}))
    with pytest.raises(UserError, match="holds no weights of this program") as caught:
        checkpoint.load_model(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_a_regular_file_is_opened(model: Transformer, tmp_path: Path, kind: str) -> None:
    path, target = tmp_path / "w.safetensors", tmp_path / "elsewhere"
    checkpoint.save_weights(model, target)
    {"link": lambda: path.symlink_to(target), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    with pytest.raises(UserError, match=r"it is not a regular file|it is a link"):
        checkpoint.load_model(path)
