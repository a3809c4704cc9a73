"""What of the machine a run takes."""

import os
import subprocess
import sys

import pytest

from tui_trainer.run import machine


@pytest.mark.parametrize(
    ("content", "cores"),
    [("200000 100000\n", 2), ("150000 100000\n", 2), ("10000 100000\n", 1), ("max 100000\n", 64), ("", 64)],
)
def test_threads_within_a_container(tmp_path, monkeypatch, content, cores):
    limit = tmp_path / "cpu.max"
    limit.write_text(content)
    monkeypatch.setattr(machine, "CGROUP", limit)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)
    assert machine.threads(0) == cores
    assert machine.threads(5) == 5


def test_threads_without_a_container(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "CGROUP", tmp_path / "none")
    assert machine.threads(0) >= 1


def test_what_a_run_says_of_its_machine():
    assert machine.description(3)["threads"] == "3"
    assert {"python", "torch", "tui-trainer"} <= set(machine.software())
    # This process has more than 20 MB and less than 100 GB: the unit is right.
    assert 20e6 < machine.peak_memory_bytes() < 100e9


# Of what reinforcement predicts, all digits: float64 shows a difference that float32 would round off in most
# steps, but not in all of them.
PREDICTED = """
import torch
from tui_trainer.run import machine
machine.configure(2)
from tui_trainer.learning.reinforcement.objective import baseline_values
draws = torch.Generator().manual_seed(0)
rows = torch.arange(64).repeat_interleave(10)
states = torch.randn(640, 192, generator=draws, dtype=torch.float64)
returns = torch.randn(640, generator=draws, dtype=torch.float64)
print(baseline_values(states, returns, rows, 64).numpy().tobytes().hex())
"""


def test_the_numbers_are_the_same_whatever_the_environment_says_of_threads():
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    printed = {
        subprocess.run(
            [sys.executable, "-c", PREDICTED],
            env={**os.environ, **dict.fromkeys(names, threads)},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(printed) == 1


# Training steps of a demo's shapes; half of the targets are scored, in each step another number.
STEPS = """
import torch
from tui_trainer.run import machine
machine.configure(2)
from tui_trainer.learning.optimizer import Optimizer
from tui_trainer.learning.training import backward
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.transformer import Shape, Transformer
model = Transformer(Shape(2048, 3, 192, 4, 128), dtype=torch.bfloat16)
optimizer = Optimizer(model)
draws = torch.Generator().manual_seed(0)
for step in range(9):
    if step == 6:
        print("compiled", flush=True)
    tokens = torch.randint(2048, (8, 129), generator=draws)
    left_out = torch.rand(8, 128, generator=draws) < 0.5
    backward(model, tokens[:, :-1], tokens[:, 1:].masked_fill(left_out, IGNORED), None)
    optimizer.step(1e-3, 1e-3, 1e-3)
print("done")
"""


def test_a_steps_kernels_are_compiled_once():
    """Compiled anew at each step, they took as long as the step itself. Only oneDNN's are told of."""
    told = subprocess.run(
        [sys.executable, "-c", STEPS],
        env={**os.environ, "ONEDNN_VERBOSE": "profile_create"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    before, after = told.split("compiled\n")
    assert after.endswith("done\n")
    assert "create:cache_miss" not in after
    assert ("create:cache_miss" in before) == ("create:cache_hit" in after)  # or there is nothing to compile
