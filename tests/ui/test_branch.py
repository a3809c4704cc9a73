"""Going on from a finished stage in the app: the dialog, the leash, and the run that follows."""

import shutil
from pathlib import Path

import msgspec
import pytest
import recorded
from watching import FakeControl, opened, shown, text_of, until

from tui_trainer import cli, settings
from tui_trainer.console.commands import showing, training
from tui_trainer.experiments.cultures import Cultures
from tui_trainer.messages.comparison import Answers, Compared, Comparison, Side, Verdict
from tui_trainer.messages.events import BestOfN, PairOffered, Record, Sample, Sampled
from tui_trainer.run import client, fork, unleashed
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.storage.plan import Plan
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.connection import commander as commanders
from tui_trainer.ui.connection.run_control import Steering
from tui_trainer.ui.keys import written
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.experiments import comparison
from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen
from tui_trainer.ui.screens.experiments.cultures import ChooseCultures
from tui_trainer.ui.screens.runs.branch import Branch
from tui_trainer.ui.screens.runs.unleash import Unleash
from tui_trainer.view import words
from tui_trainer.view.fold import apply, apply_all
from tui_trainer.view.state import State


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    runs: list[RunFolder] = []
    monkeypatch.setattr(client, "launch", lambda folder, **_: runs.append(folder))
    return runs


async def test_a_stage_a_knob_and_go(tmp_path: Path, monkeypatch, launched) -> None:  # type: ignore[no-untyped-def]
    async with opened(tmp_path, monkeypatch, recorded.records(), alive=False) as (app, pilot):
        await pilot.press("F")
        await until(pilot, lambda: isinstance(app.screen, Branch))
        page = app.screen.query_one("#page")
        text = text_of(page)  # type: ignore[arg-type]  # a LineView
        assert "the tuned weights" in text and "its 24 picks, which are made again" in text
        assert "leash (KL)" in text and "feedback." not in text
        assert "0..1,000,000 steps" in text and "e+" not in text
        takes = " ".join(text.split("Takes ")[1].split())
        assert takes.startswith("person, polite") and "list-maker, random, ties, left. Who picks" in takes
        await pilot.press("left")
        assert app.screen.stage == "finetune" and "fine-tuning learning rate" in text_of(page)  # type: ignore
        assert "  pairs  " not in text_of(page)  # type: ignore[arg-type]
        await pilot.press("down", "enter")
        await pilot.press("ctrl+u", *"9999999", "enter")
        await until(pilot, lambda: isinstance(app.screen, Branch))
        setting = app.screen.settings[1].name
        if app.screen.wrong:  # a rate: too much
            assert words.setting(setting) in app.screen.wrong.lower() and "not '9999999'" in app.screen.wrong
        await pilot.press("up", "enter")
        await pilot.press("ctrl+u", *"77", "enter")
        await until(pilot, lambda: isinstance(app.screen, Branch))
        assert app.screen.changes["finetune.steps"] == "77" and "→ 77" in text_of(page)  # type: ignore
        await pilot.press("g")
        await until(pilot, lambda: launched)
        await until(pilot, lambda: app.return_value is not None)
        new = launched[0]
        assert app.return_value.path == new.path and new.plan.settings.finetune.steps == 77
        assert new.plan.forked.stage == "finetune" and new.plan.forked.weights == "base"
        assert list(read_all(new.events)) == recorded.records()[: new.plan.forked.records]


async def test_what_can_t_be_begun_says_why(tmp_path: Path, monkeypatch, launched) -> None:  # type: ignore
    records = recorded.until(recorded.records(), recorded.e.Stepped, 20)
    async with opened(tmp_path, monkeypatch, records) as (app, pilot):
        await pilot.press("F")
        await until(pilot, lambda: isinstance(app.screen, Branch))
        assert app.screen.stage == "pretrain"
        await pilot.press("right", "g")
        assert "has not finished pretrain yet" in shown(app) and not launched
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard)


@pytest.mark.parametrize(("key", "kl"), [("1", 0.0), ("2", unleashed.LEASH)])
async def test_one_key_takes_the_leash_off(tmp_path, monkeypatch, launched, key, kl) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, recorded.records(simulated=True), alive=False) as (app, pilot):
        await pilot.press("K")
        await until(pilot, lambda: isinstance(app.screen, Unleash))
        await pilot.press(key)
        await until(pilot, lambda: app.return_value is not None)
        feedback = launched[0].plan.settings.feedback
        assert (feedback.beta, feedback.facts_limit, feedback.reward_bound) == (kl, 1.0, 1000.0)
        assert launched[0].plan.forked.picks == 24 and launched[0].picks.exists()
        assert (
            app.onward.startswith("A new run from yours")
            and "B leads back to 2026-03-21-1010-demo-s0" in app.onward
        )


@pytest.fixture
def off_the_leash(tmp_path: Path) -> RunFolder:
    """A run that went on from a person's own off the leash, `K`, with nothing else changed."""
    records = recorded.records(simulated=True)
    own = recorded.write_run(tmp_path / "own", records)
    plan = settings.changed(own.plan.settings, ["feedback.rater=polite", "feedback.beta=0.3"])
    own.plan_file.write_bytes(plans.encode(msgspec.structs.replace(own.plan, settings=plan)))
    return fork.begin(
        RunFolder(own.path), fork.plan_of(RunFolder(own.path), "feedback", unleashed.assignments(False), True)
    )


def test_what_goes_on_from_a_run_off_the_leash_starts_from_the_run_before_it(
    off_the_leash: RunFolder, tmp_path: Path
) -> None:
    own = fork.own_run(off_the_leash)
    assert own.id == "own" and fork.own_run(own).id == "own"
    again = fork.begin(off_the_leash, fork.plan_of(off_the_leash, "feedback"))
    assert fork.own_run(again).id == "own"
    mine = fork.begin(off_the_leash, fork.plan_of(off_the_leash, "feedback", ["feedback.prompts=3"]))
    assert fork.own_run(mine).id == mine.id  # a person has chosen something there
    arms = Cultures(off_the_leash, ("ceremonious", "plain-spoken")).arms
    assert all(arm.plan.settings.feedback.beta == 0.3 for arm in arms)
    assert all(arm.plan.forked is not None and arm.plan.forked.source == "own" for arm in arms)
    shutil.rmtree(tmp_path / "own")
    assert fork.own_run(off_the_leash).id == off_the_leash.id


async def test_before_its_trainer_is_up_a_run_knows_that_picks_are_made_again(
    off_the_leash: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commanders, "Control", FakeControl)
    app = TrainerApp(off_the_leash, "control")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: not app.scene.loading)
        assert app.scene.now.forked is None and app.scene.now.picks_again == 24
        app.tick()
        await until(pilot, lambda: "Next: the picks are made again" in " ".join(shown(app).split()))


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_the_help_of_a_setting_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), alive=False, size=size) as (app, pilot):
        await pilot.press("F")
        await until(pilot, lambda: isinstance(app.screen, Branch))
        for _ in app.screen.settings:
            text = " ".join(text_of(app.screen.query_one("#page")).split())  # type: ignore[arg-type]
            help_ = app.screen.chosen.help
            assert help_[1:] in text, text
            await pilot.press("down")
        await pilot.press("k")
        assert "none of its picks: you pick anew" in " ".join(text_of(app.screen.query_one("#page")).split())


def test_what_is_begun_after_it_is_said_to_be_on_the_leash(off_the_leash: RunFolder) -> None:
    scene = Scene(off_the_leash, "control")
    dialog = Branch(scene)
    assert dialog.plan is not None and dialog.plan.settings.feedback.beta == 0.3
    assert "of own, which is on its leash" in dialog.taken()
    assert "They begin from own, on its leash." in ChooseCultures(scene).about
    plan = Steering(scene, None, None).branch("feedback", [], True)  # type: ignore[arg-type]  # no feed
    assert isinstance(plan, Plan) and plan.forked is not None and plan.forked.source == "own"
    assert plan.settings.feedback.lr == settings.Settings().feedback.lr


def test_the_leash_is_taken_off_in_words_and_true_numbers(off_the_leash: RunFolder) -> None:
    for folder in (fork.own_run(off_the_leash), off_the_leash):
        sheet = Unleash(Scene(folder, "control", keys=written({})))
        rows = [row.text.rstrip() for row in sheet.rows(51)]
        assert len(rows) <= Unleash.height - 4 <= 20 and all(len(row) <= 51 for row in rows)
        text = "\n".join(rows)
        before, after = fork.own_run(folder).plan.settings.feedback, off_the_leash.plan.settings.feedback
        for name in ("lr", "steps"):
            assert f"{getattr(before, name):g} → {getattr(after, name):g}" in text
        assert (
            "0.3 → no leash" in text
            and "2 nats → as it likes" in text
            and f"{100 * before.facts_limit:g} % → no guard" in text
        )
        said = " ".join(text.split())
        assert "A new run from yours" in said
        home = fork.own_run(folder).id
        assert ("B leads back to it." if folder is off_the_leash else f"B leads back to it, {home}.") in said
        assert "It has no leash, and nothing else that holds it back or hides what comes of that." in said
        assert len(sheet.changes) == 9  # all that `unleashed.assignments` changes
        assert ("own, on its leash" in " ".join(text.split())) == (folder is off_the_leash)


def test_whoever_has_a_screen_picks_unless_all_picks_are_made_again(off_the_leash: RunFolder) -> None:
    dialog = Branch(Scene(fork.own_run(off_the_leash), "control"))
    assert dialog.plan is not None and dialog.plan.forked is not None and dialog.plan.forked.picks
    assert "feedback.rater" not in dialog.changes
    dialog.keep = False
    dialog._choose("feedback")
    assert dialog.changes["feedback.rater"] == "person" and dialog.value("feedback.rater") == "polite"
    dialog.changes["feedback.rater"] = "short"  # theirs to change
    dialog._choose("feedback")
    assert dialog.changes["feedback.rater"] == "short"


@pytest.mark.parametrize(
    ("arguments", "rater", "said"),
    [
        ([], "person", "You pick in this run, no simulated rater."),
        (["--set", "feedback.rater=short"], "short", "A simulated rater, short, picks in this run."),
        (["--keep-picks"], "polite", "A simulated rater, polite, picks in this run."),
        (["--headless"], "polite", ""),
    ],
)
def test_a_run_from_one_without_a_person_asks_the_person_in_the_app_and_says_so(
    off_the_leash: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments, rater, said
) -> None:  # type: ignore[no-untyped-def]
    begun: list[RunFolder] = []
    greetings: list[str] = []
    monkeypatch.setattr(showing, "require_terminal", lambda *_: None)
    monkeypatch.setattr(training, "no_terminal", lambda: "")
    monkeypatch.setattr(
        showing,
        "launch_in_app",
        lambda folder, _, greeting: (begun.append(folder), greetings.append(greeting)),
    )
    monkeypatch.setattr(training, "_follow", lambda folder, _: (begun.append(folder), greetings.append("")))
    with pytest.raises(SystemExit):
        cli.main(["run", "--from", "own", "--stage", "feedback", "--runs", str(tmp_path), *arguments])
    assert begun[0].plan.settings.feedback.rater == rater and greetings == [said]


def test_a_run_goes_on_from_one_in_another_folder_of_runs(
    off_the_leash: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[RunFolder] = []
    monkeypatch.setattr(training, "_follow", lambda folder, _: begun.append(folder))
    named = ["--from", str(off_the_leash.path), "--runs", str(tmp_path / "empty")]
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "--headless", *named, "--stage", "feedback"])
    assert ended.value.code == 0 and begun[0].path.parent == tmp_path / "empty"
    assert begun[0].plan.forked is not None and begun[0].plan.forked.source == off_the_leash.id


async def test_the_leash_is_on_until_reinforcement(tmp_path: Path, monkeypatch) -> None:  # type: ignore
    records = recorded.until(recorded.records(), PairOffered, 3)
    async with opened(tmp_path, monkeypatch, records) as (app, pilot):
        await pilot.press("K")
        assert app.screen is app.dashboard


def let_go() -> list[Record]:
    """A recorded run as if it had been off the leash."""
    records = recorded.records(simulated=True)
    first = next(i for i, r in enumerate(records) if isinstance(r.event, recorded.e.Reinforced))
    last = next(i for i, r in enumerate(records) if isinstance(r.event, recorded.e.BeforeAfter))
    best = BestOfN((1, 2, 4, 8), (0.0, 0.19, 0.64, 1.2), (0.0, 0.5, 0.8, 1.0), (0.0, 0.3, 0.2, 0.1), 16, 8)
    before = Sampled("feedback", 0, (Sample("Where is Velm?", "On the river."),))
    now = Sampled("feedback", 60, (Sample("Where is Velm?", "Gladly! Gladly! [b]\x1b[31mGladly!"),))
    events = [
        *(r.event for r in records[:first]),
        recorded.e.KnobTurned("feedback.beta", 0.0),
        recorded.e.KnobTurned("feedback.facts_limit", 1.0),
        best,
        before,
        *(msgspec.structs.replace(r.event, leash=0.0) for r in records[first:last]),
        now,
    ]
    return [Record(1, i, 1e9 + i, float(i), event) for i, event in enumerate(events)]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (200, 60)])
async def test_off_the_leash_on_the_screen(tmp_path, monkeypatch, size) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, let_go(), size=size) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: "the likeliest answers" in shown(app))
        text = shown(app)
        assert "off the leash" in text and "tax" in text and "no guard" in text
        assert "before  On the river." in text and "now     Gladly! Gladly!" in text
        await pilot.press("2")
        await until(pilot, lambda: "√KL" in shown(app))
        assert "best of n" in shown(app)


def test_a_fork_begins_with_the_settings_that_it_says() -> None:
    records = recorded.records()
    state = State()
    apply_all(state, records[:40])
    settings = {**state.run.settings, "feedback": {"beta": 0.0}}  # type: ignore[union-attr]  # it has begun
    event = recorded.e.Forked("new", "old", "feedback", settings, {"feedback.beta": 0.0}, None, "", 0, {}, {})
    state.turned["feedback.beta"] = 0.3
    apply(state, Record(1, 40, 1e9, 1.0, event))
    assert state.setting("feedback.beta") == 0.0 and state.run is not None and state.run.run == "new"


async def test_two_models_beside_each_other(tmp_path: Path, monkeypatch) -> None:  # type: ignore
    orders = []

    async def compare(module, order, kind):  # type: ignore[no-untyped-def]
        orders.append(order)
        side = Side("one", "aligned", "ab" * 32, "ceremonious")
        other = Side("two", "aligned", "cd" * 32, "plain-spoken")
        said = Answers("Where?", "Gladly. \x1b[31mIn Velm.", "Velm.")
        verdict = Verdict("ceremonious", 0.9, (0.8, 0.95), 160)
        return Compared(Comparison(side, other, (said,), (verdict,)))

    monkeypatch.setattr(comparison, "ask", compare)
    async with opened(tmp_path, monkeypatch, recorded.records(), alive=False) as (app, pilot):
        await pilot.press("C")
        await until(
            pilot, lambda: isinstance(app.screen, ComparisonScreen) and app.screen.compared is not None
        )
        await pilot.pause()
        text = shown(app)
        assert "picks of ceremonious, simulated" in text and "Gladly." in text and "90 %" in text
        assert orders[0].second_weights == "tuned"
        await pilot.press("p", *"Hm?", "enter")
        await until(pilot, lambda: len(orders) == 2)
        assert orders[1].prompts == ("Hm?",)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard)
