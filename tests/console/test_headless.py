"""Real runs through the front door, by real processes: to the end, stopped, resumed, and dead."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from waiting import PATIENCE, wait_until

from tui_trainer import cli
from tui_trainer.messages.events import KnobTurned, Stepped
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder, find, list_runs
from tui_trainer.run.storage.log import read_all

TINY = [
    "data.documents=300",
    "data.vocabulary=400",
    "model.width=32",
    "model.layers=1",
    "model.heads=2",
    "model.context=64",
    "pretrain.steps=6",
    "pretrain.measure_every=3",
    "finetune.steps=3",
    "finetune.pairs=200",
    "feedback.picks=4",
    "feedback.steps=2",
    "feedback.prompts=2",
    "feedback.num_generations=2",
    "feedback.answer_tokens=8",
    "run.threads=1",
]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tui_trainer", *arguments]


def done(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), input=text, capture_output=True, text=True)


def tiny(*more: str) -> list[str]:
    return [part for assignment in (*TINY, *more) for part in ("--set", assignment)]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("runs")
    yield path
    leave_no_trainer(path)


@pytest.fixture
def own_runs(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "runs"
    yield path
    leave_no_trainer(path)


def leave_no_trainer(runs: Path) -> None:
    """A trainer outlives whoever started it, so also a test that failed."""
    for folder in list_runs(runs):
        if (owner := lock.holder(folder)) is not None:
            os.kill(owner.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def whole(runs: Path) -> tuple[RunFolder, subprocess.CompletedProcess[str]]:
    """A run of the tiny world through all its stages."""
    ran = done("run", "--headless", "--json", "--seed", "3", "--runs", str(runs), *tiny())
    return find(runs, "latest"), ran


def test_a_whole_run_prints_its_report(whole: tuple[RunFolder, subprocess.CompletedProcess[str]]) -> None:
    folder, ran = whole
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == folder.report.read_text("utf-8")
    report = json.loads(ran.stdout)
    figures = ("recall_heldout", "format", "dont_know_unknown", "refusal_new_verbs", "sums")
    names = {f"{weights}/{figure}" for weights in ("base", "tuned", "aligned") for figure in figures}
    names |= {"pretrain/bits_per_byte", "aligned/facts_lost", "run/compute_seconds"}
    assert names <= report["metrics"].keys()
    assert list(report["weights"]) == ["base", "tuned", "aligned"]
    assert report["run"]["seed"] == 3


def test_a_pipe_gets_plain_lines_on_stderr(
    whole: tuple[RunFolder, subprocess.CompletedProcess[str]],
) -> None:
    folder, ran = whole
    assert folder.id in ran.stderr
    assert "should take about" in ran.stderr
    assert "simulated rater, 'polite'" in ran.stderr
    for stage in ("data", "pretrain", "fine-tune", "feedback"):
        assert f"{stage} done in " in ran.stderr
    assert "\x1b" not in ran.stderr
    assert "\r" not in ran.stderr


def test_the_report_can_be_read_again(
    runs: Path, whole: tuple[RunFolder, subprocess.CompletedProcess[str]]
) -> None:
    folder, ran = whole
    assert done("runs", folder.id, "--runs", str(runs), "--json").stdout == ran.stdout
    shown = done("runs", folder.id, "--runs", str(runs)).stdout
    assert "facts known, when asked" in shown
    assert str(folder.report) in shown
    assert "complete" in done("runs", "--runs", str(runs)).stdout


def test_weights_measured_again_have_the_same_figures(
    runs: Path, whole: tuple[RunFolder, subprocess.CompletedProcess[str]]
) -> None:
    folder, ran = whole
    again = done("eval", folder.id, "--runs", str(runs), "--json")
    assert again.returncode == 0, again.stderr
    before, after = json.loads(ran.stdout)["metrics"], json.loads(again.stdout)["metrics"]
    measured = {name for name in before if name.split("/")[0] in ("base", "tuned", "pretrain")}
    assert measured <= after.keys()
    for name, metric in after.items():
        assert metric["value"] == pytest.approx(before[name]["value"], abs=1e-6), name


def test_chat_answers_a_pipe(
    runs: Path,
    whole: tuple[RunFolder, subprocess.CompletedProcess[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder, _ = whole
    asked = "Where?\n\nWho?\x1b[31m"
    said = []
    for stage in ("base", "tuned", "aligned"):  # in this process: to load torch for each takes longest
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked.encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main(["chat", folder.id, "--stage", stage, "--runs", str(runs)])
        told = capfd.readouterr()
        assert (ended.value.code or 0, told.err) == (0, "")
        said.append(told.out)
    assert all(out.count("\n") >= 2 for out in said)
    assert not any("\x1b" in out for out in said)
    latest = done("chat", "--runs", str(runs), text=asked)
    assert (latest.returncode, latest.stdout, latest.stderr) == (0, said[2], "")
    assert done("chat", "--runs", str(runs)).stdout == ""


def test_a_complete_run_is_not_resumed(
    runs: Path, whole: tuple[RunFolder, subprocess.CompletedProcess[str]]
) -> None:
    folder, _ = whole
    refused = done("resume", folder.id, "--headless", "--runs", str(runs))
    assert refused.returncode == 2
    assert "complete" in refused.stderr


def test_stopped_by_signals_and_resumed(book: Path, own_runs: Path) -> None:
    where = ["--runs", str(own_runs)]
    steps = ["pretrain.steps=4000", "pretrain.measure_every=4000"]
    process = subprocess.Popen(
        command("train", "--data", str(book), *where, *tiny(*steps)), stderr=subprocess.PIPE, text=True
    )
    try:
        folder = training(own_runs, process)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)[1]
    finally:
        process.kill()
    assert process.returncode == 0
    assert f"tui-trainer resume {folder.id} --headless" in said
    before = sum(1 for _ in read_all(folder.events))
    assert "stopped in pretrain" in done("runs", *where).stdout

    again = subprocess.Popen(command("resume", "--headless", *where), stderr=subprocess.PIPE, text=True)
    try:
        wait_while_it_lives(again, lambda: sum(1 for _ in read_all(folder.events)) > before + 20)
        refused = done("resume", "--headless", *where)
        assert refused.returncode == 2
        assert "attach" in refused.stderr
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=PATIENCE)
    finally:
        again.kill()
    assert again.returncode == 0


def test_trains_on_own_text_and_stops(book: Path, own_runs: Path) -> None:
    ran = done("train", "--data", str(book), "--tokenizer", "char", "--runs", str(own_runs), *tiny())
    assert ran.returncode == 0, ran.stderr
    assert "bits per byte" in ran.stdout
    folder = find(own_runs, "latest")
    assert folder.weights("base").exists()
    assert not folder.weights("tuned").exists()
    assert folder.plan.preset == "sprint" and folder.plan.settings.data.held_out == "end"


def test_trains_to_a_loss_and_says_what_it_took(book: Path, own_runs: Path) -> None:
    steps = ["pretrain.steps=4000", "pretrain.measure_every=1"]
    where = ["--data", str(book), "--tokenizer", "char", "--json", "--runs", str(own_runs)]
    ran = done("train", *where, "--target-loss", "5.2", *tiny(*steps))
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout)["metrics"]
    assert 1 <= figures["run/pretraining_steps"]["value"] < 200
    assert figures["pretrain/nats_per_token"]["value"] <= 5.2
    assert 0 < figures["run/pretraining_seconds"]["value"] < figures["run/compute_seconds"]["value"]

    ran = done("train", *where, "--target-loss", "0.01", *tiny())
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["metrics"]["run/pretraining_steps"]["value"] == 6
    assert re.search(r"came down to \d\.\d+ nats a token, not to 0\.01", ran.stderr.splitlines()[-1])


def test_trains_for_some_seconds(book: Path, own_runs: Path) -> None:
    steps = ["pretrain.steps=1000000", "pretrain.measure_every=1000000"]
    ran = done(
        "train", "--data", str(book), "--runs", str(own_runs), "--seconds", "2", "--json", *tiny(*steps)
    )
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout)["metrics"]
    told = [record.event for record in read_all(find(own_runs, "latest").events)]
    last, turned = [(at, event) for at, event in enumerate(told) if isinstance(event, KnobTurned)][-1]
    made = sum(isinstance(event, Stepped) for event in told[:last])  # more, where the word came late
    assert figures["run/pretraining_steps"]["value"] == max(turned.value, made)


def test_a_killed_trainer_is_told_with_status_1(book: Path, own_runs: Path) -> None:
    steps = ["pretrain.steps=4000", "pretrain.measure_every=4000"]
    process = subprocess.Popen(
        command("train", "--data", str(book), "--runs", str(own_runs), *tiny(*steps)),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        folder = training(own_runs, process)
        os.kill(json.loads(folder.lock.read_bytes())["pid"], signal.SIGKILL)
        said = process.communicate(timeout=PATIENCE)[1]
    finally:
        process.kill()
    assert process.returncode == 1
    assert f"tui-trainer resume {folder.id}" in said.splitlines()[-1]


def test_too_little_text_is_told_with_status_2(tmp_path: Path, own_runs: Path) -> None:
    (tmp_path / "note.txt").write_text("Nothing much.", "utf-8")
    ran = done("train", "--data", str(tmp_path / "note.txt"), "--runs", str(own_runs), *tiny())
    assert ran.returncode == 2
    assert ran.stderr.count("to train on") == 1
    assert "resume" not in ran.stderr
    assert "Traceback" not in ran.stderr


def training(runs: Path, process: subprocess.Popen[str]) -> RunFolder:
    """The only run of a folder, once it has done a step."""
    logs = runs.glob
    wait_while_it_lives(
        process, lambda: any(b'"type":"stepped"' in p.read_bytes() for p in logs("*/events.jsonl"))
    )
    return find(runs, "latest")


def wait_while_it_lives(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    """Wait for something that a process does."""

    def look() -> bool:
        assert process.poll() is None, process.communicate()
        return holds()

    wait_until(look)
