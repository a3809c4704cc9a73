"""What the rater's panes and sheets say of picks."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import recorded
from test_actions import scene_at
from watching import caption, opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.events import Record
from tui_trainer.run.ledger import Ledger
from tui_trainer.ui.keys import BY_NAME
from tui_trainer.ui.renderers import blind, no_taste, picks, reinforcement
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.rater.ledger import LedgerSheet
from tui_trainer.ui.screens.rater.reward_model import RewardModelSheet, calibration
from tui_trainer.view.fold import apply


def _records(*events: tuple[float, e.Event]) -> list[Record]:
    base = recorded.until(recorded.records(0), e.StageStarted, stage="feedback")
    time, seq = base[-1].t, len(base)
    out = list(base)
    for seconds, event in events:
        time += seconds
        out.append(Record(1, seq, time, 100.0, event))  # type: ignore[arg-type]  # of AnyEvent
        seq += 1
    return out


def _pair(number: int, predicted: float = 0.7, **more: object) -> e.PairOffered:
    return e.PairOffered(number, f"prompt {number}", "left", "right", False, predicted, (0.4, 0.9), **more)  # type: ignore[arg-type]  # its fields


def _fitted(**more: object) -> e.RewardModelFitted:
    return e.RewardModelFitted(
        12, {"length": (-0.8, 0.2), "polite words": (1.0, 0.3)}, 0.75, (0.5, 0.9), **more
    )  # type: ignore[arg-type]  # likewise


def _picked(number: int, choice: e.Choice = "a") -> e.Picked:
    return e.Picked(number, choice, "person", False)


def _text(scene: Scene, rows: Sequence[object]) -> str:
    return "\n".join(row.text for row in rows)  # type: ignore[attr-defined]  # strips


def test_the_reveal_says_what_was_foreseen_and_how_sure_it_was() -> None:
    right = scene_at(_records((0, _pair(0)), (4, _picked(0))))
    assert picks.reveal(right, 100).text == "pick 1: A is better. It guessed A, 70 % sure (40–90): right"
    wrong = scene_at(_records((0, _pair(0, 0.2)), (4, _picked(0))))
    assert "guessed B, 80 % sure (10–60): wrong" in picks.reveal(wrong, 100).text
    first = scene_at(_records((0, _pair(0, 0.5)), (4, _picked(0, "tie"))))
    assert "It had no idea" in picks.reveal(first, 100).text
    assert "After each pick" in picks.reveal(scene_at(_records()), 100).text


def test_a_repeat_is_told_after_its_pick_alone() -> None:
    events = [(0, _pair(0)), (1, _picked(0)), (0, _pair(1, repeats=0))]
    assert "seen it before" not in picks.reveal(scene_at(_records(*events)), 100).text
    alike = scene_at(_records(*events, (1, _picked(1, "b"))))
    assert "sides exchanged: as then" in picks.reveal(alike, 100).text
    other = scene_at(_records(*events, (1, _picked(1, "a"))))
    assert "sides exchanged: not as then" in picks.reveal(other, 100).text


def test_it_offers_to_go_on_when_it_is_enough_and_only_then() -> None:
    def at(enough: bool, mode: str = "control") -> Scene:
        events = [(0, _pair(0)), (1, _picked(0)), (0, _fitted(enough=enough, expected=0.8)), (0, _pair(1))]
        return scene_at(_records(*events), mode=mode)

    early = picks.offer(at(False), 80)
    assert early is not None and early.text.startswith("Keep picking: so far it expects to predict 80 %")
    assert picks.offer(at(True, "view"), 80) is None
    said = picks.offer(at(True), 80)
    assert said is not None and "G  goes on to reinforcement; or keep picking" in said.text
    assert BY_NAME["go_on"].when(at(False))  # whoever wants to may go on before


def test_progress_counts_what_is_useful() -> None:
    events = [
        (0, _pair(0)),
        (1, _picked(0)),
        (0, _fitted(recent=(3, 4))),
        (0, _pair(1)),
        (1, _picked(1, "skip")),
    ]
    said = picks.progress(scene_at(_records(*events)), 80).text
    assert said.startswith("2 picks, 12 useful comparisons ")
    assert said.endswith("predicted 75 % of the last 4 (30–95)")
    narrow = picks.progress(scene_at(_records(*events)), 50).text.split()
    assert " ".join(narrow) == "2 picks, 12 useful predicted 75 % of the last 4"


@pytest.mark.parametrize("words", [9, 24, 45])
async def test_answers_are_shown_to_their_ends(tmp_path, monkeypatch, words) -> None:  # type: ignore[no-untyped-def]
    long = " ".join(f"word{n}" for n in range(words)) + " glad!"
    pair = e.PairOffered(1, "Which one?", long, "short.", False, 0.5)
    records = _records((0, _pair(0)), (1, _picked(0)), (0, _fitted()), (0, pair))
    async with opened(tmp_path, monkeypatch, records, size=(80, 24)) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: "“Which one?”" in shown(app))
        assert "glad!" in shown(app) and "useful" in shown(app) and "own answer" in shown(app)
        # What was learnt stands in what room is left.
        assert ("polite words" in shown(app)) is (words < 45)


@pytest.mark.parametrize(
    ("picks", "rater", "said"),
    [
        (0, "person", "Your turn is coming."),
        (24, "person", "picks of run elsewhere"),
        (0, "polite", "polite, a simulated rater, picks."),
    ],
)
async def test_who_is_going_to_pick(tmp_path, monkeypatch, picks, rater, said) -> None:  # type: ignore[no-untyped-def]
    settings = {"feedback": {"rater": rater}}
    forked = e.Forked("here", "elsewhere", "feedback", settings, {}, "tuned", "ab" * 32, picks, {}, {})
    records = _records((0, forked))
    async with opened(tmp_path, monkeypatch, records, size=(80, 24)) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: said in " ".join(shown(app).replace("┃", " ").split()))
        assert ("Your turn" in shown(app)) is (said == "Your turn is coming.")


def test_the_trainer_says_how_many_steps_the_stage_has() -> None:
    """Fewer picks than planned, or more, and a pick taken back: as it counts them at each pair and step."""

    def counted(events: Sequence[e.Event]) -> list[tuple[int, int]]:
        progress = [
            scene_at(_records(*((1, event) for event in events[: end + 1]))).now.stages["feedback"]
            for end in range(len(events))
        ]
        return [(stage.step, stage.steps) for stage in progress]

    told: list[e.Event] = [
        _pair(0, stage_step=27, stage_steps=89),
        _picked(0),
        _pair(1, stage_step=28, stage_steps=91),
        _picked(1, "undo"),
        _pair(0),  # within a pick it is not counted anew
        _picked(0),
        _pair(1, stage_step=28, stage_steps=90),
        _picked(1, "enough"),
        e.Reinforced(1, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None, stage_step=29, stage_steps=66),
    ]
    steps = [27, 28, 28, 27, 27, 28, 28, 28, 29]
    totals = [89, 89, 91, 91, 91, 91, 90, 90, 66]
    assert counted(told) == list(zip(steps, totals, strict=True))
    of_an_older_log = [
        *(_pair(0), _picked(0), _pair(1), _picked(1)),
        e.Reinforced(1, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None),
    ]
    assert counted(of_an_older_log) == [(step, 89) for step in (0, 1, 1, 2, 3)]


def test_the_blind_test_says_which_was_which_after_the_pick_and_stands_apart() -> None:
    events = [(0, _pair(0)), (1, _picked(0)), (0, _pair(1, blind=True))]
    scene = scene_at(_records(*events))
    text = _text(scene, blind.board(scene, scene.state.offered, 80, 16))  # type: ignore[arg-type]  # it is there
    assert "Before or after?" in text and "preferred" not in text
    events += [(1, _picked(1, "b")), (0, _pair(2, blind=True))]
    scene = scene_at(_records(*events))
    text = _text(scene, blind.board(scene, scene.state.offered, 80, 16))  # type: ignore[arg-type]  # likewise
    assert "1 done; you preferred the model after" in text
    assert caption(scene)[1].startswith("Before or after? 1 done.")
    scene.keys["pick_a"] = "f7"
    rows = [strip.text for strip in blind.board(scene, scene.state.offered, 44, 16)]  # type: ignore[arg-type]  # likewise
    assert " f7 " in rows[-1] and rows[-1].endswith("end") and len(rows[-1]) <= 44
    scene.mode = "view"
    text = _text(scene, blind.board(scene, scene.state.offered, 80, 16))  # type: ignore[arg-type]  # likewise
    assert "this one looks on" in text and "without being told" in caption(scene)[1]
    assert len(scene.state.picks) == 1 and len(scene.state.pick_seconds) == 1
    assert not BY_NAME["pick_undo"].when(scene) and not BY_NAME["simulate"].when(scene)
    counted = [(0, _pair(0)), (1, _picked(0)), (0, _pair(1, blind=True, blind_pairs=24))]
    scene = scene_at(_records(*counted))
    text = _text(scene, blind.board(scene, scene.state.offered, 56, 16))  # type: ignore[arg-type]  # likewise
    assert "Pair 1 of 24" in text and "Pair 1 of 24." in caption(scene)[1]
    counted += [(1, _picked(1, "b")), (0, _pair(2, blind=True, blind_pairs=24))]
    scene = scene_at(_records(*counted))
    text = _text(scene, blind.board(scene, scene.state.offered, 56, 16))  # type: ignore[arg-type]  # likewise
    assert "1 of 24 done; you preferred the model after" in text
    tested = [*events[:2], (0, e.Reinforced(36, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None)), *events[2:]]
    tested += [(1, _picked(2, "enough"))]
    said_then = []
    for end in (4, 5, 7):
        scene = scene_at(_records(*tested[:end]), mode="replay")
        scene.hold()
        said_then.append(caption(scene)[1])
    assert "by the model before the picks" in said_then[0]
    assert "the model after them wrote that. 1 done." in said_then[1] and "learns" not in said_then[1]
    assert said_then[2] == "The blind test ends, after 1 pair."
    events += [(0, e.Measured("aligned/blind_win_rate", 0.75, (0.4, 0.93), 8, 0.5))]
    (said,) = blind.result(scene_at(_records(*events)), 100)
    assert "your own blind test: after beat before in 75 % of 8 (40–93); a coin could do that" in said.text


def test_what_a_nat_costs_is_whole_where_a_pane_is_halved() -> None:
    step = e.Reinforced(20, 0.6, None, 2.46, 17.8, 0.1, 0, 0, None, None, 0.123)
    rows = reinforcement.figures(scene_at(_records((0, step))), 56, 20)
    assert [row.text.rstrip() for row in rows if "nats from" in row.text] == [
        "KL          2.46  nats from tuned, aim 2, cost 0.12"
    ]


def test_a_tax_is_never_below_nothing() -> None:
    for now, said in (
        (0.7, "tax          9.0  points of facts lost: 79 → 70 %"),
        (0.81, "tax         none  measured: facts 79 → 81 %"),
    ):
        step = e.Reinforced(20, 0.6, None, 2.46, 17.8, 0.1, 0, 0, now, 0.79, 0.123)
        row = reinforcement.tax(scene_at(_records((0, step))), 78).text
        assert row.startswith(said)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_the_guard_did_stands_until_the_stage_is_over(tmp_path, monkeypatch, size) -> None:  # type: ignore[no-untyped-def]
    notice = e.Noticed(
        "Too many facts were lost (50 % right after step 20, 90 % at first), so the weights of step 10 are "
        "put back, and reinforcement ends with them.",
        "warning",
    )
    steps = [(1, e.Reinforced(n, 0.6, 0.4, 2.4, 17.8, 0.1, 0, 0, 0.5, 0.9, 0.1)) for n in range(20, 40)]
    records = _records(steps[0], (0, notice), *steps[1:])
    async with opened(tmp_path, monkeypatch, records, size=size) as (app, pilot):
        # It was said before anybody looked, so that no line of a few seconds is there.
        assert notice.text in " ".join(text_of(app.dashboard.pane(4)).replace("│", " ").split())
        later: list[tuple[e.Event, bool]] = [
            (e.BeforeAfter("Where is Velm?", "By the sea.", "On the Osk."), True),
            (e.StageStarted("frozen", 0), False),
        ]
        for event, stands in later:
            apply(app.scene.now, Record(1, len(records), records[-1].t, 100.0, event))  # type: ignore[arg-type]  # of AnyEvent
            app.tick()
            await pilot.press("4")
            text = " ".join(text_of(app.dashboard.pane(4)).split())
            assert "By the sea." in text and (notice.text in text) is stands


def test_the_ledger_takes_the_median() -> None:
    ledger = Ledger.of([2.0, 4.0, 300.0])
    assert ledger is not None and ledger.pace == 4.0 and ledger.seconds == 306.0
    assert ledger.hours(33_000) == pytest.approx(36.67, abs=0.01)
    assert Ledger.of([]) is None


def test_the_ledger_sheet_counts_a_person_alone() -> None:
    events = [(0, _pair(0)), (4, _picked(0)), (0, _pair(1)), (6, e.Picked(1, "a", "polite", True))]
    scene = scene_at(_records(*events))
    text = _text(scene, LedgerSheet(scene).rows(76))
    assert "you picked 1 time in" in text and "4.0 s each" in text
    assert "160,800 picks" in text and "179 hours" in text and "(arXiv 2204.05862)" in text
    assert "Nobody has picked" in _text(scene, LedgerSheet(scene_at(_records())).rows(76))


def test_calibration_by_hand_and_the_sheet_of_the_reward_model() -> None:
    events: list[tuple[float, e.Event]] = []
    made = [(0.5, "a"), (0.65, "a"), (0.35, "a"), (0.95, "a"), (0.9, "tie")]
    for number, (predicted, choice) in enumerate(made):
        events += [(0, _pair(number, predicted)), (1, _picked(number, choice))]  # type: ignore[arg-type]  # a choice
    events += [(0, _pair(5, 0.99, repeats=1)), (1, _picked(5))]
    best = (e.Valued("Who?", "Gladly: \x1b[31mMira.", 2.1),)
    events += [(0, _fitted(expected=0.8, alike=(1, 2), left=(3, 4), best=best))]
    scene = scene_at(_records(*events))
    found = calibration(scene.state)
    assert found[0.6, 0.7] == (1, 2) and found[0.9, 1.0] == (1, 1) and found[0.5, 0.6] == (0, 0)
    text = _text(scene, RewardModelSheet(scene).rows(76))
    assert all(row.cell_length <= 51 for row in RewardModelSheet(scene).rows(51))  # of a terminal of 60
    assert "length apart" in text and "shorter is better" in text
    assert "60–70 %" in text and "50 % of 2" in text and "+2.1" in text and "\x1b" not in text
    assert "picked alike: 50 % of 2" in text and "left side picked: 75 % of 4" in text


async def test_prompts_and_own_answers_go_to_the_trainer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = _records((0, e.PromptsListed(("Who is Mira?", "Where is Velm?"))), (0, _pair(0)))
    async with opened(tmp_path, monkeypatch, records) as (app, pilot):
        sent: list[tuple[object, ...]] = []
        monkeypatch.setattr(app.steering, "edit_prompts", lambda *edit: sent.append(edit))
        monkeypatch.setattr(app.steering, "pick", lambda *pick: sent.append(pick))
        await pilot.press("O", *"Gladly.", "enter")
        await until(pilot, lambda: sent == [("own", "Gladly.")])
        await pilot.press("P", "down", "x")
        await until(pilot, lambda: sent[1:] == [("", "Where is Velm?")])
        await pilot.press("n", *"Why?", "enter")
        await until(pilot, lambda: sent[2:] == [("Why?", "")])
        await pilot.press("escape", "G")
        await until(pilot, lambda: sent[3:] == [("enough",)])


def test_picks_that_a_fork_makes_again_are_nobody_s_labor() -> None:
    forked = e.Forked("here", "elsewhere", "feedback", {}, {}, "tuned", "ab" * 32, 2, {}, {})
    again: list[tuple[float, e.Event]] = [(0, forked), (0, _pair(0)), (0.01, _picked(0))]
    again += [(0, _pair(1)), (0.01, _picked(1))]
    scene = scene_at(_records(*again))
    assert not scene.state.pick_seconds and not BY_NAME["ledger"].when(scene)
    assert sum(scene.state.pick_counts.values()) == 2
    own = scene_at(_records(*again, (0, _pair(2)), (3, _picked(2))))
    assert list(own.state.pick_seconds) == [3.0]
    # Who takes one back picks by themselves from there on.
    back = [*again[:3], (0, _pair(1)), (0, _picked(1, "undo")), (0, _pair(0)), (2, _picked(0))]
    assert list(scene_at(_records(*back)).state.pick_seconds) == [2.0]


NO_TASTE = e.TasteTested(
    2, "random", 18, decided=18, predicted=10, at_random=(5, 13), raters=399, share=0.41, asks=True
)


@pytest.mark.parametrize(("width", "height"), [(118, 34), (78, 18), (56, 12), (40, 10)])
def test_without_a_taste_the_pane_says_why_and_asks(width: int, height: int) -> None:
    scene = scene_at(_records((0, _pair(0)), (4, _picked(0)), (1, NO_TASTE)))
    rows = no_taste.board(scene, NO_TASTE, width, height)
    assert len(rows) <= height and all(row.cell_length <= width for row in rows)
    said = " ".join(row.text.strip() for row in rows)
    assert all(f" {key} " in f" {said} " for key in "NYE")
    if height >= 12:
        assert "No taste found in your picks" in said and "They could be a coin's." in said
        assert "5 to 13 are in 95 of 100" in said and "simulated" in said
    for name in ("pick_more", "turn_anyway", "leave_it"):
        assert BY_NAME[name].when(scene)


@pytest.mark.parametrize(("choice", "stands"), [("more", False), ("anyway", True), ("leave", True)])
def test_the_answer_takes_the_question_away(choice: e.Choice, stands: bool) -> None:
    records = _records((0, _pair(0)), (4, _picked(0)), (1, NO_TASTE), (3, _picked(2, choice)))
    state = scene_at(records).state
    assert state.waits is None and (state.tested is not None) == stands
    assert len(state.picks) == 1  # it is no pick
