"""What a person can do with the curves: other axes, a closer look, a cursor, another run, a table."""

import csv
import math
from pathlib import Path

import pytest
import recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from test_actions import scene_at
from watching import opened, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Record
from tui_trainer.ui.renderers import curves, overoptimization
from tui_trainer.ui.renderers.axes import UNITS, View, XAxis, log_ticks
from tui_trainer.ui.renderers.curves import LOSS
from tui_trainer.ui.run_files import baseline_run, metrics_csv
from tui_trainer.view.fold import apply
from tui_trainer.view.series import Series

RECORDS = recorded.records()
TUNED = recorded.until(RECORDS, e.Stepped, 100, stage="finetune")


@pytest.mark.parametrize("unit", UNITS)
def test_the_x_axis_counts_what_was_logged(unit: object) -> None:
    scene = scene_at(TUNED)
    axis = XAxis(scene.state, curves.spans(scene.state), unit)  # type: ignore[arg-type]  # one of UNITS
    place = axis.position("pretrain", 250)
    logged = {"steps": 250, "tokens": 250 * 1024, "FLOPs": 250 * 1.4e10}
    started = next(
        r.busy for r in RECORDS if isinstance(r.event, e.StageStarted) and r.event.stage == "pretrain"
    )
    at_step = next(r for r in RECORDS if isinstance(r.event, e.Stepped) and r.event.step == 250)
    expected = logged.get(unit.name, at_step.busy - started)  # type: ignore[attr-defined]  # a Unit
    assert place == pytest.approx(expected, rel=1e-6)
    assert axis.position("finetune", 0) == axis.position("pretrain", 500)
    assert axis.end > axis.position("finetune", 100)


@settings(max_examples=30)
@given(st.integers(2, 3000), st.data())
def test_a_growing_count_is_read_at_any_step(steps: int, data: st.DataObject) -> None:
    series = Series()
    for step in range(1, steps + 1):
        series.add(step, step * 512.0)
    at = data.draw(st.integers(0, 2 * steps))
    # Merged buckets know the value at their last step only; between them it is interpolated.
    assert series.between(at) == pytest.approx(at * 512.0, abs=512.0 * series.width * 2)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("unit", UNITS)
def test_every_view_fits_its_frame(unit: object, log: bool) -> None:
    scene = scene_at(TUNED)
    view = View(unit, log, cursor=120)  # type: ignore[arg-type]  # one of UNITS
    for _ in range(9):
        rows = curves.draw(scene, LOSS, 46, 13, view)
        assert len(rows) == 13 and all(row.cell_length == 46 for row in rows)
        assert any("│" in row.text for row in rows)
        axis = XAxis(scene.state, curves.spans(scene.state), view.unit)
        at = curves.position(axis, 120)
        assert at is not None and axis.window(view)[0] <= at <= axis.window(view)[1]
        view.zoom_by(0.5, at / axis.end)


def test_zooming_out_again_shows_everything() -> None:
    view = View()
    for factor in (0.5, 0.5, 0.5, 2, 2, 2, 2):
        view.zoom_by(factor, 0.9)
    assert not view.zoomed


def test_logarithmic_ticks_stand_at_round_numbers() -> None:
    found = log_ticks(0.3, 8.0)
    assert [label.strip() for _, label in found] == ["0.5", "1", "2", "5"]
    assert all(math.isclose(10**at, float(label)) for at, label in found)


async def test_keys_of_the_loss_pane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.write_run(tmp_path / "2026-03-20-0900-demo-s0", TUNED[:1500])
    async with opened(tmp_path, monkeypatch, TUNED) as (app, pilot):
        pane = app.dashboard.pane(2)
        await pilot.press("2", "h", "h")
        latest = next(r.event for r in reversed(TUNED) if isinstance(r.event, e.Stepped))
        assert "of fine-tune" in text_of(pane) and "tokens" in text_of(pane)
        await pilot.press("i", "i", "y", "u")
        assert "of fine-tune" in text_of(pane)
        await pilot.press("escape")
        assert f"{latest.loss:.2f}" in text_of(pane)
        await pilot.press("v")
        await until(pilot, lambda: "2026-03-20-0900-demo-s0" in text_of(pane))
        await pilot.press("v")
        await until(pilot, lambda: app.scene.baseline is None)
        await pilot.press("e")
        await until(pilot, (app.scene.folder.path / "metrics.csv").exists)


def test_all_metrics_as_a_table(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", RECORDS)
    with metrics_csv.write(folder).open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [r.event for r in RECORDS if isinstance(r.event, e.Stepped)]
    losses = [row for row in rows if row["loss"]]
    assert [float(row["loss"]) for row in losses] == [step.loss for step in steps]
    assert {row["stage"] for row in rows} == {"pretrain", "finetune", "feedback"}
    assert sum(bool(row["kl"]) for row in rows) == 60


def test_a_damaged_run_is_passed_over(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "here", TUNED)
    recorded.write_run(tmp_path / "broken", TUNED).events.write_bytes(b"no log\n")
    good = recorded.write_run(tmp_path / "good", TUNED)
    found = baseline_run.after(folder, None)
    assert found is not None and found.run == good.id
    assert baseline_run.after(folder, found) is None


OVER = e.Overfitting("finetune", 90, 2.5, 60, 1.5)
KEPT = e.BestKept("finetune", 60, 1.5, 100, 2.75)


@pytest.mark.parametrize("event", [OVER, KEPT])
@pytest.mark.parametrize("unit", UNITS)
def test_where_it_was_best_stands_on_the_plot(event: e.Overfitting | e.BestKept, unit: object) -> None:
    more = e.Record(e.VERSION, len(TUNED), TUNED[-1].t, TUNED[-1].busy, event)
    view = View(unit)  # type: ignore[arg-type]  # one of UNITS
    assert not any("◆" in row.text for row in curves.draw(scene_at(TUNED), LOSS, 60, 16, view))
    scene = scene_at([*TUNED, more])
    rows = [row.text for row in curves.draw(scene, LOSS, 60, 16, view)]
    assert sum(row.count("◆") for row in rows) == 1
    assert [row.cell_length for row in curves.draw(scene, LOSS, 60, 16, view)] == [60] * 16


def test_the_weights_that_were_put_back_are_those_that_the_figures_are_of() -> None:
    before = scene_at(TUNED).state.validated
    more = e.Record(e.VERSION, len(TUNED), TUNED[-1].t, TUNED[-1].busy, KEPT)
    after = scene_at([*TUNED, more]).state.validated
    assert before is not None and after is not None and after.nats == KEPT.nats
    assert after.bits_per_byte == pytest.approx(before.bits_per_byte * KEPT.nats / before.nats)


@pytest.mark.parametrize(("gold", "said"), [(None, "Key 4 shows"), (1.0, "both rise"), (-1.0, "no better")])
def test_the_chart_off_the_leash_says_what_is_up_across_and_to_be_seen(gold: float | None, said: str) -> None:
    scene = scene_at(recorded.until(RECORDS, e.Picked, 9))
    assert overoptimization.board(scene, 76, 14) == []
    for step in range(1, 13):
        worth = None if gold is None else gold * step
        event = e.Reinforced(step, 0.1 * step, worth, 0.3 * step, 12.0, 0.3, 0, 0, None, None, 0.0)
        apply(scene.now, Record(VERSION, 0, 0, 0, event))
    rows = [row.text.rstrip() for row in overoptimization.board(scene, 76, 14)]
    assert rows[0].startswith("+ its score at each step") and len(rows) == 14
    assert rows[1] == "Up: what it gained. Across: how far it moved from the tuned model (√KL)."
    assert rows[2].startswith("See: ") and said in rows[2]
    for width in (36, 46, 56):  # whole, in fewer words
        small = [row.text.rstrip() for row in overoptimization.board(scene, width, 10)]
        assert small[2].startswith("See: ") and len(small[2]) <= width
        assert width < 46 or small[1].startswith("Up: gained. Across: moved")
    level = [(d, 1.0) for d in (0.1, 0.4, 0.9, 1.3)]
    assert not overoptimization.rises(level) and overoptimization.rises([(d, d) for d, _ in level])
