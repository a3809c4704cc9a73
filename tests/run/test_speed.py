"""What a plan is estimated to take, on a clock of the test's own."""

from types import SimpleNamespace

import pytest
import torch
from pretend_device import is_elsewhere, pretend_device
from torch import Tensor

from tui_trainer.learning import training
from tui_trainer.messages.events import SpeedMeasured
from tui_trainer.model.transformer import Scored, Transformer
from tui_trainer.run import speed
from tui_trainer.run.storage.plan import Plan
from tui_trainer.settings import load

PLAN = Plan(load("quick", ["model.width=64", "model.layers=1", "model.context=32"], environ={}))
LOADING, ON_GPU, BY_RANKS, ALONE, ANSWERS = 100.0, 0.01, 0.02, 0.2, 0.4  # seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Steps and answers take the seconds above; the first of a GPU's loads its kernels."""
    clock = SimpleNamespace(now=0.0, loaded=False)
    backward, generate = training.backward, speed.generate

    def step(model: Transformer, inputs: Tensor, targets: Tensor, mask: Tensor | None) -> Scored:
        clock.now += ALONE
        if is_elsewhere(inputs):
            clock.now += ON_GPU - ALONE + (0.0 if clock.loaded else LOADING)
            clock.loaded = True
        return backward(model, inputs, targets, mask)

    def answers(model: Transformer, *given: object, **more: object) -> list[list[int]]:
        assert not any(map(is_elsewhere, model.parameters()))
        clock.now += ANSWERS
        return generate(model, *given, **more)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(speed, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    monkeypatch.setattr(training, "backward", step)
    monkeypatch.setattr(speed, "generate", answers)
    return clock


def test_a_gpu_makes_the_steps_and_the_cpu_the_exams_and_the_feedback(clock: SimpleNamespace) -> None:
    here = speed.measure(PLAN, torch.device("cpu"), training.backward, 0)
    with pretend_device() as device:
        there = speed.measure(PLAN, device, training.backward, 0)
    assert clock.loaded
    _held_against(here, there, ON_GPU)


def test_ranks_share_the_steps_but_not_the_feedback(clock: SimpleNamespace) -> None:
    def shared(model: Transformer, inputs: Tensor, targets: Tensor, mask: Tensor | None) -> Scored:
        clock.now += BY_RANKS - ALONE
        return training.backward(model, inputs, targets, mask)

    here = speed.measure(PLAN, torch.device("cpu"), training.backward, 0)
    together = speed.measure(PLAN, torch.device("cpu"), shared, 0)
    _held_against(here, together, BY_RANKS)


def _held_against(alone: SpeedMeasured, other: SpeedMeasured, step: float) -> None:
    """Against this CPU alone, one whose steps take so many seconds."""
    assert alone.step_seconds == pytest.approx(ALONE) and other.step_seconds == pytest.approx(step)
    assert other.planned_seconds["feedback"] == alone.planned_seconds["feedback"]
    answer = ANSWERS / speed.ROWS * speed.ANSWER_TOKENS / speed.NEW_TOKENS
    exams = {"pretrain": speed.UNTAUGHT_ANSWERS * answer, "finetune": speed.TAUGHT_ANSWERS * answer}
    for stage, seconds in exams.items():
        steps = [each.planned_seconds[stage] - seconds for each in (other, alone)]
        assert steps[0] / steps[1] == pytest.approx(step / ALONE, rel=0.01)
