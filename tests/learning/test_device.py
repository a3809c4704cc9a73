"""The stages of gradient steps on a GPU, as far as a pretended one shows: nothing of it meets the CPU's."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from pretend_device import is_elsewhere, pretend_device
from short_stages import SETTINGS

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.training import Training
from tui_trainer.messages.events import (
    BestKept,
    Event,
    Guessed,
    OwnAnswersScored,
    PairsShown,
    Sampled,
    StepExplained,
    Validated,
    WeightsPictured,
)
from tui_trainer.model import checkpoint
from tui_trainer.model.transformer import Transformer

TOLD = {BestKept, Guessed, Sampled, StepExplained, Validated, WeightsPictured}
MIXED: list[Callable[[torch.Tensor, torch.Tensor], object]] = [
    lambda here, there: here + there,
    lambda here, there: there.add_(here),
    lambda here, there: here[0, 0].add_(there[0, 0]),
    lambda here, there: here @ there,
    lambda here, there: torch.mm(there, there, out=here),
    lambda here, there: torch.cat([there, here]),
    lambda here, there: torch.where(here > 0, there, 0.0),
    lambda here, there: here[there[0].long()],
    lambda here, there: here[there > 0],
    lambda here, there: there.index_put_((there > 0,), here.flatten()),
    lambda here, there: there.normal_(generator=torch.Generator()),
    lambda here, there: torch.rand(2, device=there.device, generator=torch.Generator()),
    lambda here, there: there.requires_grad_().square().backward(here),
    lambda here, there: there.numpy(),
    lambda here, there: there.double(),
]
FINE: list[Callable[[torch.Tensor, torch.Tensor], object]] = [
    lambda here, there: 2 * there + torch.tensor(1.0),
    lambda here, there: there[here[0].long()],
    lambda here, there: there[[0, 1]],
    lambda here, there: there.copy_(here),
    lambda here, there: there + here.to(there.device),
    lambda here, there: there.new_ones(2) + torch.ones(2, device=there.device),
    lambda here, there: there.masked_fill_(there > 0, 1.0).bfloat16(),
]


@pytest.mark.parametrize("mix", MIXED)
def test_what_cuda_would_not_do_raises(mix: Callable[[torch.Tensor, torch.Tensor], object]) -> None:
    with pretend_device() as device:
        here = torch.ones(2, 2)
        there = here.to(device)
        with pytest.raises((RuntimeError, TypeError), match=r"elsewhere"):
            mix(here, there)


@pytest.mark.parametrize("work", FINE)
def test_what_cuda_does_stays_there(work: Callable[[torch.Tensor, torch.Tensor], object]) -> None:
    with pretend_device() as device:
        here = torch.ones(2, 2)
        there = here.to(device)
        assert there.device == device and here.device.type == "cpu"
        out = work(here, there)
        assert isinstance(out, torch.Tensor) and out.device == device
        assert not is_elsewhere(here) and (out.cpu() + torch.ones(2)).numpy().any()
        assert out.tolist()[0] and float(out.sum()) == out.sum().item() and bool(out.any())


def run(stage: Training, steps: int | None = None) -> list[Event]:
    """To the end, or so many steps."""
    found: list[Event] = []
    while stage.step < (steps or stage.steps):
        stage.explains = stage.step % 8 == 3
        found += stage.advance()
    return found


@pytest.mark.parametrize("kind", [Pretraining, Finetuning])
def test_a_stage_there_tells_what_it_tells_here(
    kind: Callable[..., Training], misleading: Corpus, own: Corpus, tiny_model: Transformer, tmp_path: Path
) -> None:
    """Every event of it, and it goes on there from a checkpoint."""
    corpus = misleading if kind is Pretraining else own
    expected = run(kind(tiny_model, corpus, SETTINGS, 0))
    file = tmp_path / "there.safetensors"
    with pretend_device() as device:
        stage = kind(Transformer(tiny_model.shape, seed=0).to(device), corpus, SETTINGS, 0)
        events = run(stage, 13)
        checkpoint.save(file, stage.tensors(), {})
        stage = kind(Transformer(tiny_model.shape, seed=99).to(device), corpus, SETTINGS, 0)
        stage.restore(checkpoint.load(file)[0])
        events += run(stage)
        assert all(map(is_elsewhere, stage.model.parameters()))
        weights = stage.model.cpu().state_dict()
        assert not any(map(is_elsewhere, weights.values()))
    assert events == expected
    also = set() if kind is Pretraining else {OwnAnswersScored, PairsShown}
    assert set(map(type, events)) >= TOLD | also
    assert all(torch.equal(weights[name], value) for name, value in tiny_model.state_dict().items())
