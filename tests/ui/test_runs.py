"""All runs in one list: which came from which, and what can be done with each."""

import shutil
from pathlib import Path

import msgspec
import pytest
import recorded
from watching import opened, shown, text_of, until

from tui_trainer.run import client, deleting, fork, stopping, unleashed
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.run_files.run_list import Listed, home, look, tree
from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen
from tui_trainer.ui.screens.runs.branch import Branch
from tui_trainer.ui.screens.runs.runs import DeleteRun, Runs

RECORDS = recorded.records(simulated=True)
HERE = "2026-03-21-1010-demo-s0"


@pytest.fixture
def beside(tmp_path: Path) -> RunFolder:
    """A finished run, with another one beside it that is off its leash."""
    own = recorded.write_run(tmp_path / "own", RECORDS)
    metrics = {
        "tuned/recall_outsider": {"value": 0.93},
        "aligned/recall_outsider": {"value": 0.92},
        "aligned/bits_per_byte": {"value": 0.3146},
    }
    own.report.write_bytes(msgspec.json.encode({"metrics": metrics}))
    plan = fork.plan_of(own, "feedback", unleashed.assignments(False), True)
    return fork.begin(own, plan)


def test_a_tree_has_each_run_under_the_one_it_goes_on_from() -> None:
    def run(name: str, source: str | None = None) -> Listed:
        return Listed(RunFolder(f"/nowhere/{name}"), source)

    runs = [run("e", "b"), run("d", "a"), run("c"), run("b", "a"), run("a"), run("f", "gone")]
    rows = [f"{row.branch}{row.folder.id}" for row in tree(runs)]
    assert rows == ["c", "a", "├ d", "└ b", "  └ e", "f"]
    circle = [run("x", "y"), run("y", "x"), run("z", "z")]
    assert sorted(row.folder.id for row in tree(circle)) == ["x", "y", "z"]


def test_a_run_is_told_from_its_ends(beside: RunFolder, tmp_path: Path) -> None:
    own = look(RunFolder(tmp_path / "own"))
    assert own.status is not None and own.status.ended and not own.lives and own.source is None
    assert own.figures == {
        "facts known": ("aligned/recall_outsider", 0.92),
        "bits/byte": ("aligned/bits_per_byte", 0.3146),
    }
    assert look(beside).source == "own" and look(beside).figures == {}
    beside.events.unlink()
    beside.events.mkdir()
    assert "can't be read" in look(beside).trouble


def test_one_key_leads_home(beside: RunFolder, tmp_path: Path) -> None:
    own, other = RunFolder(tmp_path / "own"), recorded.write_run(tmp_path / "other", [])
    assert home(own) is None
    found = home(own, other)
    assert found is not None and found.path == other.path
    found = home(beside, other)
    assert found is not None and found.path == own.path
    shutil.rmtree(own.path)
    found = home(beside, other)
    assert found is not None and found.path == other.path


async def _opened_list(app, pilot) -> Runs:  # type: ignore[no-untyped-def]
    await pilot.press("6")
    await until(pilot, lambda: isinstance(app.screen, Runs) and app.screen.looked)
    assert isinstance(app.screen, Runs)
    return app.screen


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_list_says_what_each_is(tmp_path, monkeypatch, beside, size) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS, alive=False, size=size) as (app, pilot):
        runs = await _opened_list(app, pilot)
        text = text_of(runs.page)
        assert f"└ {beside.id}" in text and "▸ " in text and f"{HERE} ◂" in text and "…" not in text
        assert runs.chosen is not None and runs.chosen.folder.id == HERE
        while runs.chosen.folder.id != beside.id:
            await pilot.press("down")
        text = " ".join(text_of(runs.page).split())
        assert "Goes on at feedback from own, with its 24 picks. Changed: no leash; no guard on facts" in text
        if size[1] > 20:
            assert "a quarter of the reinforcement learning rate" in text
        while runs.chosen.folder.id != "own":
            await pilot.press("up")
        text = " ".join(text_of(runs.page).split())
        assert "0.315" in text and "92 %" in text and "complete" in text


async def test_another_run_is_opened_and_left(tmp_path, monkeypatch, beside) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS, alive=False) as (app, pilot):
        runs = await _opened_list(app, pilot)
        while runs.chosen.folder.id != "own":  # type: ignore[union-attr]  # there are some
            await pilot.press("down" if runs.row == 0 else "up")
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value.id == "own" and app.farewell == "" and app.onward == ""


async def test_one_key_leads_back_to_ones_own_run(tmp_path, monkeypatch, beside) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS[:400]) as (app, pilot):
        await pilot.press("B")
        assert app.return_value is None  # there is none to go back to
        app.scene.home = RunFolder(tmp_path / "gone")
        await pilot.press("B")
        await until(pilot, lambda: any("is not a run" in told.message for told in app._notifications))
        assert app.return_value is None
        app.scene.home = RunFolder(tmp_path / "own")
        app.dashboard.redraw_frame()
        await until(pilot, lambda: " B  back to own " in shown(app))
        await pilot.press("B")
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value.id == "own" and "goes on training" in app.onward


async def test_a_run_is_gone_on_from_and_compared(tmp_path, monkeypatch, beside) -> None:  # type: ignore
    launched: list[RunFolder] = []
    monkeypatch.setattr(client, "launch", lambda folder, **_: launched.append(folder))
    monkeypatch.setattr(ComparisonScreen, "_ask", lambda self: None)
    async with opened(tmp_path, monkeypatch, RECORDS, alive=False) as (app, pilot):
        runs = await _opened_list(app, pilot)
        while runs.chosen.folder.id != "own":  # type: ignore[union-attr]
            await pilot.press("down" if runs.row == 0 else "up")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ComparisonScreen))
        assert app.screen.other_name() == f"{HERE} and own"  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Runs))
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, Branch))
        assert "; of" in shown(app) and "│  own " in shown(app)
        await pilot.press("g")
        await until(pilot, lambda: launched)
        assert launched[0].plan.forked is not None and launched[0].plan.forked.source == "own"
        await until(pilot, lambda: app.return_value is not None)


async def test_nothing_is_deleted_by_a_slip(tmp_path, monkeypatch, beside) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS, alive=False) as (app, pilot):
        runs = await _opened_list(app, pilot)
        await pilot.press("d")
        assert "Open another one first" in text_of(runs.page)
        while runs.chosen.folder.id != "own":  # type: ignore[union-attr]
            await pilot.press("down" if runs.row == 0 else "up")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DeleteRun))
        assert "1 run went on from it" in " ".join(shown(app).split())
        await pilot.press("d", "enter", "1")  # two of them do nothing; the last keeps it
        await until(pilot, lambda: app.screen is runs)
        assert (tmp_path / "own").exists()
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DeleteRun))
        await pilot.press("2")
        await until(pilot, lambda: app.screen is runs and not (tmp_path / "own").exists())
        assert "u brings it back" in text_of(runs.page)
        await pilot.press("u")
        await until(pilot, lambda: (tmp_path / "own" / "plan.json").exists())
        await until(pilot, lambda: any(run.folder.id == "own" for run in runs.runs))
        while runs.chosen.folder.id != "own":  # type: ignore[union-attr]
            await pilot.press("down" if runs.row == 0 else "up")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DeleteRun))
        await pilot.press("2")
        await until(pilot, lambda: app.screen is runs and not (tmp_path / "own").exists())
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard and not deleting.left(tmp_path))


async def test_a_living_run_is_stopped_and_not_deleted(tmp_path, monkeypatch, beside) -> None:  # type: ignore
    asked: list[str] = []
    living = {"own": True}
    monkeypatch.setattr(stopping, "ask", lambda folder: bool(asked.append(folder.id)) or True)
    monkeypatch.setattr(stopping, "await_end", lambda folder, seconds: True)
    async with opened(tmp_path, monkeypatch, RECORDS, alive=False) as (app, pilot):
        monkeypatch.setattr(
            "tui_trainer.run.storage.lock.is_alive", lambda folder: living.get(folder.id, False)
        )
        runs = await _opened_list(app, pilot)
        while runs.chosen.folder.id != "own":  # type: ignore[union-attr]
            await pilot.press("down" if runs.row == 0 else "up")
        await pilot.press("d")
        assert "s stops it first" in text_of(runs.page)
        living.clear()
        await pilot.press("s")
        await until(pilot, lambda: asked == ["own"] and "has stopped" in text_of(runs.page))


async def test_who_looks_on_changes_nothing(tmp_path, monkeypatch, beside) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS, mode="view", alive=False) as (app, pilot):
        runs = await _opened_list(app, pilot)
        for key in ("f", "d"):
            runs.said = ""
            await pilot.press(key)
            await until(pilot, lambda: "looking on" in text_of(runs.page))
        assert (tmp_path / "own").exists()
