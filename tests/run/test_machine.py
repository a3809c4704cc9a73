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
