"""Two cultures in the app: the choice of raters, how far they are, and both models side by side."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import recorded
from test_actions import scene_at
from watching import opened, shown, text_of, until

from tui_trainer.experiments.cultures import Arm
from tui_trainer.learning.preferences.raters import CULTURES
from tui_trainer.messages.comparison import Answers, Compared, Comparison, Order, Side, Verdict
from tui_trainer.messages.events import Picked, Reinforced, RunEnded
from tui_trainer.run import client
from tui_trainer.run import rater_profiles as opposed
from tui_trainer.run.storage.folder import RunFolder, list_runs
from tui_trainer.run.storage.log import LogReader, LogWriter
from tui_trainer.ui.handlers import experiments
from tui_trainer.ui.processes.order import kill, started
from tui_trainer.ui.screens.experiments import comparison
from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen
from tui_trainer.ui.screens.experiments.cultures import ChooseCultures, MakingCultures


class Trainers:
    """Stand where trainers would be: they write as much of a run's own log as they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.launched: list[RunFolder] = []
        monkeypatch.setattr(client, "launch", lambda folder, **_: self.launched.append(folder))

    def write(self, *events: Any) -> None:
        folder = self.launched[-1]
        reader = LogReader(folder.events)
        reader.poll()
        writer = LogWriter(folder.events, reader.next_seq, reader.offset)
        for event in events:
            writer.append(event, 1.0)
        writer.close()


def reinforced(step: int) -> Reinforced:
    return Reinforced(step, 0.1, 0.2, 0.3, 9.0, 1.0, 0, 0, None)


def test_a_model_that_was_not_turned_is_no_full_bar(tmp_path: Path) -> None:
    arm = Arm("ceremonious", recorded.write_run(tmp_path, recorded.records()).plan)
    arm.picks, arm.doing, arm.ended = 24, "done", True
    making = SimpleNamespace(arms=[arm], trouble="")
    rows = MakingCultures(scene_at(recorded.records()), making).lines(56, 16)  # type: ignore[arg-type]
    text = " ".join(row.text for row in rows)
    assert "24 picks, but no taste found" in text and "━" not in text


def test_what_two_raters_disagree_about_is_told_to_its_end() -> None:
    width = 62 - 6  # of the choice, within its frame
    rows = [row.text for row in ChooseCultures(scene_at(recorded.records())).rows(width)]
    assert all(len(row) <= width for row in rows)
    assert len(rows) <= ChooseCultures.height - 4


@pytest.fixture
def trainers(monkeypatch: pytest.MonkeyPatch) -> Trainers:
    monkeypatch.setattr(experiments, "CULTURE_SECONDS", 0.01)
    return Trainers(monkeypatch)


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    found: list[Order] = []

    async def compare(_: str, order: Order, kind: object) -> Compared:
        found.append(order)
        sides = [
            Side(Path(side).name, "aligned", "ab" * 32, rater, turned=rater != "plain-spoken")
            for side, rater in zip((order.first, order.second), order.raters, strict=True)
        ]
        said = Answers("Where is Velm?", "Gladly. \x1b[31mOn the river.", "On the river.")
        verdicts = [
            Verdict(rater, share, (share - 0.05, share + 0.05), 160)
            for rater, share in zip(order.raters, (0.91, 0.12), strict=True)
        ]
        return Compared(Comparison(sides[0], sides[1], (said,), tuple(verdicts)))

    monkeypatch.setattr(comparison, "ask", compare)
    return found


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_one_key_makes_two_models_and_shows_them(tmp_path, monkeypatch, trainers, orders, size) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, recorded.records(), size=size) as (app, pilot):
        monkeypatch.setattr(
            "tui_trainer.experiments.cultures.lock.is_alive", lambda folder: folder in trainers.launched
        )
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, ChooseCultures))
        assert "ceremonious  or  plain-spoken" in shown(app) and "any other two" in shown(app)
        assert all(pair.about.split()[-1] in shown(app) for pair in opposed.PAIRS)  # told to the end
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, MakingCultures) and trainers.launched)
        trainers.write(Picked(0, "a", "ceremonious", True), reinforced(9))
        await until(pilot, lambda: "1 picks, 9 of" in shown(app))
        text = shown(app)
        assert "ceremonious, simulated" in text and "turns the model to that taste" in text
        assert "comes after the first" in text and trainers.launched[0].id in text
        trainers.write(RunEnded())
        await until(pilot, lambda: len(trainers.launched) == 2)
        assert not orders
        trainers.write(RunEnded())
        await until(pilot, lambda: isinstance(app.screen, ComparisonScreen) and "own rater" in shown(app))
        text = shown(app)
        assert "picks of ceremonious, simulated" in text and "picks of plain-spoken, simulated" in text
        assert text.count("not turned: the tuned weights") == 1
        assert "own rater 91 % · the other's 12 %" in text and "own rater 88 % · the other's 9 %" in text
        assert [orders[0].first, orders[0].second] == [str(f.path) for f in trainers.launched]
        assert orders[0].raters == ("ceremonious", "plain-spoken")
        # A question that is typed is no row of keys.
        await pilot.press(*"Can you help", "enter")
        await until(pilot, lambda: len(orders) == 2)
        assert orders[1].prompts == ("Can you help",)
        await pilot.press(*"where", "escape")
        await until(pilot, lambda: isinstance(app.screen, ComparisonScreen))
        assert len(orders) == 2
        # Once more: they are there, so they are shown at once.
        await pilot.press("escape", "D", "1")
        await until(pilot, lambda: len(orders) == 3)
        assert len(trainers.launched) == 2 and len(list_runs(tmp_path)) == 3


async def test_it_goes_on_while_one_looks_elsewhere(tmp_path, monkeypatch, trainers, orders) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, recorded.records()) as (app, pilot):
        monkeypatch.setattr(
            "tui_trainer.experiments.cultures.lock.is_alive", lambda folder: folder in trainers.launched
        )
        await pilot.press("D", "o")
        await pilot.press("ctrl+u", *"polite, nobody", "enter")
        await until(
            pilot, lambda: app.screen is app.dashboard and "feedback.rater takes one of" in shown(app)
        )
        await pilot.press("D", "o")
        await until(pilot, lambda: not isinstance(app.screen, ChooseCultures))
        await pilot.press("ctrl+u", *"polite short", "enter")
        await until(pilot, lambda: isinstance(app.screen, MakingCultures) and trainers.launched)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard)
        trainers.write(RunEnded())
        await until(pilot, lambda: len(trainers.launched) == 2)
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, MakingCultures))
        assert "short, simulated" in shown(app)
        await pilot.press("escape")
        trainers.write(RunEnded())
        await until(pilot, lambda: "D shows them" in shown(app))
        assert app.screen is app.dashboard and not orders


async def test_a_trainer_that_dies_is_told_of(tmp_path, monkeypatch, trainers) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, recorded.records()) as (app, pilot):
        monkeypatch.setattr("tui_trainer.experiments.cultures.lock.is_alive", lambda folder: False)
        await pilot.press("D", "2")
        await until(pilot, lambda: isinstance(app.screen, MakingCultures) and app.screen.making.trouble)
        await until(pilot, lambda: "ended before the run did" in " ".join(text_of(app.screen.page).split()))  # type: ignore[attr-defined]  # it is that screen
        assert len(trainers.launched) == 1


def test_every_culture_has_its_opposite() -> None:
    assert sorted(name for pair in opposed.PAIRS for name in pair.names) == sorted(CULTURES)
    assert msgspec.to_builtins(opposed.PAIRS[0])["about"]


async def test_what_has_ended_already_can_be_ended_again() -> None:
    process = await started("tui_trainer.no_such_module")
    await process.wait()
    kill(process)
