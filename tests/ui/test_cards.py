"""The card at each stage's end, the guesses before a result, and the five things that tick themselves off."""

import copy
from pathlib import Path

import pytest
import recorded
from msgspec.structs import replace
from rich.cells import cell_len
from test_actions import scene_at
from test_step_slowly import EXPLAINED
from watching import opened, shown, until

from tui_trainer.messages import events as e
from tui_trainer.messages.conversation import Said
from tui_trainer.messages.events import VERSION, Record, StageName
from tui_trainer.ui import screen_settings as preferences
from tui_trainer.ui.chrome.card import MOST, CardView
from tui_trainer.ui.connection.feed import Arrived
from tui_trainer.ui.handlers.leads import LEADS
from tui_trainer.ui.panes.chat import READ
from tui_trainer.ui.panes.conversation import Turn
from tui_trainer.ui.screens.help.ahas import AhaSheet
from tui_trainer.ui.screens.help.one_step import OneStepSheet
from tui_trainer.view import words
from tui_trainer.view.ahas import AHAS
from tui_trainer.view.cards import Card, card_of
from tui_trainer.view.fold import apply
from tui_trainer.view.state import State

RECORDS = recorded.records()
WHOLE = scene_at(RECORDS).now
STAGES: tuple[StageName, ...] = ("data", "pretrain", "finetune", "feedback", "frozen")


def with_(state_records: list[Record], *events: e.Event) -> list[Record]:
    last = state_records[-1]
    more = [Record(VERSION, last.seq + n, last.t, last.busy, x) for n, x in enumerate(events, 1)]  # type: ignore[arg-type]  # of AnyEvent
    return [*state_records, *more]


def card(stage: StageName, state: State = WHOLE, **guesses: float) -> Card:
    found = card_of(state, stage, guesses)  # type: ignore[arg-type]  # names of stages
    assert found is not None
    return found


def test_what_picks_changed_is_told_as_it_was_found() -> None:
    by_person = e.Picked(1, "a", "person", False)
    said = [e.BeforeAfter("Who?", "Ada.", "Ada."), e.BeforeAfter("Who?", "Bo.", "It was Bo.")]
    start = State(stages=WHOLE.stages, reinforced=WHOLE.reinforced, weights={"tuned": WHOLE.weights["tuned"]})
    for events, changed, met in (
        (said[:1], "After 1 pick it answers as before.", False),
        (said, "After 1 pick it answers in another way.", True),
        (
            [*said, e.Measured("aligned/blind_win_rate", 0.58, (0.39, 0.76), 24)],
            "After 1 pick you preferred its new answers in 58 % of 24 pairs, blindly (a tie "
            "counts half); a coin could do that.",
            True,
        ),
        (
            [*said, e.Measured("aligned/blind_win_rate", 0.9, (0.7, 0.98), 20)],
            "After 1 pick you preferred its new answers in 90 % of 20 pairs, blindly (a tie "
            "counts half); 50 % would be no change.",
            True,
        ),
        (
            [*said, replace(WHOLE.weights["tuned"], weights="aligned")],
            "After 1 pick its weights are what they were: what was changed cost too much, and was put back.",
            False,
        ),
    ):
        state = copy.deepcopy(start)
        for record in with_(RECORDS, by_person, *events)[len(RECORDS) :]:
            apply(state, record)
        assert card("feedback", state).changed == changed
        assert AHAS[2].met(state, set()) is met


def test_each_stage_has_one_with_its_own_figures() -> None:
    measured = {name: figure.value for name, figure in WHOLE.measured.items()}
    read = sum(source.documents for source in WHOLE.sources.values())
    left = read - sum(applied.dropped for applied in WHOLE.filters.values())
    assert f"Of {read:,} documents {left:,} are left" in card("data").changed
    assert "near copies: 412" in card("data").changed
    curve = WHOLE.curve("pretrain", "validation")
    assert curve is not None
    last = f"{curve.last:.2f}"
    assert f"from {curve.final[0]:.2f} to {last}." in card("pretrain").changed
    # ... and the loss pane's, where the best weights were not the last.
    pretrained = recorded.until(RECORDS, e.Validated, 21, stage="pretrain")
    kept = e.BestKept("pretrain", 475, 1.07, 500, 1.1)
    state = scene_at(with_(pretrained, kept)).now
    assert state.validated is not None and state.validated.nats == 1.07
    assert "to 1.07." in card("pretrain", state).changed
    won = round(100 * measured["aligned/win_rate"])
    assert f"After 24 picks its answers are preferred in {won} % of comparisons" in card("feedback").changed
    assert WHOLE.weights["aligned"].sha256[:8] in card("frozen").changed
    assert {card(stage).lead for stage in STAGES} <= set(LEADS)
    assert card_of(State(), "pretrain", {}) is None  # nothing is made up


def test_facts_known_are_one_figure_in_the_same_words() -> None:
    """On every card those of the exam that a stranger sets, not those that are asked for on the way, nor
    those of the exam's other questions; the exam's table and line call them the same."""
    assert "Facts known, when asked: 3 %." in card("pretrain").changed
    assert "Facts known, when asked: 3 % before, 74 % now." in card("finetune").changed
    assert "Facts known, when asked: 74 % before, 71 % now." in card("feedback").changed
    assert card("pretrain").asks.startswith("Facts known, when asked, after fine-tuning")
    assert card("finetune", pretrain=50).outcome == "You guessed 50; it is 74 %."
    assert words.figure_alone("aligned/recall_outsider") == "facts known, when asked"
    before_it_was_asked = copy.deepcopy(WHOLE)
    for weights in ("base", "tuned", "aligned"):
        del before_it_was_asked.measured[f"{weights}/recall_outsider"]
    for stage in ("pretrain", "feedback"):
        assert "known" not in card(stage, before_it_was_asked).changed
    assert card_of(before_it_was_asked, "finetune", {}) is None


def test_a_gamed_reward_is_told_with_both_figures() -> None:
    loose = with_(RECORDS, e.KnobTurned("feedback.beta", 0.0))
    reinforced = e.Reinforced(61, 4.5, None, 90.0, 30.0, 1.0, 0, 0, 0.61, 0.79)
    state = scene_at(with_(loose, reinforced, e.Measured("aligned/recall_outsider", 0.54))).now
    assert card("feedback", state).title == "It gamed the reward"
    changed = card("feedback", state).changed
    assert "to +4.50, and facts known, when asked, fell from 74 % to 54 %." in changed
    assert AHAS[3].met(state, set()) and not AHAS[3].met(WHOLE, set())
    for ended, why in ((1.0, "none of its answers ends"), (0.9, "90 % of its answers never end")):
        found = [e.Measured("tuned/never_ended", 0.0), e.Measured("aligned/never_ended", ended)]
        state = scene_at(with_(loose, reinforced, e.Measured("aligned/recall_outsider", 0.0), *found)).now
        assert f"fell from 74 % to 0 %: {why}, which counts as wrong." in card("feedback", state).changed


@pytest.mark.parametrize(
    ("figure", "before", "after", "said"),
    [
        ("never_ended", 0.0, 0.9, "and 90 % of its answers never end; before it was 0 %."),
        ("format", 1.0, 0.1, "and 10 % of its answers are formed as sentences; before it was 100 %."),
        ("sums", 0.97, 0.28, "and its right answers to sums fell from 97 % to 28 %."),
        ("howto_steps", 0.97, 0.64, "and its answers with the right steps fell from 97 % to 64 %."),
    ],
)
def test_a_reward_is_gamed_by_worse_answers_as_well(
    figure: str, before: float, after: float, said: str
) -> None:
    loose = with_(RECORDS, e.KnobTurned("feedback.beta", 0.0))
    reinforced = e.Reinforced(61, 4.5, None, 90.0, 30.0, 1.0, 0, 0, 0.79, 0.79)
    found = [e.Measured(f"{name}/{figure}", share) for name, share in (("tuned", before), ("aligned", after))]
    state = scene_at(with_(loose, reinforced, *found)).now
    assert card("feedback", state).title == "It gamed the reward"
    assert said in card("feedback", state).changed
    kept = scene_at(with_(loose, reinforced)).now
    assert card("feedback", kept).title == "Off the leash, and not gamed" and not AHAS[3].met(kept, set())
    assert "to +4.50. Nothing that the exam measures became" in card("feedback", kept).changed
    assert card("feedback", WHOLE).title == "Feedback is through"


def test_a_guess_is_held_against_what_came() -> None:
    assert card("data").asks and card("pretrain").asks and card("finetune").asks
    assert card("pretrain", data=2.5).outcome.startswith("You guessed 2.5; it is ")
    assert card("feedback", finetune=10).outcome == "You guessed 10; 24 were made."
    assert WHOLE.fitted is not None
    enough = replace(WHOLE.fitted, enough=True)
    state = copy.deepcopy(WHOLE)
    for record in with_(RECORDS, enough, e.Picked(25, "a", "person", False), enough)[len(RECORDS) :]:
        apply(state, record)
    assert card("feedback", state, finetune=10).outcome == "You guessed 10; it took 24."  # not 25
    assert card("feedback").outcome == ""


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("stage", STAGES)
def test_no_card_is_cut(stage: StageName, width: int) -> None:
    scene = scene_at(RECORDS)
    scene.card = card(stage, pretrain=50, data=3, finetune=10)
    rows = [row.text for row in CardView(scene).lines(width, 99)]
    text = " ".join(" ".join(row.strip(" ▌") for row in rows).split())
    assert len(rows) <= MOST and all(cell_len(row) <= width for row in rows) and "…" not in text
    for said in (scene.card.title, scene.card.changed, scene.card.tries):
        assert said in text, (said, text)


async def test_it_comes_when_a_stage_ends_and_one_key_tries_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = recorded.until(RECORDS, e.WeightsFrozen, weights="base")
    async with opened(tmp_path, monkeypatch, exam, size=(80, 24)) as (app, pilot):
        assert "Pretraining is through" not in shown(app)
        app.post_message(Arrived(with_(exam, e.StageEnded("pretrain"))[-1:]))
        await until(pilot, lambda: "Pretraining is through" in shown(app))
        text = " ".join(shown(app).split())
        assert "it will only continue your text" in text and " H Your guess: Facts known, when asked" in text
        await pilot.press("H", *"40", "enter")
        await until(pilot, lambda: "You guessed 40." in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.dashboard.current == 5)
        assert app.scene.card is None and app.dashboard.chat.weights == "base"
        await pilot.pause()
        assert "Pretraining is through" not in shown(app)


@pytest.mark.parametrize(("size", "curve"), [((80, 24), 6), ((60, 20), 3)])
async def test_it_leaves_room_for_the_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], curve: int
) -> None:
    exam = recorded.until(RECORDS, e.WeightsFrozen, weights="base")
    async with opened(tmp_path, monkeypatch, exam, size=size) as (app, pilot):
        app.post_message(Arrived(with_(exam, e.StageEnded("pretrain"))[-1:]))
        await until(pilot, lambda: "Pretraining is through" in shown(app))
        app.dashboard.go(2)
        rows = [row.text for row in app.dashboard.pane(2).lines(*app.dashboard.pane(2).size)]  # type: ignore[union-attr]  # a pane of lines
        assert sum("┤" in row or "│" in row for row in rows) >= curve, rows
        assert app.dashboard.card.needed(*size) == app.dashboard.card.size.height or size[1] < 24
        assert "Next: " not in shown(app)  # which the card has the place of
        await pilot.press("escape")
        await until(pilot, lambda: "Next: " in shown(app))


async def test_a_number_can_be_guessed_after_what_the_card_offers_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = recorded.until(RECORDS, e.WeightsFrozen, weights="base")
    async with opened(tmp_path, monkeypatch, exam, size=(80, 24)) as (app, pilot):
        app.post_message(Arrived(with_(exam, e.StageEnded("pretrain"))[-1:]))
        await until(pilot, lambda: "Pretraining is through" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.scene.card is None and app.dashboard.typing)
        await pilot.press("escape")
        await until(pilot, lambda: " H  your guess" in shown(app))
        await pilot.press("H")
        await until(pilot, lambda: "after fine-tuning: how" in shown(app))  # what is to be guessed
        await pilot.press(*"40", "enter")
        await until(pilot, lambda: app.scene.guesses == {"pretrain": 40})
        await pilot.press("H")
        assert app.screen is app.dashboard and app.scene.card is None
        app.dashboard.show_card(card("data"))
        app.post_message(Arrived(with_(exam, e.StageEnded("finetune"))[-1:]))  # nothing was measured
        await until(pilot, lambda: app.scene.unguessed is None)


async def test_the_last_one_waits_for_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS, size=(80, 24)) as (app, pilot):
        app.post_message(Arrived(with_(RECORDS, e.StageEnded("feedback"), e.StageEnded("frozen"))[-2:]))
        await until(pilot, lambda: "Feedback is through" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: "The weights are frozen" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.scene.card is None)


async def test_it_does_not_come_while_one_types_and_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = recorded.until(RECORDS, e.WeightsFrozen, weights="base")
    async with opened(tmp_path, monkeypatch, exam, size=(80, 24)) as (app, pilot):
        await pilot.press("5")
        await until(pilot, lambda: app.dashboard.typing)
        app.post_message(Arrived(with_(exam, e.StageEnded("pretrain"))[-1:]))
        await until(pilot, lambda: "Pretraining is through: esc leaves the chat" in shown(app))
        for _ in range(3):
            app.cards.follow()
        assert app.scene.card is None and len(app.scene.waiting) == 1
        await pilot.press("enter")  # nothing is typed yet: no card takes it
        assert app.dashboard.typing and app.dashboard.chat.chosen is None
        await pilot.press("escape")
        await until(pilot, lambda: "Try: Ask it a question" in shown(app))


async def test_it_waits_for_the_end_of_the_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one comes while a newcomer is still being shown around; with it comes its guess."""
    ready = recorded.until(RECORDS, e.CorpusReady)
    async with opened(tmp_path, monkeypatch, ready, size=(80, 24)) as (app, pilot):
        app.dashboard.tour(0)
        app.post_message(Arrived(with_(ready, e.StageEnded("data"))[-1:]))
        await until(pilot, lambda: len(app.scene.waiting) == 1)
        for _ in range(3):
            app.cards.follow()
        assert app.scene.card is None
        await pilot.press("escape")
        await until(pilot, lambda: "The text is ready" in shown(app))
        assert " H Your guess: How low will the loss" in " ".join(shown(app).split())
        await pilot.press("H", "3", "enter")
        await until(pilot, lambda: app.scene.guesses == {"data": 3})


async def test_it_does_not_come_under_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS, size=(80, 24)) as (app, pilot):
        app.post_message(Arrived(with_(RECORDS, e.StageEnded("feedback"), e.StageEnded("frozen"))[-2:]))
        await until(pilot, lambda: "Feedback is through" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Off the leash" in shown(app))
        for _ in range(3):
            app.cards.follow()
        assert app.scene.card is None and "The weights are frozen" not in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: "The weights are frozen" in shown(app))


async def test_it_stays_until_it_could_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exam = recorded.until(RECORDS, e.WeightsFrozen, weights="base")
    ended = recorded.until(RECORDS, e.StageEnded, stage="pretrain")
    tuned = recorded.until(RECORDS, e.WeightsFrozen, weights="tuned")
    picked = e.Picked(0, "a", "person", False)
    async with opened(tmp_path, monkeypatch, exam, size=(80, 24)) as (app, pilot):
        now = app.scene.clock()
        monkeypatch.setattr(app.scene, "clock", lambda: now)
        app.post_message(Arrived(ended[len(exam) :]))
        await until(pilot, lambda: "Pretraining is through" in shown(app))
        app.post_message(Arrived(tuned[len(ended) :]))
        app.post_message(Arrived(with_(tuned, e.StageEnded("finetune"), picked)[-2:]))
        await until(pilot, lambda: len(app.scene.waiting) == 1)
        await until(pilot, lambda: "Pretraining is through" in shown(app) and "Your guess" not in shown(app))
        app.cards.follow()
        now += 60
        app.cards.follow()
        app.post_message(Arrived(with_(tuned, e.StageEnded("finetune"), picked)[-1:]))
        await until(pilot, lambda: "Fine-tuning is through" in shown(app))
        app.post_message(Arrived(with_(tuned, e.StageEnded("finetune"), picked)[-1:]))
        await pilot.pause()
        assert "Fine-tuning is through" in shown(app)  # which has only come


async def test_it_can_be_put_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, pilot):
        app.dashboard.go(2)
        app.dashboard.show_card(card("frozen"))
        await until(pilot, lambda: "The weights are frozen" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: "look at the hash" not in shown(app))
        assert app.dashboard.current == 2


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_nothing_that_is_said_covers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS, size=size) as (app, pilot):
        app.dashboard.show_card(card("data"))
        app.say(
            "A sentence that is said for a few seconds, of a length that takes several lines on a screen."
        )
        await until(pilot, lambda: app.screen.query("Toast"))
        await pilot.pause()
        (toast,) = app.screen.query("Toast")
        assert toast.region.size and not toast.region.overlaps(app.dashboard.card.region)
        app.dashboard.show_card(None)
        await until(pilot, lambda: toast.region.y > size[1] // 2)


async def test_its_key_works_while_one_is_in_the_chat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS, size=(80, 24)) as (app, pilot):
        await pilot.press("5", "x")
        app.dashboard.show_card(card("data"))
        await until(pilot, lambda: "esc  leave the chat, for these keys" in shown(app))
        assert app.dashboard.card.needed(80) == len(app.dashboard.card.lines(80, MOST))
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: app.scene.card is None and app.dashboard.current == 1)
        app.dashboard.show_card(card("data"))
        await pilot.press("5", "escape")
        await until(pilot, lambda: "esc  away" in shown(app))


async def test_the_list_ticks_itself_off_and_leads_to_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS) as (app, pilot):
        assert app.scene.met == {"picks"}  # by the log: a person picked, and saw what came of it
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, AhaSheet) and "1 of 5 seen" in shown(app))
        assert "✓ My picks changed it" in shown(app) and "○ It gamed the reward" in shown(app)
        await pilot.press("2")
        await until(pilot, lambda: app.screen is app.dashboard and app.dashboard.current == 5)
        chat = app.dashboard.chat
        assert chat.chosen == "base"
        sha = app.scene.state.weights["base"].sha256
        for _ in range(2):
            chat._answer = chat.conversation.add(Turn("base", open=True))
            chat._hear(Said(text="and so on", done=True, sha256=sha))
        await until(pilot, lambda: chat.conversation.turns[-1].seen is not None)
        app.tick()
        assert app.scene.met == {"picks"}  # nobody has had the time to read it
        later = app.scene.clock() + READ
        app.scene.clock = lambda: later
        await until(pilot, lambda: {"ask_base", "chat", "picks"} == app.scene.met)
        await until(pilot, lambda: "3 of 5 things seen" in shown(app))
        assert preferences.load_layout().met == ["ask_base", "chat", "picks"]  # for the next run, too
        app.dashboard.chat.focus()
        apply(app.scene.now, with_(RECORDS, EXPLAINED)[-1])
        app.tick()
        await until(pilot, lambda: "step" in app.scene.met)
        await pilot.press("A", "1")  # a run that has ended: the step is shown again
        await until(pilot, lambda: isinstance(app.screen, OneStepSheet) and "blame" in shown(app))


async def test_a_step_is_seen_by_the_line_under_any_pane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, RECORDS, size=(80, 24)) as (app, pilot):
        await pilot.press("1")
        apply(app.scene.now, with_(RECORDS, EXPLAINED)[-1])
        app.tick()
        await until(pilot, lambda: "step" in app.scene.met)


async def test_whom_the_list_leads_to_the_last_step_has_seen_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, with_(RECORDS, EXPLAINED), size=(80, 24)) as (app, pilot):
        app.scene.moment = None
        await pilot.press("A", "1")
        await until(pilot, lambda: isinstance(app.screen, OneStepSheet))
        await pilot.press("escape")
        await until(pilot, lambda: "step" in app.scene.met)


def test_another_hash_is_no_proof() -> None:
    for aha in AHAS:
        assert aha.lead in LEADS
    assert not AHAS[4].met(WHOLE, {"asked base"}) and AHAS[4].met(WHOLE, {"same hash"})
