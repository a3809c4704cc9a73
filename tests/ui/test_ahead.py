"""What comes next: at every moment why this matters, what follows, and a key that does something now."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import recorded
from test_actions import scene_at
from watching import opened, shown, until

from tui_trainer.learning.preferences import statistics
from tui_trainer.messages import events as e
from tui_trainer.messages.events import STAGES, VERSION, Record
from tui_trainer.ui.chrome.ahead import AheadView, proposal
from tui_trainer.ui.chrome.rail import Rail
from tui_trainer.ui.connection.feed import Arrived
from tui_trainer.ui.dashboard import LOOK_AT
from tui_trainer.ui.keys import ACTIONS, BY_NAME
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers
from tui_trainer.view.ahead import USEFUL, ahead_of
from tui_trainer.view.cards import card_of
from tui_trainer.view.fold import apply
from tui_trainer.view.text import holds, seconds_to_read

RECORDS = recorded.records()
WIDTHS = (60, 80, 120)
MARGIN = 3


def looked_at(scene: Scene) -> Scene:
    """As one sees it who goes where the stage is."""
    scene.pane = LOOK_AT[scene.now.stage or "data"]
    return scene


def said(scene: Scene, width: int = 80) -> str:
    """What stands in its two lines at this width."""
    return next(form for form in proposal(looked_at(scene), ACTIONS).forms if holds(form, width - MARGIN, 2))


def every_moment(simulated: bool) -> Iterator[Scene]:
    scene = scene_at([])
    yield scene
    for record in recorded.records(simulated=simulated):
        apply(scene.now, record)
        yield scene


@pytest.mark.parametrize("simulated", [False, True])
def test_at_every_moment_there_is_a_why_a_next_and_a_key(simulated: bool) -> None:
    stages = set()
    for scene in every_moment(simulated):
        found = ahead_of(scene.now)
        stages.add(scene.now.stage)
        for said_ in (found.decides, *found.tries):  # only what there is a key for
            assert set(re.findall(r"\{(\w+)\}", said_)) <= set(BY_NAME)
        told = said(scene)
        assert "Why: " in told and "Next: " in told and "{" not in told and ".." not in told, told
        decides = told.startswith(("You decide: ", "It is yours now: "))
        assert "Try: " in told or decides, told
        small = said(scene, 60)  # where there is room for less, that comes first which one can do
        assert small.startswith(told[:13]) if decides else "Try: " in small and "Next: " in small, small
    assert stages == {None, *STAGES}


def test_what_is_offered_can_be_done() -> None:
    """Each key that is told does something at that moment, in the pane where it is told."""
    for scene in every_moment(False):
        scene.pane = LOOK_AT[scene.now.stage or "data"]
        text = said(scene)
        tried = text.partition("Try: ")[2]
        for part in filter(None, tried.rstrip(".").split(", ")):
            key = part.partition(" ")[0]
            names = [
                name for name, written in scene.keys.items() if written.startswith(key) and name in BY_NAME
            ]
            assert any(BY_NAME[name].when(scene) for name in names), part


def test_counts_are_the_plan_s_and_the_time_left_stands_in_one_place() -> None:
    training = scene_at(recorded.until(RECORDS, e.Stepped, 200))
    assert "Next: its first exam at step 500, then fine-tuning, 1,300 steps. Try" in said(training)
    assert "left in stage" in Rail(training).lines(80, 2)[1].text and "about" not in said(training)
    tuning = scene_at(recorded.until(RECORDS, e.Stepped, 100, stage="finetune"))
    assert "Next: the exam again at step 260." in said(tuning)
    exam = scene_at(recorded.until(RECORDS, e.WeightsFrozen))
    assert "Next: fine-tuning, 1,300 steps." in said(exam)  # as the settings say
    reinforced = scene_at(recorded.until(RECORDS, e.Reinforced, 20))
    assert "after step 60 a blind test" in said(reinforced)
    by_a_program = scene_at(recorded.until(recorded.records(simulated=True), e.Reinforced, 20))
    assert "after step 60 the exam." in said(by_a_program)


def test_whoever_picks_is_told_how_many_picks_it_takes_and_how_long() -> None:
    assert USEFUL == statistics.USEFUL
    before = scene_at(recorded.until(RECORDS, e.StageStarted, stage="feedback"))
    assert "you pick the better one, 12 times or more" in said(before)
    first = scene_at(recorded.until(RECORDS, e.PairOffered, 1))
    took = numbers.roughly((first.now.planned("feedback") or 0) * (first.now.pace or 0))
    assert f"Next: at least 12 picks, then 60 steps, about {took}." in said(first)
    later = scene_at(recorded.until(RECORDS, e.PairOffered, 6))
    useful = later.now.fitted.picks if later.now.fitted is not None else 0
    assert f"at least {12 - useful} more picks" in said(later)
    later.now.pick_seconds.extend([60.0] * 99)
    full = proposal(looked_at(later), ACTIONS).forms[0]
    assert f"at least {12 - useful} more picks, about {12 - useful} minutes; then 60 steps toward it" in full
    looking_back = scene_at(recorded.until(RECORDS, e.PairOffered, 1), mode="replay")
    assert "at least 12 picks; then 60 steps toward it" in said(looking_back) and "about" not in said(
        looking_back
    )


def test_what_the_person_decides_comes_first_with_its_key() -> None:
    asked = scene_at(recorded.until(RECORDS, e.PairOffered, 3))
    assert said(asked).startswith("You decide: press a or b for the better answer.")
    elsewhere = scene_at(recorded.until(RECORDS, e.PairOffered, 3), shows_rater=False)
    assert said(elsewhere).startswith("You decide: 4 shows what waits for you.")
    typing = scene_at(recorded.until(RECORDS, e.PairOffered, 3), shows_rater=False, typing=True)
    assert said(typing).startswith("You decide: esc leaves the chat, then 4.")
    looking_on = scene_at(recorded.until(RECORDS, e.PairOffered, 3), mode="view")
    assert said(looking_on).startswith("The run waits for whoever steers it.")
    tested = e.TasteTested(24, "random", 18, 18, 9, 3199, 0.5, 0.01, asks=True)
    before = recorded.until(RECORDS, e.RewardModelFitted, 20)
    doubted = scene_at([*before, Record(VERSION, 0, 0, 0, tested)])
    assert said(doubted).startswith("You decide: N more picks, Y turn it anyway, E leave it.")
    assert said(scene_at(RECORDS)).startswith("It is yours now: 5 talks to it")
    paused = scene_at([*recorded.until(RECORDS, e.Stepped, 9), Record(VERSION, 0, 0, 0, e.Paused())])
    assert said(paused).startswith("Paused: space goes on, . makes one step.")
    assert "about" not in said(paused)
    assert said(scene_at(recorded.until(RECORDS, e.Stepped, 9), trainer="gone")).startswith("r goes on")
    assert said(scene_at([], tour=0, holding=True)).startswith("enter goes on, esc skips the tour.")


def test_each_thing_to_try_is_offered_until_it_was_done() -> None:
    scene = looked_at(scene_at(recorded.until(RECORDS, e.Stepped, 200)))
    assert "Try: 5 shows what it writes by now" in said(scene)
    scene.tried.add(("pretrain", "pane_5"))
    assert "Try: 4 shows a guess" in said(scene)
    scene.tried.add(("data", "machine"))  # which is the same in every stage
    assert "8 draws" not in " ".join(proposal(scene, ACTIONS).forms)
    scene.tried.add(("data", "pane_4"))  # ... but a guess is another
    assert "Try: 4 shows a guess" in said(scene)
    scene.unguessed = card_of(scene.now, "data", {})
    scene.tried.add(("pretrain", "card_guess"))  # which may have been left again without a number
    assert "Try: H takes your guess" in said(scene)


def test_what_is_passed_over_gives_way_and_at_last_nothing_needs_doing() -> None:
    scene = looked_at(scene_at(recorded.until(RECORDS, e.Stepped, 200)))
    now = 0.0
    scene.clock = lambda: now
    view = AheadView(scene, ACTIONS)
    offered: list[str] = []
    for second in range(900):
        now = float(second)
        shown_ = " ".join(row.text.strip("▌ ").strip() for row in view.lines(60, 2))
        key = shown_.partition("Try: ")[2].partition(" ")[0]
        if key and key not in offered[-1:]:
            offered.append(key)
    assert len(offered) == len(set(offered)) > 5 and offered[0] == "5"  # each once
    assert "Try: " not in said(scene)
    follows = "then its first exam, then fine-tuning, 1,300 steps."
    assert said(scene).endswith(f"Nothing needs doing until step 500: {follows}")
    assert said(scene, 60).endswith("Nothing needs doing until step 500: then its first exam.")
    for record in recorded.until(RECORDS, e.Stepped, 100, stage="finetune")[scene.now.records :]:
        apply(scene.now, record)
    assert "Try: 5 " in said(scene)  # which is another model by now
    asked = looked_at(scene_at(recorded.until(RECORDS, e.PairOffered, 3)))
    asked.clock = lambda: now
    view = AheadView(asked, ACTIONS)
    for second in range(900):
        now = float(second)
        view.lines(80, 2)
    assert not asked.passed_over  # while something has to be decided, nothing is offered in vain


def test_exams_are_offered_once_there_was_one() -> None:
    for scene in every_moment(False):
        if not scene.now.weights:
            assert "m shows" not in " ".join(proposal(looked_at(scene), ACTIONS).forms)


def test_it_says_what_the_card_offers() -> None:
    records = recorded.until(RECORDS, e.StageEnded, stage="pretrain")
    scene = scene_at(records)
    scene.card = scene.unguessed = card_of(scene.now, "pretrain", {})
    for width in WIDTHS:
        assert "Try: enter tries what the card says, H takes your guess" in said(scene, width) or (
            "Next: fine-tuning, 1,300 steps. Try: enter tries what the card says" in said(scene, width)
        )


def test_of_another_runs_picks_none_is_waited_for() -> None:
    scene = scene_at(recorded.until(RECORDS, e.StageEnded, stage="finetune"))
    assert "the better answer" in said(scene)
    scene.now.picks_again = 24
    assert "Next: the picks are made again" in said(scene) and "better answer" not in said(scene)


def test_it_stands_until_it_could_be_read() -> None:
    records = recorded.until(RECORDS, e.Stepped, 200)
    scene = looked_at(scene_at(records))
    now = 0.0
    scene.clock = lambda: now
    view = AheadView(scene, ACTIONS)

    def shows() -> str:
        return " ".join(row.text.strip("▌ ").strip() for row in view.lines(120, 2))

    first = shows()
    progress = scene.now.stages["pretrain"]
    progress.steps = 700
    assert "at step 500" in first and shows() == first
    now = seconds_to_read(60)
    assert "at step 700" in shows()
    scene.tried.add(("pretrain", "pane_5"))  # what the person does is answered at once
    assert "Try: 4 " in shows()
    for record in recorded.until(RECORDS, e.PairOffered)[len(records) :]:
        apply(scene.now, record)
    assert shows().startswith("You decide")
    pair = scene.now.offered
    assert pair is not None
    apply(scene.now, Record(VERSION, 0, 0, 0, e.Picked(0, "b", "person", False)))
    assert shows().startswith("You decide")  # the next pair comes in a moment
    now += 5
    assert not shows().startswith("You decide")
    apply(scene.now, Record(VERSION, 0, 0, 0, msgspec.structs.replace(pair, pair=1)))
    assert shows().startswith("You decide")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_it_stands_over_the_keys_and_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    before = recorded.until(RECORDS, e.Stepped, 200)
    async with opened(tmp_path, monkeypatch, before, size=size) as (app, pilot):
        for kind, count, words in (
            (e.Stepped, 260, "exam"),
            (e.WeightsFrozen, 1, "fine-tuning"),
            (e.PairOffered, 2, "You decide: press a or b"),
            (e.RunEnded, 1, "It is yours now"),
        ):
            records = recorded.until(RECORDS, kind, count)
            app.post_message(Arrived(records[app.scene.now.records :]))
            await until(pilot, lambda records=records: app.scene.now.records == len(records))
            app.dashboard.go(LOOK_AT[app.scene.now.stage or "data"])

            def stands(words: str = words) -> bool:
                app.scene.card = None  # whenever one comes: on a low screen it takes the line's place
                app.scene.waiting.clear()
                app.dashboard.show_card(None)
                app.tick()
                return words in " ".join(shown(app).split("\n")[-3:])

            await until(pilot, stands)
            rows = shown(app).split("\n")[-3:-1]
            assert all(row.startswith("▌") for row in rows) and "…" not in "".join(rows)
        await pilot.press("escape", "c")
        await until(pilot, lambda: "It is yours now" not in shown(app))


async def test_a_small_screen_keeps_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS, size=(60, 15)) as (app, _):
        assert "It is yours now" not in shown(app) and not app.dashboard.ahead.display
