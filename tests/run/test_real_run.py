"""The real stages under the real trainer, as small as they get: once through, and killed in every stage."""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_until

from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.messages.events import (
    Event,
    FilterApplied,
    Measured,
    PairOffered,
    Picked,
    Record,
    Reinforced,
    RunEnded,
    SpeedMeasured,
    StageEnded,
    StageSkipped,
    StageStarted,
    Stepped,
    WeightsFrozen,
)
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage import report
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, comparable, read_all
from tui_trainer.settings import load

SMALL = (
    "data.documents=200",
    "data.vocabulary=400",
    "model.layers=1",
    "model.width=32",
    "model.heads=2",
    "model.context=64",
    "model.precision=float32",
    "pretrain.steps=12",
    "pretrain.measure_every=6",
    "finetune.steps=6",
    "finetune.pairs=100",
    "feedback.rater=short",
    "feedback.picks=4",
    "feedback.steps=2",
    "feedback.prompts=2",
    "feedback.num_generations=2",
    "feedback.answer_tokens=8",
    "run.threads=1",
    "run.checkpoint_every=5",
)


def new(runs: Path, *assignments: str, **options: object) -> RunFolder:
    settings = load("quick", [*SMALL, *assignments], environ={})
    return folders.create(runs, plans.make(settings, preset="quick", **options))  # type: ignore[arg-type]  # given by name


def events(folder: RunFolder) -> list[Event]:
    return [record.event for record in read_all(folder.events)]


def train_until(trainers, folder: RunFolder, found: Callable[[Event], bool], **environ: str) -> int:
    """Train on to an event that was not there before, or to the end, however long it takes if only something
    comes; the trainer's process id."""
    reader = LogReader(folder.events)
    reader.poll()
    pid = trainers.start(folder, real=True, env=environ)
    while not trainers.ended():
        came: list[Record] = []
        wait_until(
            lambda came=came: came.extend(reader.poll()) or came or trainers.ended(),
            folder.trainer_log.read_text,
        )
        if any(found(record.event) for record in came):
            break
    return pid


def finish(trainers, folder: RunFolder) -> None:
    train_until(trainers, folder, lambda event: isinstance(event, RunEnded))
    assert trainers.wait() == 0, folder.trainer_log.read_text()


def kill_at(trainers, folder: RunFolder, found: Callable[[Event], bool], **environ: str) -> None:
    """Train on, and kill the trainer at an event that was not there before, unless the run ends first."""
    pid = train_until(trainers, folder, found, **environ)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    assert trainers.wait() in (0, -signal.SIGKILL), folder.trainer_log.read_text()


@pytest.fixture(scope="module")
def whole(trainers, tmp_path_factory) -> RunFolder:
    folder = new(tmp_path_factory.mktemp("whole"))
    finish(trainers, folder)
    return folder


def test_all_stages(whole):
    seen = events(whole)
    assert [e.stage for e in seen if isinstance(e, StageStarted)] == list(plans.STAGES)
    assert [e.stage for e in seen if isinstance(e, StageEnded)] == list(plans.STAGES)
    assert [e.weights for e in seen if isinstance(e, WeightsFrozen)] == ["base", "tuned", "aligned"]
    speed = next(e for e in seen if isinstance(e, SpeedMeasured))
    assert set(speed.planned_seconds) == set(plans.STAGES)
    assert all(seconds >= 0 for seconds in speed.planned_seconds.values())
    result = report.build(whole)
    assert result.run.ended
    assert {f"{s}/recall_heldout" for s in ("base", "tuned", "aligned")} < set(result.metrics)
    assert {"aligned/facts_lost", "pretrain/bits_per_byte", "corpus/spam/recall"} < set(result.metrics)
    for frozen in result.weights.values():
        assert (whole.path / frozen.file).stat().st_size == frozen.bytes


def test_killed_in_every_stage(trainers, whole, tmp_path):
    folder = new(tmp_path / "runs")
    moments: list[Callable[[Event], bool]] = [
        lambda e: isinstance(e, FilterApplied),
        lambda e: isinstance(e, Stepped) and e.stage == "pretrain" and e.step == 8,
        lambda e: isinstance(e, Measured) and e.name.startswith("base/"),
        lambda e: isinstance(e, Stepped) and e.stage == "finetune" and e.step == 3,
        lambda e: isinstance(e, StageStarted) and e.stage == "feedback",
        lambda e: isinstance(e, PairOffered | Picked | Reinforced),
    ]
    for moment in moments:
        # Without another's cache: it writes its world itself.
        kill_at(trainers, folder, moment, XDG_CACHE_HOME=str(tmp_path / "cache"))
    finish(trainers, folder)
    assert [comparable(r) for r in read_all(folder.events)] == [comparable(r) for r in read_all(whole.events)]
    assert "not what was computed again" not in folder.trainer_log.read_text()


@pytest.fixture
def own_text(tmp_path) -> tuple[str, ...]:
    folder = tmp_path / "own"
    folder.mkdir()
    for number, document in enumerate(write_documents(make_world(5), 120, 5)):
        (folder / f"{number}.txt").write_text(document.text, "utf-8")
    return (str(folder),)


def test_the_users_own_text(trainers, tmp_path, own_text):
    folder = new(tmp_path, "feedback.turn_anyway=true", data=own_text)  # four picks show no taste
    finish(trainers, folder)
    assert [e.stage for e in events(folder) if isinstance(e, StageSkipped)] == ["finetune"]
    assert [e.weights for e in events(folder) if isinstance(e, WeightsFrozen)] == ["base", "aligned"]
    assert len([e for e in events(folder) if isinstance(e, Picked)]) == 4
    # Each pair, then each step of reinforcement: of these it is told how many there are.
    told = [e for e in events(folder) if isinstance(e, PairOffered | Reinforced)]
    assert [e.pair if isinstance(e, PairOffered) else -e.step for e in told] == [0, 1, 2, 3, -1, -2]
    assert "base/recall_heldout" not in report.build(folder).metrics


def test_a_plan_that_ends_early(trainers, tmp_path, own_text):
    folder = new(tmp_path, data=own_text, until="pretrain")
    finish(trainers, folder)
    assert [e.stage for e in events(folder) if isinstance(e, StageEnded)] == ["data", "pretrain"]
    assert [e.weights for e in events(folder) if isinstance(e, WeightsFrozen)] == ["base"]


def test_the_control_without_pretraining(trainers, tmp_path):
    folder = new(tmp_path, "finetune.steps=2", skip=("pretrain", "feedback"))
    finish(trainers, folder)
    skipped = [e.stage for e in events(folder) if isinstance(e, StageSkipped)]
    assert skipped == ["pretrain", "feedback"]
    assert [e.weights for e in events(folder) if isinstance(e, WeightsFrozen)] == ["tuned"]
    assert "tuned/recall_heldout" in report.build(folder).metrics
