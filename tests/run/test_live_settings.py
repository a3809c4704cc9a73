"""What can be turned, and to what."""

import pytest

from tui_trainer.run import live_settings
from tui_trainer.run.live_settings import is_later
from tui_trainer.settings import Settings, describe


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("feedback.beta", 0.5, None),
        ("feedback.beta", 0, None),
        ("feedback.beta", -0.1, "takes a number from 0 to 10, not -0.1"),
        ("feedback.beta", float("nan"), "takes a number"),
        ("feedback.beta", float("inf"), "takes a number"),
        ("feedback.picks", 30, None),
        ("feedback.picks", 30.5, "whole number"),
        ("feedback.picks", float("nan"), "whole number"),
        ("pretrain.matrix_lr", 0, "takes a number"),
        ("pretrain.batch", 1024, None),
        ("pretrain.batch", 1025, "takes a whole number from 1 to 1024, not 1025"),
        ("pretrain.batch", 1e300, "takes a whole number from 1 to 1024"),
        ("pretrain.steps", 1e9, "takes a whole number from 0 to 1000000"),
        ("feedback.prompts", 1e9, "takes a whole number from 1 to 1024"),
        ("data.mixture.web", 3, None),
        ("data.tokenizer", 1, "can't be changed"),
        ("data.filters", 1, "can't be changed"),
        ("nothing", 1, "there is no setting 'nothing'"),
        ("", 1, "there is no setting ''"),
    ],
)
def test_check(name, value, says):
    error = live_settings.check(name, value)
    assert error is None if says is None else error is not None and says in error


def test_turned_keeps_types_and_order():
    settings = live_settings.turned(
        Settings(),
        [("feedback.picks", 30.0), ("feedback.beta", 1), ("feedback.beta", 2), ("data.mixture.web", 0)],
    )
    assert settings.feedback.picks == 30 and isinstance(settings.feedback.picks, int)
    assert settings.feedback.beta == 2 and settings.data.mixture.web == 0
    assert live_settings.turned(Settings(), []) == Settings()


def test_later_stages():
    assert is_later("feedback.beta", "pretrain") and is_later("pretrain.steps", "data")
    assert not is_later("pretrain.steps", "pretrain") and not is_later("pretrain.steps", "frozen")
    assert is_later("data.mixture.web", "data") and not is_later("data.documents", "data")
    assert not is_later("model.width", "data") and not is_later("run.threads", "data")


def test_every_count_has_a_bound_that_holds_live_too():
    for description in describe():
        if isinstance(description.default, int | float) and not isinstance(description.default, bool):
            assert description.low is not None and description.high is not None, description.name
            assert live_settings.check(description.name, description.high) is None
            assert live_settings.check(description.name, description.high + 1) is not None
