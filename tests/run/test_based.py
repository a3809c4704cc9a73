"""A run of the user's own pairs on another run's base: what it takes over, what it learns, what it says."""

import json
from pathlib import Path

import msgspec
import pytest
from test_real_run import events, finish, kill_at, new

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.errors import UserError
from tui_trainer.messages.events import (
    Measured,
    Noticed,
    OwnAnswersScored,
    StageEnded,
    Stepped,
    WeightsFrozen,
)
from tui_trainer.run import based
from tui_trainer.run.storage import report
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import comparable, read_all


@pytest.fixture(scope="module")
def base(trainers, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = new(tmp_path_factory.mktemp("base"), until="finetune")
    finish(trainers, folder)
    return folder


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("own") / "own.jsonl"
    rows = [{"prompt": f"Which box holds tool {n}?", "completion": f"Box {n % 7}."} for n in range(40)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def standing(base: RunFolder, data: str, runs: Path, *assignments: str) -> RunFolder:
    plan = based.plan_of(base, (data,), 3, assignments)
    return based.begin(base, msgspec.structs.replace(plan, until="finetune"), runs)


@pytest.fixture(scope="module")
def whole(trainers, base: RunFolder, questions: str, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = standing(base, questions, tmp_path_factory.mktemp("whole"))
    finish(trainers, folder)
    return folder


def test_it_begins_with_the_other_s_weights_and_vocabulary(base: RunFolder, whole: RunFolder) -> None:
    frozen = {e.weights: e.sha256 for e in events(whole) if isinstance(e, WeightsFrozen)}
    theirs = {e.weights: e.sha256 for e in events(base) if isinstance(e, WeightsFrozen)}
    assert frozen["base"] == theirs["base"] and frozen["tuned"] != theirs["tuned"]
    corpus, old = Corpus.load(whole.corpus), Corpus.load(base.corpus)
    assert corpus.tokenizer.to_json() == old.tokenizer.to_json()
    assert set(corpus.train) == {*old.train, "own-forum"}
    shares = {s: len(t) * corpus.mixture[s] for s, t in corpus.train.items()}
    assert shares["own-forum"] / sum(shares.values()) == pytest.approx(0.25, abs=0.02)
    own = [pair for pair in corpus.pairs if pair.kind == "user"]
    assert len(set(own)) == 32 and 0.2 < len(own) / len(corpus.pairs) < 0.3
    assert any("stands on the base of run" in e.text for e in events(whole) if isinstance(e, Noticed))


def test_own_questions_and_the_old_exam_are_asked(base: RunFolder, whole: RunFolder) -> None:
    metrics = report.build(whole).metrics
    for stage in ("base", "tuned"):
        assert metrics[f"{stage}/own_exact_match"].n == 8 and metrics[f"{stage}/own_answer_loss"].n == 8
    before = report.build(base).metrics["tuned/recall_heldout"].value
    assert "base/old_exam_lost" not in metrics
    lost = metrics["tuned/old_exam_lost"]
    assert lost.value == pytest.approx(before - metrics["tuned/recall_heldout"].value)
    assert lost.ci95 is not None and lost.ci95[0] <= lost.value <= lost.ci95[1]
    assert any(isinstance(e, OwnAnswersScored) for e in events(whole))
    assert [e.stage for e in events(whole) if isinstance(e, StageEnded)] == ["data", "pretrain", "finetune"]


def test_killed_and_resumed_it_is_the_same_run(
    trainers, base: RunFolder, questions: str, whole: RunFolder, tmp_path: Path
) -> None:
    folder = standing(base, questions, tmp_path)
    for moment in (
        lambda e: isinstance(e, Measured) and e.name.startswith("base/"),
        lambda e: isinstance(e, Stepped) and e.step == 3,
    ):
        kill_at(trainers, folder, moment)
    finish(trainers, folder)
    assert [comparable(r) for r in read_all(folder.events)] == [comparable(r) for r in read_all(whole.events)]


@pytest.mark.parametrize("changed", ["model.width=64", "data.tokenizer=char"])
def test_what_made_the_base_can_t_be_another(base: RunFolder, questions: str, changed: str) -> None:
    with pytest.raises(UserError, match=f"{changed.partition('=')[0]} can't be changed with --base"):
        based.plan_of(base, (questions,), 0, (changed,))


def test_another_file_in_the_place_of_the_weights_is_refused(
    trainers, base: RunFolder, questions: str, whole: RunFolder, tmp_path: Path
) -> None:
    folder = standing(base, questions, tmp_path)
    folder.base_weights.write_bytes(whole.weights("tuned").read_bytes())
    assert trainers.run(folder, real=True) != 0
    assert "are not the base weights of run" in folder.trainer_log.read_text()
