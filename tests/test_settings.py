"""Settings: where they come from, which one wins, and what is said of a wrong one."""

import os
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.settings import PRESETS, RENAMED, Settings, SettingsError, describe, load, of_today


def test_the_last_source_wins(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[pretrain]\nsteps = 2\nbatch = 3\n[data.mixture]\nbooks = 4\n")
    environ = {"TUI_TRAINER_PRETRAIN_STEPS": "5", "TUI_TRAINER_MODEL_LAYERS": "6", "HOME": "/"}
    settings = load("quick", ["model.layers=7"], file, environ)
    assert settings.data.documents == PRESETS["quick"]["data.documents"]
    assert (settings.pretrain.steps, settings.pretrain.batch) == (5, 3)
    assert (settings.data.mixture.books, settings.model.layers) == (4.0, 7)


def test_demo_is_the_defaults_and_every_preset_is_valid() -> None:
    assert load("demo", environ={}) == Settings()
    for preset in PRESETS:
        load(preset, environ={})


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("pretrain.stepz=1", "no setting"),
        ("pretrain.steps=many", "whole number from 0"),
        ("model.context=7", "from 32 to 2048"),
        ("feedback.rater=me", "person, polite"),
        ("data.filters=perhaps", "true or false"),
        ("model.heads=7", "multiple of model.heads"),
        ("pretrain", "name=value"),
        ("pretrain.batch=1025", "a whole number from 1 to 1024, not '1025'"),
        ("pretrain.steps=1000001", "a whole number from 0 to 1000000"),
        ("pretrain.steps=" + "9" * 5000, "a whole number from 0 to 1000000, not '999"),
        ("feedback.beta=nan", "a number from 0 to 10"),
    ],
)
def test_a_wrong_setting_is_one_line_that_says_what_it_takes(assignment: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(assignments=[assignment], environ={})
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_a_setting_is_taken_by_its_old_name(tmp_path: Path, old: str, new: str) -> None:
    field = new.partition(".")[2]
    default = getattr(Settings().feedback, field)
    given = not default if isinstance(default, bool) else default + 1
    file = tmp_path / "settings.toml"
    file.write_text(f"{old} = {str(given).lower()}\n")
    environ = {f"TUI_TRAINER_{old.replace('.', '_').upper()}": str(given).lower()}
    for loaded in (
        load(assignments=[f"{old}={given}".lower()], environ={}),
        load(file=file, environ={}),
        load(environ=environ),
    ):
        assert getattr(loaded.feedback, field) == given
    tree = msgspec.to_builtins(Settings())
    tree["feedback"][old.partition(".")[2]] = tree["feedback"].pop(field)
    assert msgspec.convert(of_today(tree), Settings) == Settings()


def test_numbers_may_begin_with_a_point() -> None:
    assert load(assignments=["pretrain.matrix_lr=.03"], environ={}).pretrain.matrix_lr == 0.03


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"[pretrain", "Expected ']'"),
        (b"pretrain = 3", "no setting 'pretrain'"),
        (b"[nothing]\nx = 1", "no setting 'nothing.x'"),
        (b"x = " + b"[" * 1500 + b"]" * 400, "nested too deeply"),
        (b"a." * 900 + b"a = 1", "no setting|nested too deeply"),
        (b"a." * 1500 + b"a = 1", "a line has more than"),
        (b"#" * 70_000, "more than the 65,536 bytes"),
        (b"pretrain.steps = " + b"9" * 1900, "pretrain.steps takes a whole number from 0 to 1000000"),
        (b"pretrain.steps = 0x" + b"f" * 1900, "pretrain.steps takes .*, not a number as long as that"),
        (b"feedback.beta = nan", "feedback.beta takes a number from 0 to 10, not nan"),
        (b"feedback.beta = inf", "feedback.beta takes a number from 0 to 10, not inf"),
        (b"feedback.beta = 2020-01-01", "feedback.beta takes a number"),
        (b"pretrain.steps = [[1]]", "pretrain.steps takes a whole number"),
        (b"\xff\xfe[pretrain]", "not UTF-8"),
    ],
    ids=range(14),
)
def test_a_wrong_file_is_one_line(tmp_path: Path, text: bytes, says: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text)
    with pytest.raises(SettingsError, match=says) as caught:
        load(file=file, environ={})
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.toml", "No such file"),
        (".", "Is a directory"),
        ("/dev/zero", "more than the 65,536 bytes"),
        ("pipe", "nobody wrote into it"),
        ("a" * 5000, "File name too long"),
        ("nul\0", "null byte"),
    ],
)
def test_what_is_no_file_is_one_line(
    tmp_path: Path, name: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_trainer.files.PIPE_SECONDS", 0)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match=says) as caught:
        load(file=tmp_path / name, environ={})
    assert "\n" not in str(caught.value)


def test_a_pipe_that_is_written_to_is_read(tmp_path: Path) -> None:
    """As a shell's `--config <(...)` makes one."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[b"pretrain.steps = 7\n"])
    writer.start()
    assert load(file=tmp_path / "pipe", environ={}).pretrain.steps == 7
    writer.join()


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xef\xbb\xbfpretrain.steps = 7\r\n")
    assert load(file=file, environ={}).pretrain.steps == 7


@given(st.text(max_size=30))
def test_no_assignment_raises_anything_else(assignment: str) -> None:
    try:
        load(assignments=[assignment], environ={})
    except SettingsError as error:
        assert str(error)


def test_every_setting_is_described_and_survives_json() -> None:
    for description in describe():
        assert description.help, description
        value = description.default
        if description.low is not None:
            assert value >= description.low, description
        if description.high is not None:
            assert value <= description.high, description
    settings = load("full", environ={})
    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings
