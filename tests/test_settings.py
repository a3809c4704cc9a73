"""Settings: where they come from, which one wins, and what is said of a wrong one."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.settings import PRESETS, Settings, SettingsError, describe, load


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
    ],
)
def test_a_wrong_setting_is_one_line_that_says_what_it_takes(assignment: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(assignments=[assignment], environ={})
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_numbers_may_begin_with_a_point() -> None:
    assert load(assignments=["pretrain.matrix_lr=.03"], environ={}).pretrain.matrix_lr == 0.03


@pytest.mark.parametrize("text", ["[pretrain", "pretrain = 3", "[nothing]\nx = 1"])
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(SettingsError):
        load(file=file, environ={})
    with pytest.raises(SettingsError):
        load(file=tmp_path / "missing.toml", environ={})


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
