"""The front door in one process: what it takes, what it refuses, and how it says so."""

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

import tui_trainer
from tui_trainer import cli
from tui_trainer.console.commands import training
from tui_trainer.run.storage.folder import RunFolder, create, list_runs, runs_directory
from tui_trainer.run.storage.plan import Plan
from tui_trainer.settings import PRESETS, Settings, describe

Capture = pytest.CaptureFixture[str]
ROOT = Path(tui_trainer.__file__).parent.parent


def status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit:
        cli.main(arguments)
    return exit.value.code if isinstance(exit.value.code, int) else 0


@pytest.mark.parametrize("name", [None, *cli.app.commands])
def test_every_command_explains_itself_with_an_example(name: str | None, capsys: Capture) -> None:
    assert status(*([name] if name else []), "--help") == 0
    shown = capsys.readouterr().out
    assert f"  tui-trainer{' ' + name if name else ''}" in shown.split("Example")[1]


def test_the_readme_tells_of_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in cli.app.commands:
        assert f"`tui-trainer {name}" in readme


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--nonsense"],
        ["nonsense"],
        ["run", "stray"],
        ["run", "--json"],
        ["run", "--from", "latest"],
        ["run", "--stage", "feedback"],
        ["run", "--keep-picks"],
        ["run", "--from", "latest", "--stage", "frozen"],
        ["run", "--from", "latest", "--stage", "feedback", "--seed", "1"],
        ["run", "--from", "latest", "--stage", "feedback", "--preset", "quick"],
        ["compare", "--stage", "raw"],
        ["run", "--seed", "-1"],
        ["run", "--preset", "huge"],
        ["--seed", "1", "runs"],
        ["train"],
        ["train", "--data", "x", "--seconds", "nan"],
        ["train", "--data", "x", "--target-loss", "0"],
        ["replay", "--speed", "0"],
        ["replay", "--speed", "nan"],
        ["preferences", "room", "--noise", "nan"],
        ["chat", "--stage", "raw"],
        ["experiment", "nonsense"],
        ["crawl"],
        ["crawl", "http://a.example/", "--tiny-web"],
        ["crawl", "--tiny-web", "1"],
        ["crawl", "--delay", "nan"],
        ["run", "--runs", ""],
        ["run", "--config", ""],
        ["chat", "--notes", ""],
        ["preferences", "import", ""],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: Capture) -> None:
    assert status(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(r"tui-trainer: \S.*[;?] `tui-trainer.* --help` tells what there is\n", shown.err)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--record", "x.cast"], "needs a terminal.*--headless"),
        (["run", "--headless", "--set", "no.such=1"], "no setting 'no.such'"),
        (["run", "--headless", "--set", "pretrain.steps=-1"], "pretrain.steps takes a whole number from 0"),
        (["run", "--headless", "--config", "/no/such.toml"], "/no/such.toml"),
        (["run", "--headless", "--data", "/no/such/text"], "/no/such/text"),
        (["train", "--data", "/no/such/text"], "/no/such/text"),
        (["data", "--data", "/no/such/text"], "/no/such/text"),
        (["attach"], "no runs"),
        (["replay", "some"], "no runs"),
        (["resume", "some"], "no runs"),
        (["eval", "some"], "no runs"),
        (["chat", "some"], "no runs"),
        (["runs", "some"], "no runs"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(
    arguments: list[str], said: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TRAINER_RUNS", str(tmp_path / "none"))
    assert status(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("tui-trainer: ")
    assert re.search(said, shown.err)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("arguments", [[], ["run"]])
@pytest.mark.parametrize("term", ["dumb", "unknown", "xterm-256color"])
def test_without_a_terminal_it_is_told_line_by_line_and_that_is_said(
    arguments: list[str], term: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[RunFolder] = []
    monkeypatch.setenv("TUI_TRAINER_RUNS", str(tmp_path))
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(training, "_follow", lambda folder, _: followed.append(folder))
    if term != "xterm-256color":
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    assert status(*arguments) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "line by line, as with --headless, and nobody is asked to pick" in said
    assert f"TERM={term}" in said or ("needs a terminal" in said and term == "xterm-256color")
    assert followed[0].plan.settings.feedback.rater == "polite"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a file", "it is not a folder"),
        ("a file/below", "Not a directory"),
        ("a" * 5000, "File name too long"),
        ("~no-such-person/runs", "home directory"),
    ],
)
@pytest.mark.parametrize(
    "command", [("runs",), ("runs", "some"), ("run", "--headless"), ("experiment", "taste")], ids=" ".join
)
def test_what_can_be_no_folder_of_runs_is_named(
    command: tuple[str, ...],
    name: str,
    says: str,
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.chdir(tmp_path)
    assert status(*command, "--runs", name) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and says in shown.err
    assert shown.err.count("\n") == 1 and shown.err.startswith("tui-trainer: ")


def test_foreign_names_cannot_reach_the_terminal(capsys: Capture) -> None:
    assert status("data", "--data", "/no/\x1b]52;c;eA==\x07such") == 2
    assert "\x1b" not in capsys.readouterr().err


def test_settings_lists_each_with_the_value_it_would_have(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[finetune]\nsteps = 7\n", "utf-8")
    monkeypatch.setenv("TUI_TRAINER_MODEL_LAYERS", "5")
    arguments = ["settings", "--preset", "quick", "--config", str(config), "--set", "feedback.beta=0.3"]
    assert status(*arguments, "--json") == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(listed) == [d.name for d in describe()]
    assert listed["finetune.steps"]["value"] == 7
    assert listed["model.layers"]["value"] == 5
    assert listed["feedback.beta"]["value"] == 0.3
    assert listed["pretrain.steps"]["value"] == PRESETS["quick"]["pretrain.steps"]
    assert status(*arguments) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == len(listed) + 1
    assert all(line.startswith(name) for line, name in zip(shown[1:], listed, strict=True))


def test_own_settings_file_is_read(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path))
    (tmp_path / "settings.toml").write_text("pretrain.steps = 11", "utf-8")
    assert status("settings", "--json") == 0
    listed = {row["name"]: row["value"] for row in json.loads(capsys.readouterr().out)}
    assert listed["pretrain.steps"] == 11
    (tmp_path / "settings.toml").write_text("pretrain.steps = ", "utf-8")
    assert status("settings") == 2
    assert "settings.toml" in capsys.readouterr().err


def test_runs_are_listed_newest_first(capsys: Capture, tmp_path: Path) -> None:
    assert status("runs", "--runs", str(tmp_path)) == 0
    assert "no runs" in capsys.readouterr().out
    made = [create(tmp_path, Plan(Settings(), seed=seed)).id for seed in (4, 5)]
    assert status("runs", "--runs", str(tmp_path), "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["run"] for run in listed] == made[::-1]
    assert [run["seed"] for run in listed] == [5, 4]
    assert not any(run["running"] or run["ended"] for run in listed)
    assert status("runs", "--runs", str(tmp_path)) == 0
    shown = capsys.readouterr().out
    assert all(run in shown for run in made)


def test_a_text_whose_name_is_no_utf8_can_be_no_part_of_a_run(capsys: Capture, tmp_path: Path) -> None:
    text = tmp_path / os.fsdecode(b"caf\xe9.txt")
    text.write_text("text")
    assert status("run", "--headless", "--data", str(text), "--runs", str(tmp_path / "runs")) == 2
    assert "caf<DCE9>.txt is not UTF-8" in capsys.readouterr().err
    assert list_runs(tmp_path / "runs") == [] and list((tmp_path / "runs").iterdir()) == []


def test_the_data_option_takes_what_a_shell_makes_of_a_pattern(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt", "c.txt")]
    for path in paths:
        path.write_text("text", "utf-8")
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(training, "_run_headless", lambda plan, *_: asked.append(plan.data))
    for given in (["--data", *map(str, paths)], [part for path in paths for part in ("--data", str(path))]):
        assert status("run", "--headless", *given) == 0
    assert asked == [tuple(str(path.resolve()) for path in paths)] * 2


def test_version(capsys: Capture) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert status("--version") == 0
    assert capsys.readouterr().out.strip() == project["version"]


def test_no_run_is_left_behind_by_any_of_this() -> None:
    assert list_runs(runs_directory()) == []
