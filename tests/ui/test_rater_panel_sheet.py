"""The room of raters on the screen: who is in it, and what it says."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import recorded
from test_actions import scene_at
from watching import opened, shown, until

from tui_trainer.messages.rater_panel import Annotator, Exam, Gathered, Order, RaterPanel
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Fork
from tui_trainer.serving import rater_panel as rating
from tui_trainer.ui.screens.rater import rater_panel as panel
from tui_trainer.ui.screens.rater.rater_panel import RaterPanelSheet, with_the_same_pairs


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_how_far_the_raters_agree(tmp_path: Path, monkeypatch, size) -> None:  # type: ignore[no-untyped-def]
    orders: list[Any] = []

    async def ask(module: str, order: Any, kind: type[Gathered]) -> Gathered:
        assert module == "tui_trainer.serving.rater_panel"
        orders.append(order)
        return msgspec.json.decode(rating.answer(msgspec.json.encode(order)), type=kind)

    monkeypatch.setattr(panel, "ask", ask)
    async with opened(tmp_path, monkeypatch, recorded.records(), size=size) as (app, pilot):
        await pilot.press("4", "M")
        await until(
            pilot, lambda: isinstance(app.screen, RaterPanelSheet) and app.screen.gathered is not None
        )
        await pilot.pause()
        text = shown(app)
        assert "Krippendorff's alpha" in text and "own model" in text and "picks" in text
        assert "24 pairs" in text or "pairs; models learn from" in text
        await pilot.press(*["pagedown"] * 3)
        assert "(simulated)" in shown(app)
        assert orders == [Order((str(app.scene.folder.path),))]
        await pilot.press("M")
        await until(pilot, lambda: app.screen is app.dashboard)


def exam(right: int, n: int) -> Exam:
    return Exam(right, n, right / n, None)


def test_who_is_outvoted_is_said_and_not_only_colored() -> None:
    annotators = (
        Annotator("person", False, 21, exam(4, 4), exam(2, 4)),
        Annotator("ceremonious (simulated)", True, 22, exam(8, 11), exam(8, 11)),
    )
    sheet = RaterPanelSheet(scene_at(recorded.records()))
    sheet.gathered = Gathered(RaterPanel(22, 11, 0.1, {}, annotators))
    for width in (72, 51):  # of a terminal of 80, and of 60
        rows = [row.text.rstrip() for row in sheet.rows(width)]
        assert [row.split()[0] for row in rows if row.endswith("  outvoted")] == ["person"]
        assert any(f"{row} ".startswith("ceremonious (simulated) ") for row in rows)
        assert any(row.endswith("8 of 11") or row.endswith("73 % of 11") for row in rows)
        assert all(len(row) <= width and "…" not in row for row in rows), rows


async def test_nothing_came_back(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("tui_trainer.ui.processes.order.sys.executable", "/bin/true")
    async with opened(tmp_path, monkeypatch, recorded.records()) as (app, pilot):
        await pilot.press("4", "M")
        await until(pilot, lambda: "before it had an answer" in shown(app))


def test_people_who_picked_for_themselves_of_the_same_model_are_in_it(tmp_path: Path) -> None:
    here = recorded.write_run(tmp_path / "here", [])

    def run(name: str, person: bool, **fork: Any) -> RunFolder:
        folder = recorded.write_run(tmp_path / name, [])
        plan = msgspec.structs.replace(folder.plan, run=name, forked=Fork(**fork) if fork else None)
        folder.plan_file.write_bytes(msgspec.json.encode(plan))
        folder.preferences.write_text('{"simulated":false}\n' if person else '{"simulated":true}\n')
        return RunFolder(folder.path)

    forked: dict[str, Any] = {"stage": "feedback", "records": 1, "busy": 0.0, "changes": {}}
    ours: dict[str, Any] = {**forked, "source": "here", "weights": "tuned"}
    friend = run("friend", True, **ours)
    run("program", False, **ours)
    run("again", True, **ours, picks=24)  # the first one's picks
    run("elsewhere", True, **{**ours, "source": "other"})
    run("retuned", True, **{**ours, "weights": "base"})
    run("stranger", True)
    assert [r.id for r in with_the_same_pairs(here)] == ["here", "friend"]
    assert [r.id for r in with_the_same_pairs(friend)] == ["friend"]
