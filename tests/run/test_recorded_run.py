"""Runs that commit 60c6459 recorded, on a text of 24 kB: what was written then is still read.

`recorded/` holds one that ended and one that was stopped in its 27th step of 90, as `tui-trainer run` and
`train` left them; of the latter, the newer checkpoint.
"""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tui_trainer.messages.events import RunEnded, Stepped
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


def test_its_weights_answer_and_are_those_of_the_log(tmp_path: Path) -> None:
    folder = unpacked("ended", tmp_path)
    asked = subprocess.run(
        [sys.executable, "-m", "tui_trainer", "chat", folder.id, "--runs", str(tmp_path)],
        input="The town\n", capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert asked.returncode == 0 and asked.stdout.strip(), asked.stderr
    folder.weights("aligned").write_bytes(folder.weights("base").read_bytes())
    refused = done("chat", folder.id, "--runs", str(tmp_path))
    assert refused.returncode and "Traceback" not in refused.stderr


def test_it_is_resumed_where_it_was_stopped(tmp_path: Path) -> None:
    folder = unpacked("stopped", tmp_path)
    before = folder.events.read_bytes()
    went_on = done("resume", folder.id, "--headless", "--runs", str(tmp_path))
    assert went_on.returncode == 0, went_on.stderr
    assert folder.events.read_bytes().startswith(before)
    events = [record.event for record in read_all(folder.events)]
    steps = [event.step for event in events if isinstance(event, Stepped)]
    assert steps == list(range(1, 91)) and isinstance(events[-1], RunEnded)
