"""Sizes, live resizing, colors, and that what has not changed is not sent."""

from pathlib import Path

import pytest
import recorded
from textual._compositor import CompositorUpdate
from watching import opened, shown, until

from tui_trainer.messages import events as e
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.keys import BY_NAME
from tui_trainer.view.fold import apply, apply_all

RECORDS = recorded.records(simulated=True)
MOMENTS = {
    "nothing": RECORDS[:0],
    "planned": RECORDS[:2],
    "data": recorded.until(RECORDS, e.FilterApplied, 4),
    "pretrain": recorded.until(RECORDS, e.Guessed, 130),
    "finetune": recorded.until(RECORDS, e.Guessed, 130, stage="finetune"),
    "asking": recorded.until(RECORDS, e.PairOffered, 4),
    "picked": recorded.until(RECORDS, e.RewardModelFitted, 4),
    "reinforcing": recorded.until(RECORDS, e.Reinforced, 20),
    "before or after": recorded.until(recorded.records(), e.PairOffered, 2, blind=True),
    "done": RECORDS,
}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_every_moment_at_every_size(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, MOMENTS[moment]) as (app, pilot):
        for size in ((200, 60), (120, 40), (110, 32), (109, 31), (80, 24), (60, 15)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for number in range(1, 6):
                app.dashboard.go(number, guided=True)
                await pilot.pause()
                rows = shown(app).split("\n")
                assert len(rows) == size[1] and {len(row) for row in rows} <= {size[0]}, (size, number)
                assert "data" in rows[0] and "frozen" in rows[0]


async def test_too_small_is_said_and_recovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, MOMENTS["pretrain"]) as (app, pilot):
        await pilot.resize_terminal(50, 12)
        await until(pilot, lambda: "needs 60×15" in shown(app).replace("\n", " "))
        assert "Training goes on" in " ".join(shown(app).split())
        for size in ((1, 1), (3, 2), (59, 15), (60, 14)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "1 Dataset" in shown(app) and "layer 1 query" in shown(app))


async def test_resizing_at_any_rate_does_not_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, MOMENTS["reinforcing"]) as (app, pilot):
        for step in range(60):
            app.post_message(_resize(20 + step * 37 % 190, 8 + step * 11 % 60))
            if step % 7 == 0:
                app.tick()
                await pilot.pause()
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "2 Loss" in shown(app) and "reward" in shown(app))


def _resize(width: int, height: int) -> object:
    from textual.events import Resize
    from textual.geometry import Size

    return Resize(Size(width, height), Size(width, height))


async def test_zoom_gives_the_screen_and_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, MOMENTS["pretrain"]) as (app, pilot):
        await pilot.press("2", "z")
        await until(pilot, lambda: "[2 Loss]" in shown(app))
        assert app.dashboard.pane(2).size.width > 110 and "4 Rater ─" not in shown(app)
        await pilot.press("tab")
        await until(pilot, lambda: "[3 Weights]" in shown(app))
        await pilot.press("z")
        await until(pilot, lambda: "4 Rater ─" in shown(app))


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (109, 40)])
async def test_where_each_pane_stands_alone_no_zoom_is_offered(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, MOMENTS["pretrain"], size=size) as (app, pilot):
        await pilot.press("2", "z")
        assert not app.dashboard.zoomed and not BY_NAME["zoom"].when(app.scene) and "zoom" not in shown(app)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: BY_NAME["zoom"].when(app.scene))
        await pilot.press("z")
        await until(pilot, lambda: app.dashboard.zoomed)
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: not app.scene.roomy)
        await pilot.press("escape")  # of what is not to be seen, nothing is undone unseen
        assert app.dashboard.zoomed


async def test_a_pane_that_comes_back_shows_what_is_so_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its first frame on: while it was not seen nobody has followed it."""
    async with opened(tmp_path, monkeypatch, MOMENTS["data"], size=(80, 24)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "No loss yet." in shown(app))
        await pilot.press("5")
        await until(pilot, lambda: "Nobody to talk to yet." in shown(app))
        await pilot.press("1")
        await until(pilot, lambda: "exact copies" in shown(app))
        monkeypatch.setattr(app, "tick", lambda: None)
        apply_all(app.scene.state, MOMENTS["pretrain"][app.scene.state.records :])
        await pilot.press("2")
        await pilot.pause()
        assert "No loss yet." not in shown(app) and "chance" in shown(app)
        await pilot.press("5")
        await pilot.pause()
        assert "Nobody to talk to yet." not in shown(app) and "what it writes" in shown(app)


async def test_small_screens_follow_the_stage_until_one_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, MOMENTS["data"], size=(80, 24)) as (app, pilot):
        assert app.dashboard.current == 1
        apply_all(app.scene.state, MOMENTS["pretrain"][app.scene.state.records :])
        app.tick()
        assert app.dashboard.current == 2
        await pilot.press("3")
        apply_all(app.scene.state, MOMENTS["asking"][app.scene.state.records :])
        app.tick()
        assert app.dashboard.current == 3


@pytest.mark.parametrize("no_color", [True, False])
async def test_without_color_everything_is_still_there(
    no_color: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    async with opened(tmp_path, monkeypatch, MOMENTS["pretrain"]) as (app, _):
        if no_color:
            assert app.scene.ink.mode == "none"
            colors = {
                segment.style.color.name
                for strip in app.screen._compositor.render_strips(app.screen.size)
                for segment in strip.apply_filter(app._filters[-1], app.screen.background_colors[1])
                if segment.style is not None and segment.style.color is not None
            }
            assert colors <= {"default"}
        screen = shown(app)
        assert "▶ pretrain" in screen and "✓ data" in screen and "▸  rabbit" in screen


async def test_what_has_not_changed_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def display(app: TrainerApp, screen: object, renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate):
            written.append(renderable.render_segments(app.console))

    monkeypatch.setattr(TrainerApp, "_display", display)
    async with opened(tmp_path, monkeypatch, MOMENTS["pretrain"]) as (app, pilot):
        assert sum(map(len, written)) > 4000  # the first frame is seen here, so nothing else is missed
        now = 1000.0
        app.scene.clock = lambda: now
        for _ in range(5):
            now += 1.0
            app.tick()
            await pilot.pause()
        written.clear()
        for _ in range(20):
            now += 1.0
            app.tick()
            await pilot.pause()
        assert written == []
        state = app.scene.state
        step = next(r for r in RECORDS[state.records :] if isinstance(r.event, e.Stepped))
        apply(state, step)
        app.tick()
        await pilot.pause()
        assert 0 < sum(map(len, written)) < 1200  # one step: some digits and a cell of the curve
