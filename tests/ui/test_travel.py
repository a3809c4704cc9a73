"""Going back in the run: every pane shows that moment, and one key returns."""

from pathlib import Path

import pytest
import recorded
from test_fold import folded, plain
from watching import opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.ui.run_files.past_state import state_at
from tui_trainer.view.moments import KEPT, Moment, Moments

RECORDS = recorded.records(simulated=True)


def test_a_past_state_is_the_fold_of_its_records(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", RECORDS)
    for position in (1, 700, len(RECORDS)):
        assert plain(state_at(folder, position)) == plain(folded([RECORDS[:position]]))
    assert state_at(folder, len(RECORDS) + 5).records == len(RECORDS)


def test_the_moments_are_the_evaluations_the_picks_and_the_frozen_weights() -> None:
    moments = folded([RECORDS]).moments.kept
    kinds = [moment.what for moment in moments]
    assert kinds.count("frozen") == 3 and kinds.count("pick") == 24 and kinds[0] == "corpus"
    first = next(moment for moment in moments if moment.what == "evaluation" and moment.step == 25)
    # With the samples and pictures that belong to the evaluation, and not a step more.
    assert isinstance(RECORDS[first.position - 1].event, e.WeightsPictured)


def test_many_moments_are_thinned_and_the_frozen_weights_stay() -> None:
    moments = Moments()
    for step in range(5000):
        moments.mark(Moment(step, "pretrain", step, "evaluation"))
    moments.mark(Moment(5001, "pretrain", 0, "frozen"))
    assert len(moments) <= KEPT + 1 and moments.kept[-1].what == "frozen"
    positions = [moment.position for moment in moments.kept]
    assert positions == sorted(positions) and moments.kept[0].position == 0


async def test_all_panes_go_back_and_return(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, pilot):
        moments = app.scene.now.moments.kept
        wanted = next(i for i, m in enumerate(moments) if m.stage == "pretrain" and m.step == 50)
        app.travel.target = wanted + 1
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: app.scene.past_at == wanted)
        app.tick()
        screen = shown(app)
        assert "‹ past" in screen and "step 50 of pretrain" in screen and "0 returns to now" in screen
        assert "at step 50 of pretrain" in text_of(app.dashboard.chat.conversation)
        assert "it was this" in text_of(app.dashboard.pane(4))
        assert "step 50" in text_of(app.dashboard.pane(3))
        await pilot.press("0")
        await until(pilot, lambda: app.scene.past is None)
        app.tick()
        assert "‹ past" not in shown(app) and "before" in text_of(app.dashboard.pane(4))


async def test_nobody_picks_in_the_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from watching import FakeControl

    from tui_trainer.messages.commands import Pick

    asking = recorded.until(RECORDS, e.PairOffered, 5)
    async with opened(tmp_path, monkeypatch, asking) as (app, pilot):
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: app.scene.past is not None)
        await pilot.press("a")
        assert not any(isinstance(command, Pick) for command in FakeControl.last.sent)
        await pilot.press("0", "a")
        await until(pilot, lambda: Pick(4, "a") in FakeControl.last.sent)
