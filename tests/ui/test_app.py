"""The app, driven by keys, on recorded runs."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import recorded
from textual.widgets import Input
from watching import FakeControl, Trainers, opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.commands import Continue, Pause, Pick, Reply, Simulate, Stop, TakeControl, Turn
from tui_trainer.messages.conversation import Ask, Said
from tui_trainer.messages.events import VERSION, Record, encoder
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.screens.help.help import Help
from tui_trainer.ui.screens.model.exam import ExamSheet

RECORDS = recorded.records()
TRAINING = recorded.until(RECORDS, e.Guessed, 60)
ASKING = recorded.until(RECORDS, e.PairOffered, 5)


async def test_all_five_panes_live_on_one_dashboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, _):
        screen = shown(app)
        for part in ("1 Dataset", "2 Loss", "3 Weights", "4 Rater", "5 Chat"):
            assert part in screen
        for part in ("kept 4,758 of 6,310", "▶ pretrain", "chance 7.62", "layer 1 query", "it was this"):
            assert part in screen, part
        assert "The town of Velm lies" in text_of(app.dashboard.chat.conversation)


async def test_documents_are_read_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        pane = app.dashboard.dataset
        await until(pilot, lambda: pane.documents is not None)
        assert pane.at == 0 and "✓ kept" in shown(app)  # it is being learnt from: the heat will cool
        await pilot.press("1", "n", "n", "n")
        await until(pilot, lambda: "✗ spam" in text_of(pane))
        await pilot.press("d", "n", "n")
        assert pane.at == 13 and "3 of 8 out" in text_of(pane)
        await pilot.press("p", "p")
        assert pane.at == 3


async def test_documents_by_source_and_by_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        pane = app.dashboard.dataset
        await until(pilot, lambda: pane.documents is not None)
        await pilot.press("1", "f", "n")
        assert "2 of 8" in text_of(pane)
        await pilot.press("f", "slash", *"glass", "enter")
        await until(pilot, lambda: "with “glass”" in text_of(pane) and "✓ kept" in text_of(pane))
        await pilot.press("slash", *"x", "enter")
        await until(pilot, lambda: "There is no such document" in shown(app))


async def test_a_source_gets_more_weight_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (_, pilot):
        await pilot.press("1", "down", "w")
        await until(pilot, lambda: Turn("data.mixture.books", 2.0) in FakeControl.last.sent)


async def test_weights_are_chosen_by_arrows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        pane = app.dashboard.pane(3)
        await pilot.press("3", "down", "right")
        assert "layer 1 key" in text_of(pane) and "blame: the gradient" in text_of(pane)
        await pilot.press("right", "right", "right", "up", "z")
        await until(pilot, lambda: pane.size.width > 100)
        assert "layer 1 query" in text_of(pane) and "nudge: the last change" in text_of(pane)


async def test_keys_steer_the_trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await until(pilot, lambda: FakeControl.last.sent == [TakeControl()])
        await pilot.press("space")
        await until(pilot, lambda: Pause() in FakeControl.last.sent)
        await until(pilot, lambda: app.scene.sent == "")
        log = app.scene.folder.events
        paused = Record(VERSION, len(TRAINING), TRAINING[-1].t, TRAINING[-1].busy, e.Paused())
        with log.open("ab") as file:
            file.write(encoder.encode(paused) + b"\n")
        await until(pilot, lambda: app.scene.state.paused)
        await until(pilot, lambda: "Paused at step 60" in shown(app))
        await pilot.press(".", "space")
        await until(pilot, lambda: FakeControl.last.sent[-2:] == [Continue(steps=1), Continue()])


async def test_picks_are_made_by_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, ASKING) as (app, pilot):
        assert app.dashboard.current == 4
        assert "Your turn, pick 5: which" in shown(app)
        assert "expected" not in text_of(app.dashboard.pane(4))  # it would sway the rater
        await pilot.press("b")
        await until(pilot, lambda: Pick(4, "b") in FakeControl.last.sent)
        await until(pilot, lambda: app.scene.sent == "")
        await pilot.press("x")
        await until(pilot, lambda: Pick(4, "both_bad") in FakeControl.last.sent)


async def test_an_answer_of_ones_own_is_written_under_its_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in ((120, 40), (60, 20)):
        async with opened(tmp_path / str(size[0]), monkeypatch, ASKING, size=size) as (app, pilot):
            await pilot.press("4", "O")
            await until(pilot, lambda: isinstance(app.focused, Input))
            offered = app.scene.now.offered
            assert offered is not None and f"“{offered.prompt}”" in shown(app)
            await pilot.press(*"No.", "enter")
            await until(pilot, lambda: Pick(4, "own", "No.") in FakeControl.last.sent)


async def test_a_simulated_rater_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, ASKING) as (app, pilot):
        await pilot.press("S")
        await until(pilot, lambda: "likes few words" in shown(app))
        await pilot.press("2")
        await until(pilot, lambda: Simulate("short") in FakeControl.last.sent)


async def test_picks_by_a_program_are_labelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = recorded.until(recorded.records(simulated=True), e.RewardModelFitted, 6)
    async with opened(tmp_path, monkeypatch, records) as (app, _):
        pane = text_of(app.dashboard.pane(4))
        assert "simulated: polite" in pane and "expected" in pane and "the rater likes" in pane


async def test_no_letter_fires_while_typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, ASKING) as (app, pilot):
        await pilot.press("5")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await until(pilot, lambda: "First leave the chat by esc" in shown(app))
        before = list(FakeControl.last.sent)
        await pilot.press(*"abtxsSzqm1?.", "space", "d")
        assert app.dashboard.chat.input.value == "abtxsSzqm1?. d"
        assert FakeControl.last.sent == before and app.screen is app.dashboard and not app.dashboard.zoomed
        await pilot.press("escape", "b")
        await until(pilot, lambda: Pick(4, "b") in FakeControl.last.sent)


async def test_a_rater_that_is_not_seen_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, ASKING, size=(80, 24)) as (app, pilot):
        await pilot.press("2", "a")
        assert not [c for c in FakeControl.last.sent if isinstance(c, Pick)]
        assert "4 Rater!" in shown(app)
        await until(pilot, lambda: "To see them: key 4." in shown(app) and "Press a or b" not in shown(app))
        await pilot.press("L")  # a sheet has nothing to do with which pane is seen
        await until(pilot, lambda: "What picking costs" in shown(app))
        await pilot.press("escape")
        await pilot.press("4", "a")
        await until(pilot, lambda: Pick(4, "a") in FakeControl.last.sent)


async def test_looking_on_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, ASKING, mode="view") as (app, pilot):
        await pilot.press("space", "a", "S")
        assert FakeControl.last.sent == [] and app.screen is app.dashboard
        assert "looking on" in shown(app)


async def test_a_second_screen_looks_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Reply(ok=False, error="read-only: another terminal controls this run")
    monkeypatch.setattr(FakeControl, "reply", refusal)
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await until(pilot, lambda: app.scene.mode == "view")
        await until(pilot, lambda: "looking on" in shown(app))


async def test_a_dead_trainer_is_shown_with_the_way_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        app.living["now"] = False  # type: ignore[attr-defined]  # set by the helper
        await until(pilot, lambda: "press r to go on" in shown(app))
        assert "trainer stopped" in shown(app) and "✗ pretrain" in shown(app)
        assert " left " not in shown(app).split("\n")[1]  # nobody knows
        launched = []
        monkeypatch.setattr(
            "tui_trainer.run.client.launch",
            lambda folder, proceed, held: launched.append(proceed),
        )
        await pilot.press("r")
        await until(pilot, lambda: launched == [True])
        app.living["now"] = True  # type: ignore[attr-defined]
        await until(pilot, lambda: "trainer stopped" not in shown(app))


async def test_quitting_says_that_training_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await pilot.press("q")
        await until(pilot, lambda: app.farewell)
        assert "Training goes on" in app.farewell and "attach 2026-03-21-1010-demo-s0" in app.farewell
        assert Stop() not in FakeControl.last.sent


async def test_stop_and_quit_waits_for_the_trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        app.action_do("stop_and_quit")
        await until(pilot, lambda: app.farewell)
        assert Stop() in FakeControl.last.sent and "resume" in app.farewell


async def test_starting_over_stops_this_run_and_shows_a_quick_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        trainers = Trainers(monkeypatch, app.scene.folder)
        app.action_do("start_over_quick")
        await until(pilot, lambda: app.return_value is not None)
        assert Stop() in FakeControl.last.sent
        assert app.return_value is not None and app.return_value.plan.preset == "quick"
        assert trainers.launched == [app.return_value] and app.return_value.path.parent == tmp_path
        assert app.return_value.path in trainers.stopped_with and trainers.most == 1


def _notified(app: TrainerApp) -> str:
    """The notice at the right of the screen, without what it covers in part."""
    return " ".join(" ".join(row.rpartition("▌")[2] for row in shown(app).split("\n")).split())


@pytest.mark.parametrize("kind", ["no plan", "no folder", "not stopped", "not launched", "dead at once"])
async def test_a_run_that_can_t_be_made_leaves_this_one_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, pilot):
        here = app.scene.folder
        app.scene.now.ended = False
        fails = "no process can be started" if kind == "not launched" else ""
        dies = "the corpus is \x1b[31mdamaged" if kind == "dead at once" else ""
        trainers = Trainers(monkeypatch, here, fails, dies)
        said = fails or "the corpus is ␛[31mdamaged"
        if kind == "no plan":
            (here.events).write_bytes(b"".join(here.events.read_bytes().splitlines(True)[:50]))
            said = "has not finished finetune"
        if kind == "no folder":
            here.weights("tuned").unlink()
            said = "tuned weights of run"
        if kind == "not stopped":
            monkeypatch.setattr(FakeControl, "reply", Reply(ok=False, error="read-only: another steers"))
            said = "read-only: another steers"
        app.change_to(lambda: app.steering.branch("feedback", [], True))
        await until(pilot, lambda: not app.changing)
        await until(pilot, lambda: said in _notified(app))
        assert "This run goes on." in _notified(app)
        assert here.path in trainers.living and trainers.most == 1 and app.return_value is None
        stopped = kind in ("not launched", "dead at once")
        assert (here in trainers.launched) == stopped
        left = [path.parent for path in tmp_path.glob("*/plan.json")]
        assert len(left) == (2 if kind == "dead at once" else 1)  # a run that was begun is kept, to look into


async def test_warnings_are_told_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        notice = e.Noticed("step 61 was not taken: [bold]its \x1b[31mgradient", "warning")
        record = Record(VERSION, len(TRAINING), TRAINING[-1].t, TRAINING[-1].busy, notice)
        with app.scene.folder.events.open("ab") as file:
            file.write(encoder.encode(record) + b"\n")
        await until(pilot, lambda: "step 61 was not taken" in shown(app))
        assert "[bold]its ␛[31m" in " ".join(shown(app).split()).replace("│ ", "")


async def test_the_mouse_works_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, ASKING) as (app, pilot):
        await pilot.click("#pane-3")
        await until(pilot, lambda: app.dashboard.current == 3)
        footer = text_of(app.dashboard.frame[-1])
        await pilot.click("#footer", offset=(footer.index("zoom") - 3, 0))
        await until(pilot, lambda: app.dashboard.zoomed)
        tabs = text_of(app.dashboard.frame[2])
        await pilot.click("#tabs", offset=(tabs.index("Rater"), 0))
        await until(pilot, lambda: app.dashboard.current == 4)
        await pilot.click("#pane-4", offset=(4, 3))  # the A over the left answer
        await until(pilot, lambda: Pick(4, "a") in FakeControl.last.sent)


async def test_help_exam_and_palette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, pilot):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help) and "you are here" in shown(app))
        await pilot.press("escape", "m")
        await until(pilot, lambda: isinstance(app.screen, ExamSheet))
        await until(pilot, lambda: "79 % 73–84" in shown(app))
        await pilot.press("escape", "ctrl+p")
        await until(pilot, lambda: "Zoom (z)" in shown(app))
        await pilot.press(*"exam", "enter")
        await until(pilot, lambda: isinstance(app.screen, ExamSheet))


async def test_a_replay_plays_pauses_and_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS, mode="replay") as (app, pilot):
        assert "The replay is over: this was the whole run" in shown(app) and "replay over" in shown(app)
        await pilot.press("minus")
        assert app.scene.replay_speed == 1000
        for speed in (500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.1):
            await pilot.press("minus")
            assert app.scene.replay_speed == speed
        await pilot.press("plus")
        assert app.scene.replay_speed == 0.2


async def test_a_replay_jumps_to_the_beginning_of_a_stage(tmp_path: Path, monkeypatch) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS, mode="replay") as (app, pilot):
        await pilot.press("space")
        for stage in ("feedback", "finetune", "pretrain"):
            await pilot.press("left_parenthesis")
            await until(pilot, lambda stage=stage: app.scene.now.stage == stage)
            assert app.scene.now.stages[stage].step == 0 and not app.scene.replayed
        await until(pilot, lambda: "replay over" not in shown(app) and "step" in shown(app))
        await pilot.press("full_stop", "full_stop")
        await until(pilot, lambda: app.scene.now.stages["pretrain"].step >= 1)
        await pilot.press("right_parenthesis")
        await until(pilot, lambda: app.scene.now.stage == "finetune")
        await pilot.press("space")
        await until(pilot, lambda: app.scene.replayed and app.scene.now.records == len(RECORDS))


async def test_the_end_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, _):
        screen = shown(app)
        assert app.dashboard.current == 5
        for part in ("aligned c04d5be1", "aligned beats tuned in 74 %", "✓ frozen", "before", "after"):
            assert part in screen, part


# -- chat ------------------------------------------------------------------------------------------------


async def test_chat_streams_from_the_latest_frozen_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, pilot):
        chat = app.dashboard.chat
        asked = []

        async def ask(question: Ask, hear: Callable[[Said], None]) -> None:
            asked.append((question.prompt, question.weights))
            for piece in ("Mira ", "lives in ", "Velm.\x1b[31m[bold]"):
                hear(Said(text=piece))
                await asyncio.sleep(0)
            hear(Said(done=True, sha256=recorded.SHA["aligned"]))

        monkeypatch.setattr(chat.process, "ask", ask)
        await pilot.press("5", *"Where", "enter")
        await until(pilot, lambda: "Mira lives in Velm." in text_of(chat.conversation))
        assert asked == [("Where", "aligned")]
        assert "\x1b" not in text_of(chat.conversation) and "[bold]" in text_of(chat.conversation)
        assert "aligned c04d5be1" in text_of(chat.conversation)
        await pilot.press("ctrl+t", *"Hi", "enter")
        await until(pilot, lambda: asked[-1] == ("Hi", "base"))


async def test_chat_before_anything_is_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await pilot.press("5")
        assert not isinstance(app.focused, Input)
        assert "no weights are frozen yet" in shown(app)


async def test_a_chat_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_trainer.ui.processes.order.sys.executable", "/bin/false")
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, pilot):
        await pilot.press("5", "h", "i", "enter")
        await until(pilot, lambda: "chat process" in text_of(app.dashboard.chat.conversation))
