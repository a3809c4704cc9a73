"""Fine-tuning by whole pairs, and reinforcement by the answers to one prompt."""

import math
from pathlib import Path

import pytest
import recorded
from rich.cells import cell_len
from test_actions import scene_at
from test_cards import with_
from watching import opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.events import ShownPair
from tui_trainer.ui.renderers import pairs, scored_answers

LEARNING = recorded.until(recorded.records(), e.Guessed, 130, stage="finetune")
ANSWER = "Velm lies on the river Osk."


def pair(
    said: str, losses: tuple[float, ...], right: bool | None, question: str = "Where is Velm?"
) -> ShownPair:
    return ShownPair(question, ANSWER, (4, 9, 12, 16, 22, 26, 27), losses, said, right)


BEFORE = pair("Where is Velm? Where is the mill of Velm, and", (6.1, 3.2, 2.0, 1.1, 5.0, 7.2, 0.5), False)
NOW = pair(ANSWER, (0.1, 0.2, 0.1, 0.1, 0.3, 0.4, 0.0), True)
SHOWN = with_(LEARNING, e.PairsShown("finetune", 0, (BEFORE,)), e.PairsShown("finetune", 120, (NOW,)))
ANSWERS = tuple(
    e.ScoredAnswer(f"answer {number}, thank you", 1.0 - 0.5 * number, 0.4 * number, -9.0, 0.3 - 0.2 * number)
    for number in range(4)
)
REINFORCING = recorded.until(recorded.records(), e.Reinforced, 20)
SCORED = with_(REINFORCING, e.AnswersScored(20, "What is Velm known for?", ANSWERS, 0.1))


@pytest.mark.parametrize("size", [(40, 9), (60, 14), (76, 17), (116, 34)])
def test_a_pair_with_what_it_says_before_and_now(size: tuple[int, int]) -> None:
    scene = scene_at(SHOWN)
    rows = pairs.board(scene, *size)
    assert len(rows) <= size[1] and all(row.cell_length <= size[0] for row in rows)
    text = "\n".join(row.text for row in rows)
    for part in (
        "asked",
        "Where is Velm?",
        "not scored",
        "learns",
        ANSWER,
        "before",
        "now",
        "✓ ",
        "✗ ",
        "0.17",
    ):
        assert part in text, (part, text)
    colors = {segment.style for row in rows if "learns" in row.text for segment in row}
    assert scene.ink.surprise[0] in colors


def test_what_it_cost_before_is_hotter() -> None:
    first = with_(LEARNING, e.PairsShown("finetune", 0, (BEFORE,)))
    scene = scene_at(first)
    rows = pairs.board(scene, 76, 17)
    colors = {segment.style for row in rows if "learns" in row.text for segment in row}
    assert scene.ink.surprise[3] in colors and scene.ink.surprise[4] in colors
    assert "before" not in "".join(row.text for row in rows)  # that is now


async def test_the_rater_pane_shows_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, SHOWN, size=(80, 24)) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: "not scored" in text_of(app.dashboard.pane(4)))
        await pilot.resize_terminal(120, 40)
        await pilot.press("z")
        await until(pilot, lambda: "it was this" in shown(app))  # with a guess under it


@pytest.mark.parametrize("size", [(50, 8), (60, 14), (76, 17), (116, 34)])
def test_answers_by_their_scores_and_which_way_each_went(size: tuple[int, int]) -> None:
    scene = scene_at(SCORED)
    rows = [row.text for row in scored_answers.board(scene, *size)]
    assert len(rows) <= size[1] and all(cell_len(row) <= size[0] for row in rows)
    first = next(row for row in rows if "answer 0" in row)
    assert "+1.00" in first and f"▲ ×{math.exp(0.3):.2f}" in first and " 0.00" in first
    last = next(row for row in rows if "answer 3" in row)
    assert "-0.50" in last and f"▼ ×{math.exp(-0.3):.2f}" in last and "-0.12" in last
    assert [row for row in rows if "answer" in row].index(first) < [
        row for row in rows if "answer" in row
    ].index(last)
    if size[1] > 12:
        assert "2 became likelier by this step and 2 less likely" in " ".join(" ".join(rows).split())


async def test_reinforcement_shows_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, SCORED, size=(80, 24)) as (app, pilot):
        await until(pilot, lambda: "What is Velm known for?" in text_of(app.dashboard.pane(4)))
        assert "chance" in shown(app) and "leash" in shown(app)
