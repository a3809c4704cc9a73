"""What a model computes on; and that nothing it makes on its way is left on the CPU.

There need be no GPU here for the latter: torch's `meta` device has shapes and no numbers, and refuses most
operations with tensors of another device, as a GPU does.
"""

import pytest
import torch

from tui_trainer.errors import UserError
from tui_trainer.learning.optimizer import Optimizer
from tui_trainer.learning.training import backward
from tui_trainer.model.decoding import Decoder
from tui_trainer.model.precision import compute_device, compute_dtype
from tui_trainer.model.sampling import choose
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.settings import Model


@pytest.mark.parametrize(
    ("wanted", "gpus", "index", "device"),
    [
        ("auto", 0, 0, "cpu"),
        ("auto", 2, 0, "cuda:0"),
        ("auto", 2, 3, "cuda:1"),  # more processes than GPUs share them
        ("cpu", 2, 1, "cpu"),
        ("cuda", 1, 0, "cuda:0"),
    ],
)
def test_a_gpu_is_taken_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, wanted: str, gpus: int, index: int, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)  # only if it is asked for
    assert compute_device(wanted, index) == torch.device(device)  # type: ignore[arg-type]  # one of them


def test_a_device_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match=r"no cuda device.*--device auto"):
        compute_device("cuda")


def test_a_gpu_multiplies_in_bfloat16() -> None:
    assert compute_dtype(Model(), "cuda") == torch.bfloat16
    assert compute_dtype(Model(precision="float32"), "cuda") == torch.float32


def test_nothing_is_left_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.Tensor, "__bool__", lambda tensor: True)  # there is no number to ask
    model = Transformer(Shape(100, 2, 32, 2, 16), dtype=torch.bfloat16).to("meta")
    rows = torch.zeros(4, 17, dtype=torch.long, device="meta")
    optimizer = Optimizer(model)
    scored = backward(model, rows[:, :-1], rows[:, 1:], None)
    optimizer.muon.step(0.01)
    made = [scored.losses, scored.hidden, *optimizer.tensors().values(), model.attention(rows, 1)]
    with torch.inference_mode():
        decoder = Decoder(model, 4, 20, torch.zeros(4, 20, dtype=torch.bool, device="meta"))
        decoder.next(rows[:, :5])
        decoder.keep(torch.zeros(2, dtype=torch.long, device="meta"))
        logits = decoder.next(rows[:2, :1])
        made += [logits, choose(logits, 0.7, torch.Generator())]
    assert {each.device.type for each in made} == {"meta"}
    with pytest.raises(RuntimeError, match="device"):  # so it would have been noticed
        model.hidden(rows) + torch.zeros(17, 32)
