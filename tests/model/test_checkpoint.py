"""Weights on disk: the same back, and never half a file."""

import os
from pathlib import Path

import pytest
import torch

from tui_trainer.errors import UserError
from tui_trainer.model import checkpoint
from tui_trainer.model.transformer import Transformer


def test_weights_come_back_with_their_hash(model: Transformer, tmp_path: Path) -> None:
    sha256 = checkpoint.save_weights(model, tmp_path / "w.safetensors")
    again = checkpoint.load_model(tmp_path / "w.safetensors")
    assert checkpoint.weights_sha256(again) == sha256 == checkpoint.weights_sha256(model)
    with torch.no_grad():
        next(again.parameters())[0, 0] += 1e-6
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
