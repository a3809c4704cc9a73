"""Runs that commit 60c6459 recorded, on a text of 24 kB: what was written then is still read. Its model was
built otherwise: what would need that is refused in one line, and nothing is lost.

`recorded/` holds one that ended and one that was stopped in its 27th step of 90, as `tui-trainer run` and
`train` left them; of the latter, the newer checkpoint.
"""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.view.fold import apply_all
from tui_trainer.view.state import State

HERE = Path(__file__).parent / "recorded"


def unpacked(name: str, into: Path) -> RunFolder:
    with tarfile.open(HERE / f"60c6459-{name}.tar.xz") as archive:
        archive.extractall(into, filter="data")
    return RunFolder(next(path for path in into.iterdir() if path.is_dir()))


def done(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui_trainer", *arguments], capture_output=True, text=True, timeout=600
    )


@pytest.mark.parametrize("name", ["ended", "stopped"])
def test_it_is_listed_and_drawn(tmp_path: Path, name: str) -> None:
    folder = unpacked(name, tmp_path)
    listed = json.loads(done("runs", "--json", "--runs", str(tmp_path)).stdout)
    assert [(run["run"], run["ended"]) for run in listed] == [(folder.id, name == "ended")]
    feedback = folder.plan.settings.feedback
    assert (feedback.num_generations, feedback.beta, feedback.missing_eos_penalty) == (8, 0.1, True)
    state = State()
    apply_all(state, read_all(folder.events))
    assert state.setting("feedback.rehearsal_coef") == feedback.rehearsal_coef
    assert state.ended is (name == "ended")
    assert state.stepped is not None and state.stepped.step == (60 if name == "ended" else 27)


def test_its_weights_are_told_apart(tmp_path: Path) -> None:
    folder = unpacked("ended", tmp_path)
    refused = done("chat", folder.id, "--runs", str(tmp_path))
    assert refused.returncode == 2 and "a model of an earlier version" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_it_is_not_resumed_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = unpacked("stopped", tmp_path)
    before, kept = folder.events.read_bytes(), sorted(folder.checkpoints.iterdir())
    refused = done("resume", folder.id, "--headless", "--runs", str(tmp_path))
    assert refused.returncode == 1 and "a model of an earlier version" in refused.stderr
    assert "Traceback" not in refused.stderr and "--start-over" in refused.stderr
    assert folder.events.read_bytes().startswith(before) and sorted(folder.checkpoints.iterdir()) == kept
