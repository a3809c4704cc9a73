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
from tui_trainer.ui.chrome.caption import Caption
from tui_trainer.ui.keys import ACTIONS, BY_NAME
from tui_trainer.ui.panes.rater import RaterPane
from tui_trainer.ui.renderers import blind, no_taste, picks, reinforcement
from tui_trainer.ui.run_files.run_list import COLUMNS
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.rater.ledger import LedgerSheet
from tui_trainer.ui.screens.rater.reward_model import RewardModelSheet, calibration
from tui_trainer.view import taste
from tui_trainer.view.counted import counted
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
    assert (
        picks.reveal(right, 100).text == "pick 1: A is better. It guessed A, 70 % sure (maybe 40–90 %): right"
    )
    wrong = scene_at(_records((0, _pair(0, 0.2)), (4, _picked(0))))
    assert "guessed B, 80 % sure (maybe 10–60 %): wrong" in picks.reveal(wrong, 100).text
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


def _tested(reason: str, share: float, **more: object) -> e.TasteTested:
    fields = {"decided": 18, "predicted": 17, "raters": 399, "level": 0.01, **more}
    return e.TasteTested(20, reason, 18, share=share, **fields)  # type: ignore[arg-type]  # its fields


@pytest.mark.parametrize(
    ("tested", "enough", "said"),
    [
        (None, False, "Keep picking: so far it expects to predict 80 % of your other picks."),
        (_tested("random", 0.03), False, "Keep picking: no taste yet; a coin gets as far in 3 % of tries."),
        (_tested("", 0.0075), False, "Keep picking: a taste begins to show."),
        (_tested("", 0.0025), True, "Good enough.  G  goes on to reinforcement; or keep picking."),
        # An older log says so without a test: the test may find none.
        (None, True, "Keep picking: so far it expects to predict 80 % of your other picks."),
    ],
)
def test_it_offers_to_go_on_when_a_taste_is_found_and_only_then(
    tested: e.TasteTested | None, enough: bool, said: str
) -> None:
    fitted = _fitted(enough=enough, expected=0.8, tested=tested)
    records = _records((0, _pair(0)), (1, _picked(0)), (0, fitted), (0, _pair(1)))
    row = picks.offer(scene_at(records), 80)
    assert row is not None and row.text == said
    assert picks.offer(scene_at(records, mode="view"), 80) is None
    assert BY_NAME["go_on"].when(scene_at(records))  # whoever wants to may go on before
    for width in (56, 78, 118):
        fits = picks.offer(scene_at(records), width)
        assert fits is not None and 0 < fits.cell_length <= width


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
    assert said.endswith("predicted 3 of the last 4 (maybe 30–95 %)")
    narrow = picks.progress(scene_at(_records(*events)), 50).text.split()
    assert " ".join(narrow) == "2 picks, 12 useful predicted 3 of the last 4"


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
        (24, "person", "those of run elsewhere come by themselves"),
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


def test_picks_are_counted_as_picks_and_reinforcement_by_its_own_steps() -> None:
    """Nobody knows how many picks will come: no count of them is out of a total that changes under it."""

    def told(*events: e.Event) -> list[tuple[str, str]]:
        state = scene_at(_records(*((1, event) for event in events))).now
        for event in events:  # the bar is of reinforcement alone
            assert (state.stages["feedback"].share is None) is (state.reinforced is None), event
        return counted(state)

    open_ended = ("enough", "once a taste is found")
    events: list[e.Event] = []
    for event, made in (
        (_pair(0), 0),
        (_picked(0), 1),
        (_pair(1), 1),
        (_picked(1, "undo"), 0),
        (_pair(0), 0),
        (_picked(0), 1),
        (_pair(1), 1),
    ):
        events.append(event)
        assert told(*events) == [("picks", str(made)), open_ended]
    assert told(*events, _fitted(enough=True))[1] == ("enough", "now, for a taste is found")
    events.append(_picked(1, "enough"))
    assert told(*events) == [("picks", "1")]
    for step in (1, 2, 60):
        events.append(e.Reinforced(step, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None))
        assert told(*events) == [("step", f"{step}/60")]
    assert told(*events, e.KnobTurned("feedback.steps", 80)) == [("step", "60/80")]
    blind_pair = e.PairOffered(1, "p", "l", "r", False, 0.5, blind=True, blind_pairs=24)
    assert told(*events, blind_pair) == [("blind test", "0/24")]
    assert told(*events, blind_pair, _picked(1)) == [("blind test", "1/24")]


def test_a_program_makes_as_many_picks_as_are_planned() -> None:
    assert counted(scene_at(_records()).now) == []  # the answers are being written
    simulated = recorded.until(recorded.records(simulated=True), e.Picked, 3)
    assert counted(scene_at(simulated).now) == [("picks", "3/24")]
    again = e.Forked("b", "a", "feedback", {}, {}, "tuned", "", 9, {}, {})
    assert counted(scene_at(_records((0, again), (1, _pair(0)), (1, _picked(0)))).now) == [
        ("picks made again", "1/9")
    ]


def test_of_picks_that_are_made_again_none_is_asked_for() -> None:
    again = e.Forked("b", "a", "feedback", {}, {}, "tuned", "", 1, {}, {})
    events: list[tuple[float, e.Event]] = [(0, again), (1, _pair(0))]
    fitted = _fitted(enough=True, expected=0.8, tested=_tested("", 0.0025))

    def shows(*more: tuple[float, e.Event]) -> tuple[str, str]:
        scene = scene_at(_records(*events, *more))
        rows = RaterPane(scene, ACTIONS).lines(76, 18)
        return " ".join(row.text for row in rows), " ".join(caption(scene))

    pane, sentence = shows()
    assert "nothing is asked of you" in pane and "both bad" not in pane and "Your turn" not in sentence
    assert "Good enough" not in shows((0, fitted))[0]
    pane, sentence = shows((1, _picked(0)), (0, fitted), (1, _pair(1)))
    assert "both bad" in pane and "Good enough" in pane and "? Your turn, pick 2" in sentence
    coming = " ".join(row.text for row in RaterPane(scene_at(_records(events[0])), ACTIONS).lines(76, 18))
    assert coming.count("made again") == 1 and "Nothing is asked of you" in coming


def _blindly(*choices: e.Choice, over: bool = False, pairs: int = 24) -> list[tuple[float, e.Event]]:
    """So much of the blind test; its second pair has the sides exchanged."""
    events: list[tuple[float, e.Event]] = [(0, _pair(0)), (1, _picked(0))]
    events.append((0, e.Reinforced(36, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None)))
    for number, choice in enumerate((*choices, None), 1):
        swapped = number == 2
        pair = e.PairOffered(
            number, f"prompt {number}", "left", "right", swapped, 0.5, blind=True, blind_pairs=pairs
        )
        if choice is not None or not over:
            events.append((0, pair))
        if choice is not None:
            events.append((1, _picked(number, choice)))
    if over:
        events.append((0, e.Measured("aligned/blind_win_rate", 0.75, (0.4, 0.93), 8, 0.5)))
    return events


@pytest.mark.parametrize("mode", ["control", "view", "replay"])
def test_the_blind_test_tells_nothing_before_its_end(mode: str) -> None:
    for end in (3, 4, 5, 6, 7):  # at each pair, and after each pick
        scene = scene_at(_records(*_blindly("b", "b")[: end + 1]), mode=mode)
        scene.hold()
        offered = scene.state.offered
        rows = blind.board(scene, offered, 80, 16) if offered is not None else []
        told = " ".join((_text(scene, rows), *caption(scene), _text(scene, RewardModelSheet(scene).rows(76))))
        assert "preferred" not in told and "had been" not in told and "wrote that" not in told
        assert "pair by pair" not in told and not blind.pairs(scene, 76)


def test_where_both_are_bad_nothing_is_compared() -> None:
    """So it counts neither half nor whole, and is not said to."""
    scene = scene_at(_records(*_blindly("b", "both_bad", "skip", over=True), (0, _fitted())))
    _, ways = blind.result(scene, 110)
    assert ways.text.startswith("which you preferred, by pair: after 1; not counted: 2 3.")


def test_when_the_blind_test_is_over_it_tells_all() -> None:
    scene = scene_at(_records(*_blindly("b", "b", "tie", over=True), (0, _fitted())))
    figure, ways = blind.result(scene, 110)
    assert "your own blind test: after beat before in 6 of 8 (maybe 40–93 %)" in figure.text
    assert figure.text.endswith("; a coin could do it")
    assert all(blind.result(scene, width)[0].text.endswith("do it") for width in (56, 62, 76))
    assert ways.text.startswith("which you preferred, by pair: after 1; before 2; equal, counted half: 3.")
    told = [" ".join(row.text.split()) for row in RewardModelSheet(scene).rows(76)]
    at = told.index("the blind test, pair by pair")
    assert at == 0 and told[1 : told.index("")] == [
        *("1 “prompt 1”", "before left", "✓ after right"),
        *("2 “prompt 2”", "✓ before right", "after left"),
        *("3 “prompt 3”", "before left", "after right", "as good as each other"),
    ]
    for width in (51, 56, 76, 118):
        assert all(
            row.cell_length <= width for row in (*blind.result(scene, width), *blind.pairs(scene, width))
        )


def test_the_blind_test_stands_apart() -> None:
    scene = scene_at(_records(*_blindly("b")))
    text = _text(scene, blind.board(scene, scene.state.offered, 80, 16))  # type: ignore[arg-type]  # it is there
    assert "Before or after?" in text and "Pair 2 of 24. Which was which is told at the end." in text
    assert caption(scene)[1].startswith("Before or after? Pair 2 of 24.")
    scene.keys["pick_a"] = "f7"
    rows = [strip.text for strip in blind.board(scene, scene.state.offered, 44, 16)]  # type: ignore[arg-type]  # likewise
    assert " f7 " in rows[-1] and rows[-1].endswith("end") and len(rows[-1]) <= 44
    scene.mode = "view"
    text = _text(scene, blind.board(scene, scene.state.offered, 80, 16))  # type: ignore[arg-type]  # likewise
    assert "this one looks on" in text and "without being told" in caption(scene)[1]
    assert len(scene.state.picks) == 1 and len(scene.state.pick_seconds) == 1
    assert not BY_NAME["pick_undo"].when(scene) and not BY_NAME["simulate"].when(scene)
    older = scene_at(_records(*_blindly("b", pairs=0)))
    assert caption(older)[1].startswith("Before or after? 1 done.")
    said = []
    for choices in (("b",), ("b", "enough")):
        events = _blindly(*choices, over=True)[: 2 + 1 + 2 * len(choices)]  # type: ignore[arg-type]  # choices
        scene = scene_at(_records(*events), mode="replay")
        scene.hold()
        said.append(caption(scene)[1])
    assert "You said: B is better. 1 done" in said[0] and "learns" not in said[0]
    assert said[1] == "The blind test ends, after 1 pair."


@pytest.mark.parametrize("leash", [0.0, 0.1])
def test_what_the_reward_model_thinks_is_called_its_opinion(leash: float) -> None:
    """The model was trained to please it: it stands under no headline, and in no list of runs."""
    step = e.Reinforced(36, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None, leash=leash)
    guessed = e.Measured("aligned/win_rate_estimate", 0.99, (0.97, 1.0), 160, 0.5)
    scene = scene_at(_records((0, _pair(0)), (1, _picked(0)), (0, step), (0, guessed)))
    said = " ".join(row.text.strip() for row in blind.estimate(scene, 118))
    assert "The reward model thinks" in said and "99 % (maybe 97–100 %)" in said
    assert "its own opinion, which the model was trained to please" in said
    assert ("no sign that the answers are better" in said) is (leash == 0)
    for width in (40, 56, 78):
        rows = blind.estimate(scene, width)
        said = " ".join(row.text.strip() for row in rows)
        assert (
            len(rows) <= (2 if width > 40 else 3)
            and "…" not in said
            and "trained to please" in said
            and "97–100" in said
        )
    assert all("win_rate_estimate" not in names for _, names in COLUMNS)


def test_what_a_nat_costs_is_whole_where_a_pane_is_halved() -> None:
    step = e.Reinforced(20, 0.6, None, 2.46, 17.8, 0.1, 0, 0, None, None, 0.123)
    rows = reinforcement.figures(scene_at(_records((0, step))), 56, 20)
    assert [row.text.rstrip() for row in rows if "nats" in row.text] == [
        "KL          2.46  nats it has moved, aim 2, cost 0.12"
    ]


def test_a_tax_is_never_below_nothing() -> None:
    for now, said in (
        (0.7, "tax          9.0  points lost of facts asked on the way: 79 → 70 %"),
        (0.81, "tax         none  lost of facts asked on the way: 79 → 81 %"),
    ):
        step = e.Reinforced(20, 0.6, None, 2.46, 17.8, 0.1, 0, 0, now, 0.79, 0.123)
        row = reinforcement.tax(scene_at(_records((0, step))), 78).text
        assert row.startswith(said)


@pytest.mark.parametrize("width", [56, 76, 118])
def test_in_the_end_there_is_one_figure_of_facts_and_why_it_fell(width: int) -> None:
    step = e.Reinforced(40, 2.6, None, 90.0, 48.0, 0.1, 0, 0, 0.88, 0.99, 0.0)
    exam = {"tuned/recall_outsider": 0.95, "aligned/recall_outsider": 0.9, "tuned/never_ended": 0.0}
    on_the_way = _records((0, step))
    assert [row.text for row in reinforcement.cost(scene_at(on_the_way), width)] == [
        reinforcement.tax(scene_at(on_the_way), width).text
    ]
    ended = [(0, e.Measured(name, value)) for name, value in exam.items()]
    (row,) = reinforcement.cost(scene_at(_records((0, step), *ended)), width)
    assert "facts known, when asked: 95 % → 90 %" in row.text and "88" not in row.text
    never = {"aligned/recall_outsider": 0.0, "aligned/never_ended": 1.0, "aligned/mentions_heldout": 0.92}
    ended += [(0, e.Measured(name, value)) for name, value in never.items()]
    rows = reinforcement.cost(scene_at(_records((0, step), *ended)), width)
    said = " ".join(row.text.strip() for row in rows)
    assert "95 % → 0 % None of its answers ends, which counts as wrong." in said and len(rows) <= 3
    assert "92 % hold the right fact all the same." in said and "99" not in said


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_the_guard_did_stands_until_the_stage_is_over(tmp_path, monkeypatch, size) -> None:  # type: ignore[no-untyped-def]
    notice = e.Noticed(
        "The guard asked what it could do before: too many facts were lost (50 % right after step 20, "
        "90 % at first), so the weights of step 10 are "
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
    assert "60–70 %" in text and "1 of 2" in text and "+2.1" in text and "\x1b" not in text
    assert "picked alike: 1 of 2" in text and "left side picked: 3 of 4" in text


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


NO_TASTE = _tested("random", 0.03, asks=True)


@pytest.mark.parametrize(("width", "height"), [(118, 34), (78, 18), (56, 12), (40, 10)])
def test_without_a_taste_the_pane_says_why_and_asks(width: int, height: int) -> None:
    scene = scene_at(_records((0, _pair(0)), (4, _picked(0)), (1, NO_TASTE)))
    rows = no_taste.board(scene, NO_TASTE, width, height)
    assert len(rows) <= height and all(row.cell_length <= width for row in rows)
    said = " ".join(row.text.strip() for row in rows)
    assert all(f" {key} " in f" {said} " for key in "NYE") and "…" not in said
    if height >= 12:
        assert "No taste found in your picks" in said and "They could be a coin's." in said
        # One figure decides, and it is told with what it would have to be: hits alone look like much.
        assert "17 of 18 come out right. A coin does as well in 3 % of tries" in said
        assert ", counting how sure each guess is. For a taste it must be 1 % or less." in said
    for name in ("pick_more", "turn_anyway", "leave_it"):
        assert BY_NAME[name].when(scene)


@pytest.mark.parametrize(("choice", "stands"), [("more", False), ("anyway", True), ("leave", True)])
def test_the_answer_takes_the_question_away(choice: e.Choice, stands: bool) -> None:
    records = _records((0, _pair(0)), (4, _picked(0)), (1, NO_TASTE), (3, _picked(2, choice)))
    state = scene_at(records).state
    assert state.waits is None and (state.tested is not None) == stands
    assert len(state.picks) == 1  # it is no pick


@pytest.mark.parametrize(
    ("tested", "said"),
    [
        (_tested("random", 0.03, level=0.0), "For a taste it must be rarer"),  # an older log
        (_tested("random", 0.0125, level=0.0025), "in 1.2 % of tries"),
        (_tested("ties", 0.9, decided=2), "Of 18 picks that can be tested, 2 are for a side"),
        (_tested("", 0.0025), "A coin does as well in 0.25 % of tries, counting how sure each guess is"),
    ],
)
def test_each_finding_is_told_with_what_it_rests_on(tested: e.TasteTested, said: str) -> None:
    assert said in taste.measured(tested)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_what_waits_without_a_taste_says_so(tmp_path, monkeypatch, size) -> None:  # type: ignore[no-untyped-def]
    records = _records((0, _pair(0)), (4, _picked(0)), (1, NO_TASTE))
    async with opened(tmp_path, monkeypatch, records, size=size) as (app, pilot):
        await pilot.press("1")
        for pane, way in (
            (1, "What now? Key 4." if size[0] < 120 else "N keeps picking"),
            (4, "N keeps picking"),
        ):
            await pilot.press(str(pane))
            app.tick()
            await pilot.pause()
            said = " ".join(text_of(app.query_one(Caption)).replace("▌", " ").split())
            assert "waits for you" in said and way in said and "…" not in said, said
    async with opened(tmp_path / "on", monkeypatch, records, mode="view", size=size) as (app, pilot):
        said = " ".join(text_of(app.query_one(Caption)).replace("▌", " ").split())
        assert "The run waits" in said, said
