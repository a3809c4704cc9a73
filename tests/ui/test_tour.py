"""The tour of the first run: a sentence a pane, once, and never in the way."""

from pathlib import Path

import pytest
import recorded
from rich.cells import cell_len
from test_actions import scene_at
from watching import caption, opened, shown, until

from tui_trainer.messages import events as e
from tui_trainer.ui import screen_settings as preferences
from tui_trainer.view.fold import apply
from tui_trainer.view.text import holds, wrap
from tui_trainer.view.tour import STOPS, told_on_tour
from tui_trainer.view.waits import Wait

TRAINING = recorded.until(recorded.records(), e.Guessed, 60)


def test_every_stop_fits_two_lines_at_eighty_columns() -> None:
    assert {stop.pane for stop in STOPS} == {1, 2, 3, 4, 5}
    for stop in STOPS:
        for said in filter(None, (stop.said, stop.waits)):
            rows = wrap(said, 80 - len("1/6") - 4)
            assert len(rows) <= 2 and max(map(cell_len, rows)) <= 80, said
        for said in filter(None, (stop.brief, stop.waits)):
            assert len(wrap(said, 60 - len("1/6") - 4)) <= 2, said


# The event with which each pane has what its stop speaks of.
SHOWS = (e.SourceRead, e.Validated, e.WeightsPictured, e.FilterApplied, e.Sampled)


@pytest.mark.parametrize(("number", "kind"), list(enumerate(SHOWS)))
def test_no_stop_speaks_of_what_is_not_there_yet(number: int, kind: type[e.Event]) -> None:
    records = recorded.until(recorded.records(), kind)
    scene = scene_at(records[:-1])
    scene.tour = number
    assert caption(scene)[1] == STOPS[number].waits != ""
    apply(scene.state, records[-1])
    assert caption(scene)[1] == STOPS[number].said


def test_what_is_waited_for_is_said_beside_what_is_there() -> None:
    state = scene_at(recorded.until(recorded.records(), e.SourceRead, 5)).now
    wait = Wait("Filters read all 6,310 documents.", 3, 6)
    forms = told_on_tour(state, 0, False, wait)
    whole = next(said for said in forms if holds(said, 80 - len("1/6") - 4, 2))
    assert "Welcome" in whole and wait.told in whole
    assert told_on_tour(state, 0, False, None)[0] == STOPS[0].said
    waits = told_on_tour(state, 0, True, wait)
    assert all(wait.told in said for said in waits[:-1]) and STOPS[1].waits in waits[0]


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_a_key_leads_through_the_panes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING, size=(80, 24)) as (app, pilot):
        assert not preferences.load_layout().toured
        app.dashboard.tour(0)
        for number, stop in enumerate(STOPS, 1):
            await until(pilot, lambda stop=stop: app.dashboard.current == stop.pane)
            await pilot.pause()
            text = shown(app)
            assert f" {number}/{len(STOPS)} {stop.said[:30]}" in text and "skip the tour" in text
            await pilot.press(key)
        assert app.scene.tour is None and app.dashboard.current == 2  # where this stage is looked at
        assert preferences.load_layout().toured
        assert "skip the tour" not in shown(app)


async def test_it_goes_on_once_there_is_something_to_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = recorded.until(recorded.records(), e.FilterApplied)
    async with opened(tmp_path, monkeypatch, records) as (app, pilot):
        app.scene.clock = lambda: 100.0
        app.scene.holding = True
        app.dashboard.tour(0)
        await pilot.press("enter")
        app.tick()
        await pilot.pause()
        assert app.scene.tour == 0 and "its first score" in " ".join(shown(app).split())
        for record in recorded.until(recorded.records(), e.Validated)[len(records) :]:
            apply(app.scene.now, record)
        app.tick()
        await until(pilot, lambda: app.scene.tour == 1 and app.dashboard.current == 2)
        assert not app.scene.onward
        await pilot.press("enter")  # on its way already when the tour went on by itself
        app.tick()
        assert app.scene.tour == 1 and not app.scene.onward
        app.scene.clock = lambda: 102.0
        await pilot.press("enter")
        await pilot.pause()
        assert app.scene.onward or app.scene.tour == 2


async def test_it_can_be_left_and_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await app.run_action("app.do('tour')")
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert app.scene.tour is None
        await pilot.press("l", "escape")  # the loss pane's own again
        assert app.dashboard.pane(2).view.cursor is None
        await app.run_action("app.do('tour')")
        assert app.scene.tour == 0


async def test_a_pair_that_waits_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = recorded.until(recorded.records(), e.PairOffered)
    async with opened(tmp_path, monkeypatch, asking) as (app, pilot):
        app.dashboard.tour(0)
        await until(pilot, lambda: app.scene.tour is None)
        assert "Your turn" in shown(app)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_what_is_to_be_said_first_covers_neither_the_welcome_nor_what_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING[:2], size=size) as (app, pilot):
        app.greeting = "A line for the person."
        app.dashboard.tour(0)
        for _ in range(2):
            app.tick()
            await pilot.pause()
            assert not app.screen.query("Toast") and app.greeting
        app.dashboard.tour(None)
        app.scene.arrived = -1e9  # it is waited for long
        app.tick()
        assert app.scene.wait is not None and app.greeting
        app.scene.arrived = app.scene.clock()
        app.tick()
        await until(pilot, lambda: app.screen.query("Toast"))
        assert not app.greeting
