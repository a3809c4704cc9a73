"""The next version in the app: what it would take, and what both versions know."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import recorded
from watching import opened, shown, until

from tui_trainer.console import versions as printed
from tui_trainer.messages.events import RunEnded
from tui_trainer.messages.versions import Order, Row, Share, Told, Version, Versions
from tui_trainer.run import client
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder, list_runs
from tui_trainer.run.storage.plan import Release
from tui_trainer.settings import FIRST_CUTOFF
from tui_trainer.ui.screens.runs import versions
from tui_trainer.ui.screens.runs.versions import VersionsScreen

YEAR = FIRST_CUTOFF + 1


def whole() -> list[Any]:
    found = recorded.records()
    assert isinstance(found[-1].event, RunEnded)
    return found


def of(first: str, second: str) -> Versions:
    def row(name: str, a: float, b: float, facts: int, wordings: int) -> Row:
        gained = Share(b - a, (b - a - 0.04, b - a + 0.04)) if wordings == 1 else None
        shares = [Share(x, (max(0.0, x - 0.08), min(1.0, x + 0.08))) for x in (a, b)]
        return Row(name, facts, facts * wordings, shares[0], shares[1], gained)

    rows = (
        row("old/knows", 0.886, 0.873, 158, 1),
        row("old_outsider/knows", 0.693, 0.68, 352, 1),
        row("new/knows", 0.02, 0.81, 31, 3),
        row("new_outsider/knows", 0.0, 0.62, 31, 4),
        row("new/doesnt_know", 0.93, 0.04, 31, 3),
        row("new_outsider/doesnt_know", 0.85, 0.1, 31, 4),
        row("after/doesnt_know", 0.96, 0.94, 80, 1),
    )
    return Versions(
        Version(first, 1, FIRST_CUTOFF, "aligned", "ab" * 32, 1_540_000, 1.57e13, 371.0),
        Version(second, 2, YEAR, "aligned", "cd" * 32, 1_540_000, 1.57e13, 368.0),
        rows,
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_frozen_model_is_followed_by_the_next_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    launched: list[RunFolder] = []
    monkeypatch.setattr(client, "launch", lambda folder, **_: launched.append(folder))
    async with opened(tmp_path, monkeypatch, whole(), mode="control", size=size) as (app, pilot):
        (here := app.scene.folder).weights("tuned").parent.mkdir(exist_ok=True)
        here.weights("tuned").touch()
        await pilot.press("escape", "V")
        await until(pilot, lambda: isinstance(app.screen, VersionsScreen))
        screen = shown(app)
        assert f"read up to {FIRST_CUTOFF}" in screen and "n trains version 2" in screen
        await pilot.press("n")
        await until(pilot, lambda: bool(launched))
    new = launched[0].plan
    assert new.release == Release(here.id, 2) and new.settings.data.cutoff == YEAR
    assert list_runs(here.path.parent)[0].id == launched[0].id


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_both_versions_stand_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    orders: list[Order] = []

    async def compare(_: str, order: Order, kind: object) -> Told:
        orders.append(order)
        return Told(of(Path(order.first).name, Path(order.second).name))

    monkeypatch.setattr(versions, "ask", compare)
    async with opened(tmp_path, monkeypatch, whole(), mode="control", size=size) as (app, pilot):
        here = app.scene.folder
        here.weights("tuned").parent.mkdir(exist_ok=True)
        here.weights("tuned").touch()
        plan = msgspec.structs.replace(here.plan, release=Release(here.id, 2))
        after = folders.create(here.path.parent, plan)
        after.events.write_bytes(here.events.read_bytes())
        await pilot.press("escape", "V")
        await until(pilot, lambda: "computing, all stages" in shown(app) or bool(orders))
        await until(pilot, lambda: "version 1, to 2019" in shown(app))
        text = [row.text for row in app.screen.rows(app.screen.page.size.width)]
        assert all(len(row) <= app.screen.page.size.width for row in text)
        assert orders == [Order(str(here.path), str(after.path))]
        said = "\n".join(text)
        assert "89 % (81–97)" in said and "-1 (-5 to +3)" in said and f"new in {YEAR}" in said
        assert "1.57e" not in said and "15.7T" in said and "6:11" in said and "this run" in said
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, VersionsScreen))


def test_the_console_has_the_same_figures() -> None:
    text = printed.text(of("one\x1b[31m", "two"))
    assert "\x1b" not in text and "version 2: two, aligned, read up to 2020" in text
    for said in ("89 % (81–97)", "-1 (-5 to +3)", "new in 2020: says it can't know", "15.7T", "6:11"):
        assert said in text
    assert max(map(len, text.splitlines())) <= 110


async def test_who_can_have_no_next_version_has_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, whole()[:-1], mode="control") as (app, pilot):
        await pilot.press("escape", "V")
        await pilot.pause()
        assert not isinstance(app.screen, VersionsScreen)


def test_plans_are_read_as_they_are_written(tmp_path: Path) -> None:
    plan = msgspec.structs.replace(plans.make(plans.Settings()), release=Release("one", 2))
    (tmp_path / "plan.json").write_bytes(plans.encode(plan))
    assert plans.load(tmp_path / "plan.json") == plan
