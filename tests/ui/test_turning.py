"""Settings that are turned while the run goes on: which there are, how far a key turns, what comes of it."""

from pathlib import Path

import pytest
import recorded
from test_actions import scene_at
from watching import FakeControl, opened, shown, text_of, until

from tui_trainer.messages.commands import Turn
from tui_trainer.messages.events import VERSION, KnobTurned, Record, Reinforced
from tui_trainer.run import live_settings
from tui_trainer.settings import LIVE, describe
from tui_trainer.ui.renderers import curves
from tui_trainer.ui.renderers.axes import View
from tui_trainer.ui.screens.runs.turning import Turning
from tui_trainer.view.fold import apply
from tui_trainer.view.turning import share, turned

RECORDS = recorded.records(simulated=True)
PRETRAINING = recorded.until(RECORDS, recorded.e.Stepped, 130)
BY_NAME = {setting.name: setting for setting in describe()}


def test_what_may_be_turned_is_of_this_stage_and_of_those_to_come() -> None:
    names = {
        stage: [setting.name for setting in live_settings.live(stage)]
        for stage in ("data", "finetune", "frozen")
    }  # type: ignore[arg-type]
    assert names["data"][0] == "pretrain.matrix_lr" and "data.mixture.books" in names["data"]
    assert names["finetune"][0] == "finetune.matrix_lr" and "feedback.beta" in names["finetune"]
    assert not any(name.startswith(("pretrain", "data")) for name in names["finetune"])
    assert names["frozen"] == []
    assert all(name[-1] == "." or name in BY_NAME for live in LIVE.values() for name in live)


@pytest.mark.parametrize(
    ("name", "value", "up", "down"),
    [
        ("pretrain.matrix_lr", 0.02, 0.03, 0.015),
        ("pretrain.matrix_lr", 1.0, 1.0, 0.7),
        ("pretrain.matrix_lr", 1e-4, 1.5e-4, 1e-4),
        ("pretrain.steps", 880, 900, 850),
        ("feedback.steps", 36, 37, 35),
        ("feedback.beta", 0.1, 0.15, 0.07),
        ("feedback.beta", 0.01, 0.015, 0.0),
        ("feedback.beta", 0.0, 0.01, 0.0),
        ("feedback.beta", 10.0, 10.0, 7.0),
        ("feedback.facts_limit", 0.05, 0.07, 0.03),
        ("feedback.turn_anyway", 0.0, 1.0, 0.0),
        ("data.mixture.books", 1.5, 1.75, 1.25),
        ("data.mixture.books", 0.0, 0.25, 0.0),
    ],
)
def test_a_key_turns_to_the_next_round_number(name: str, value: float, up: float, down: float) -> None:
    setting = BY_NAME[name]
    assert turned(setting, value, 1) == pytest.approx(up) and turned(setting, value, -1) == pytest.approx(
        down
    )
    assert live_settings.check(name, turned(setting, value, 1)) is None
    assert live_settings.check(name, turned(setting, value, -1)) is None


@pytest.mark.parametrize("stage", ["pretrain", "finetune", "feedback"])
def test_every_setting_can_be_turned_to_both_ends_of_its_bar(stage: str) -> None:
    for setting in live_settings.live(stage):  # type: ignore[arg-type]  # a stage's name
        value = float(setting.default)
        for by, end in ((1, 1.0), (-1, 0.0)):
            seen = [value]
            while len(seen) < 1500 and turned(setting, seen[-1], by) != seen[-1] and seen[-1] < 2000:
                seen.append(turned(setting, seen[-1], by))
            assert all(0 <= share(setting, each) <= 1 for each in seen)
            for each in (seen[len(seen) // 2], seen[-1]):
                assert live_settings.check(setting.name, each) is None, setting.name
            assert seen[-1] >= 2000 or share(setting, seen[-1]) == pytest.approx(end), setting.name


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_turn_and_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    async with opened(tmp_path, monkeypatch, PRETRAINING, size=size) as (app, pilot):
        await pilot.press("7")
        await until(pilot, lambda: isinstance(app.screen, Turning))
        sheet = app.screen
        assert isinstance(sheet, Turning)
        text = text_of(sheet.page)
        assert "▸ pretraining learning rate" in text and "How large a nudge of the" in text
        assert "It takes" in text and "now 0.02" in text
        assert size[1] < 24 or "loss" in text
        if size[1] >= 40:  # the steps just made, not those of a stage to come
            assert any(0x2800 < ord(sign) < 0x2900 for sign in text)
        await pilot.press("right")
        await until(pilot, lambda: FakeControl.last.sent[-1:] == [Turn("pretrain.matrix_lr", 0.03)])
        await until(pilot, lambda: not app.scene.sent)
        apply(app.scene.now, Record(VERSION, 0, 1e9, 1.0, KnobTurned("pretrain.matrix_lr", 0.03)))
        app.tick()
        text = " ".join(text_of(sheet.page).split())
        assert "now 0.03" in text
        if size[1] >= 40:
            assert "pretraining learning rate: 0.03" in text and "instead of 0.02. Then loss" in text
        await pilot.press("backspace")
        await until(pilot, lambda: FakeControl.last.sent[-1] == Turn("pretrain.matrix_lr", 0.02))
        await pilot.press("enter", "ctrl+u", *"7x", "enter")
        await until(pilot, lambda: app.screen is sheet and "A number is wanted" in text_of(sheet.page))
        await pilot.press("enter", "ctrl+u", *"70", "enter")
        await until(pilot, lambda: app.screen is sheet and "Pretraining learning rate takes" in shown(app))


@pytest.mark.parametrize(("mode", "said"), [("view", "looking on"), ("replay", "a replay")])
async def test_who_can_turn_nothing_is_told_why(tmp_path, monkeypatch, mode, said) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, PRETRAINING, mode=mode) as (app, pilot):
        await pilot.press("7", "right")
        await until(pilot, lambda: isinstance(app.screen, Turning) and said in shown(app))


def test_where_something_was_turned_is_seen_on_the_curve() -> None:
    scene = scene_at(PRETRAINING)
    before = "\n".join(row.text for row in curves.draw(scene, curves.LOSS, 80, 16, View()))
    apply(scene.now, Record(VERSION, 0, 0, 0, KnobTurned("pretrain.matrix_lr", 0.5)))
    after = "\n".join(row.text for row in curves.draw(scene, curves.LOSS, 80, 16, View()))
    assert before.count("┊") == 0 and after.count("┊") > 8
    (turn,) = scene.now.turns
    assert (turn.stage, turn.step, turn.before) == ("pretrain", 130, 0.02)
    late = scene_at(recorded.until(RECORDS, Reinforced, 12))
    apply(late.now, Record(VERSION, 0, 0, 0, KnobTurned("feedback.kl", 0.5)))  # by its name of old
    assert late.now.turns[0].name == "feedback.beta" and late.now.turns[0].step == 12
    assert any("┊" in row.text for row in curves.draw(late, curves.REWARD, 80, 16))
