"""The sheets over the dashboard: the exam and the samples over time."""

from dataclasses import replace as with_other
from pathlib import Path

import pytest
import recorded
from msgspec.structs import replace
from test_actions import scene_at
from textual.strip import Strip
from watching import opened, shown, until

from tui_trainer.messages import events as e
from tui_trainer.ui.chrome.caption import forms
from tui_trainer.ui.keys import BY_NAME
from tui_trainer.ui.screens.help.glossary import Glossary
from tui_trainer.ui.screens.model.exam import ExamSheet
from tui_trainer.ui.screens.model.samples import Samples
from tui_trainer.view import words
from tui_trainer.view.words import FIGURES


@pytest.mark.parametrize("width", [52, 70, 107, 180])
def test_the_exam_has_an_interval_at_every_width(width: int) -> None:
    rows = [row.text for row in ExamSheet(scene_at(recorded.records())).rows(width)]
    assert all(len(row) <= width for row in rows)
    text = "\n".join(rows)
    measured = {name for key in scene_at(recorded.records()).state.measured for name in [key.split("/")[-1]]}
    for name, label, _ in FIGURES:
        assert label in text or name not in measured, name
    assert text.count("–") >= 10


@pytest.mark.parametrize("width", [52, 107, 180])
def test_a_loss_of_own_answers_is_told_in_nats(width: int) -> None:
    found = recorded.records()
    event = e.Measured("tuned/own_answer_loss", 2.345, (2.13, 2.56), 20, 7.6)
    found.append(replace(found[-1], seq=found[-1].seq + 1, event=event))
    rows = [row.text for row in ExamSheet(scene_at(found)).rows(width)]
    at = next(at for at, row in enumerate(rows) if "nats" in row)
    row = rows[at + 1] if width < 100 else rows[at]
    assert "2.345" in row and "7.600" in row and "%" not in row and ("2.1–2.6" in row or width < 180)


@pytest.mark.parametrize("width", [52, 107])
def test_bits_per_byte_stand_beside_what_simpler_means_come_to(width: int) -> None:
    found = recorded.records()
    for name, value in (("ngram", 0.912), ("xz", 1.534)):
        event = e.Measured(f"baseline/{name}_bits_per_byte", value, n=6000)
        found.append(replace(found[-1], seq=found[-1].seq + 1, event=event))
    scene = scene_at(found)
    assert scene.state.simpler == [("n-gram", 0.912), ("xz", 1.534)]
    rows = [row.text for row in ExamSheet(scene).rows(width)]
    (said,) = (row for row in rows if "n-gram" in row)
    assert len(said) <= width and ("by counting (n-gram) 0.912, by packing (xz) 1.534" in said or width < 60)
    assert scene_at(recorded.records()).state.simpler == []


@pytest.mark.parametrize("width", [52, 71, 107])
def test_fewer_facts_than_chance_are_explained(width: int) -> None:
    scene = scene_at(recorded.records())
    for known in (0.3, 0.0):
        event = e.Measured("base/recall_outsider", known, (known, known + 0.02), 150, 0.15)
        scene.now.measured[event.name] = event
        sheet = " ".join(row.text for row in ExamSheet(scene).rows(width))
        assert (words.ONLY_CONTINUES in " ".join(sheet.split())) == (known < 0.15)
    scene.moment = event
    assert all("answer: it continues text" in form for form in forms(scene)[1][:2])


def test_there_is_an_exam_to_look_at_once_one_was_taken() -> None:
    before = scene_at(recorded.until(recorded.records(), e.StageEnded, stage="data"))
    assert not BY_NAME["figures"].when(before)
    after = scene_at(recorded.until(recorded.records(), e.StageEnded, stage="pretrain"))
    assert BY_NAME["figures"].when(after)


def test_log_odds_are_told_in_percent_too() -> None:
    assert words.reason("reads like advertising (log-odds +1.6)") == (
        "reads like advertising (83 % sure: log-odds +1.6)"
    )
    assert words.reason("like it (log-odds +999999.0)").startswith("like it (100 % sure")
    assert words.reason("no (log-odds x) \x1b") == "no (log-odds x) ␛"


@pytest.mark.parametrize("width", [52, 107])
def test_samples_show_each_prompt_at_every_evaluation(width: int) -> None:
    assert "Nothing yet" in Samples(scene_at([])).rows(width)[0].text
    scene = scene_at(recorded.until(recorded.records(), e.Sampled, 5))
    rows = [row.text for row in Samples(scene).rows(width)]
    assert all(len(row) <= width for row in rows)
    text = "\n".join(rows)
    for prompt in recorded.PROMPTS:
        assert text.count(prompt) == 1
    for sampled in scene.state.samples:
        assert text.count(f"pretrain   {sampled.step:>5} ") == len(recorded.PROMPTS)


async def test_samples_are_a_key_away_and_scroll(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), size=(80, 24)) as (app, pilot):
        await pilot.press("j")
        await until(pilot, lambda: "What it wrote" in shown(app))
        before = shown(app)
        await pilot.press("pagedown")
        await until(pilot, lambda: shown(app) != before)
        await pilot.press("escape")
        await until(pilot, lambda: "What it wrote" not in shown(app))


async def test_a_sheet_that_is_closed_before_it_stands_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), size=(80, 24)) as (app, pilot):
        for _ in range(5):
            for key in ("m", "escape", "j", "escape", "g", "escape", "question_mark", "escape"):
                app.simulate_key(key)
            await pilot.pause()
        await until(pilot, lambda: app.screen is app.dashboard)
        closed = Samples(app.scene)
        closed.on_mount()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_never_changes_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    made = []
    rows = Glossary.rows

    def counted(sheet: Glossary, width: int) -> list[Strip]:
        made.append(width)
        return rows(sheet, width)

    monkeypatch.setattr(Glossary, "rows", counted)
    async with opened(tmp_path, monkeypatch, recorded.records(), alive=False, size=size) as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: "Thuật ngữ" in shown(app))
        await pilot.press("down", "pagedown")
        app.tick()
        await pilot.pause()
        sheet = app.screen
        assert isinstance(sheet, Glossary) and made == [sheet.page.size.width]
        app.scene.ink = with_other(app.scene.ink, mode="none")
        app.tick()
        assert len(made) == 2


async def test_what_lies_under_a_sheet_is_seen_and_not_clicked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), alive=False, size=(120, 46)) as (app, pilot):
        before = app.screen._compositor.render_strips()
        await pilot.press("m")
        await until(pilot, lambda: "What it can do" in shown(app))
        await pilot.pause()
        over = app.screen._compositor.render_strips()
        # Of the last line, whose keys do nothing now, only the ground is seen; of the others all.
        assert "esc closes" in over[-1].text and "help" not in over[-1].text
        linked = next(at for at, row in enumerate(before) if any(s.style and s.style.meta for s in row))
        assert over[linked].text == before[linked].text and over[linked].text.strip()
        assert not any(segment.style and segment.style.meta for segment in over[linked])
        assert not any(segment.style and segment.style.meta for segment in over[-1])
        colors = [
            [(s.text, s.style and (s.style.color, s.style.bgcolor)) for s in r]
            for r in (before[linked], over[linked])
        ]
        assert colors[0] == colors[1]
        await pilot.resize_terminal(130, 50)
        await until(pilot, lambda: app.screen.size == (130, 50) == app.dashboard.size)
        assert "esc closes" in app.screen._compositor.render_strips()[-1].text


@pytest.mark.parametrize("opening", [["question_mark"], ["m"], ["F"], ["ctrl+p"], ["F", "enter"]])
async def test_two_closing_keys_at_once_close_one_thing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opening: list[str]
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), alive=False) as (app, pilot):
        await pilot.press(*opening)
        await until(pilot, lambda: len(app.screen_stack) == 1 + len(opening))
        await pilot.pause()
        closing = app.screen
        closing.dismiss(None)
        closing.dismiss(None)  # as by two keys of which both were in its queue
        await pilot.pause()
        assert len(app.screen_stack) == len(opening)
