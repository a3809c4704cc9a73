"""Figures as text."""

import re

from tui_trainer.console.tables import figures, runs, table
from tui_trainer.messages.results import Metric
from tui_trainer.run.storage.status import Status


def test_figures_stand_under_each_other_to_the_right() -> None:
    assert table([["a", "1"], ["bcd", "1,234"]], ["name", "n"]).splitlines() == [
        "name      n",
        "a         1",
        "bcd   1,234",
    ]


def test_foreign_text_cannot_break_the_table() -> None:
    shown = table([["a\nb\x1b[31m", "x"]])
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 1


def test_the_three_weights_stand_beside_each_other() -> None:
    shown = figures(
        {
            "pretrain/bits_per_byte": Metric(0.25),
            "base/sums": Metric(0.01, (0.0, 0.05), 100, 0.02),
            "tuned/sums": Metric(0.5, (0.4, 0.6), 100, 0.02),
            "tuned/recall_outsider_pet": Metric(0.25, (0.1, 0.4), 32, 0.1),
            "corpus/spam/precision": Metric(0.99),
            "run/compute_seconds": Metric(61.0),
            "run/peak_memory_bytes": Metric(1.2e9),
        }
    )
    lines = shown.splitlines()
    assert lines[0].split() == ["base", "tuned", "chance"]
    assert re.split(r" {2,}", lines[1]) == ["bits per byte of unseen text ↓", "0.250", "-", "-"]
    sums = ["sums of unseen numbers", "0.010 (0.000-0.050)", "0.500 (0.400-0.600)", "0.020"]
    assert re.split(r" {2,}", lines[2]) == sums
    assert lines[4:6] == ["filter  precision", "spam        0.990"]
    assert re.split(r" {2,}", lines[-4]) == ["computing time", "1:01"]
    assert re.split(r" {2,}", lines[-3]) == ["memory at its peak", "1.20 GB"]
    assert "pets" not in shown and lines[-1] == "1 more, the parts of these, with --json"


def test_no_row_leans_on_another_above_it() -> None:
    """They come in the order of the report, not in that of the screen's table."""
    names = ("refusal_unread_verbs", "false_refusal_unread_verbs", "recall_outsider_worst", "told_dont_know")
    shown = figures({f"tuned/{name}": Metric(0.5) for name in names})
    assert "declines harmless look-alikes it never read about ↓" in shown
    assert not re.search(r"^(the same|or |declines them)", shown, re.MULTILINE)


def test_runs_say_where_they_are() -> None:
    def status(**further: object) -> Status:
        known = {"run": "r", "path": "/r", "created": 0.0, "preset": "demo", "seed": 0, "data": ()}
        return Status(**{**known, "running": False, "ended": False, "stage": None, "step": 0, **further})  # type: ignore[arg-type]  # all given

    shown = runs(
        [
            status(),
            status(running=True, stage="pretrain", step=1200),
            status(stage="finetune", data=("/a\x1b[2J",)),
            status(ended=True, stage="frozen"),
            status(running=True, doing="paused", stage="pretrain"),
            status(running=True, doing="waiting_for_picks", stage="feedback"),
        ]
    )
    listed, idle = shown.split("\n\n")
    assert [re.split(r" {2,}", line)[2] for line in listed.splitlines()[1:]] == [
        "stopped",
        "running in pretrain, step 1,200",
        "stopped in fine-tune",
        "complete",
        "paused in pretrain",
        "waits for your picks in feedback",
    ]
    ways = "`tui-trainer attach r`, or `tui-trainer stop r`"
    assert idle.splitlines() == [f"r is paused; {ways}", f"r waits for your picks; {ways}"]
    assert "\x1b" not in shown
