"""The state: a fold over records that depends on nothing but them."""

import dataclasses
from array import array
from itertools import pairwise
from typing import Any

import msgspec
import pytest
import recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from test_actions import scene_at

from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Record
from tui_trainer.ui.chrome.rail import Rail
from tui_trainer.view.fold import apply, apply_all
from tui_trainer.view.series import CAPACITY, Series
from tui_trainer.view.state import State

RECORDS = recorded.records(simulated=True)


def plain(value: Any) -> Any:
    """A state as something that compares by value, NaN included."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, array):
        return value.tobytes()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple) or type(value).__name__ == "deque":
        return [plain(item) for item in value]
    return value


def folded(batches: list[list[Record]]) -> State:
    state = State()
    for batch in batches:
        apply_all(state, batch)
    return state


WHOLE = plain(folded([RECORDS]))


@settings(max_examples=8)
@given(st.lists(st.integers(1, len(RECORDS) - 1), max_size=6))
def test_batches_make_no_difference(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(RECORDS)]
    batches = [RECORDS[start:end] for start, end in pairwise(edges)]
    assert plain(folded(batches)) == WHOLE


def test_every_event_is_folded() -> None:
    from tui_trainer.view.fold import HANDLERS

    retired = {e.RewardModelsCompared}  # read in old logs, and said by no run of today
    experiments = {e.Plotted, e.Showed}  # folded by `view.experiment`; no run says them
    assert set(HANDLERS) | retired | experiments == set(e.AnyEvent.__args__)


def test_a_finished_run() -> None:
    state = folded([RECORDS])
    assert state.ended and not state.paused
    assert [state.stages[s].status for s in e.STAGES] == ["done"] * 5
    assert state.latest_weights == "aligned"
    assert sum(source.documents for source in state.sources.values()) == 6310
    assert state.curves["pretrain", "loss"].last == pytest.approx(1.05, abs=0.4)
    assert len(state.examples) == 3
    assert sum(state.pick_counts.values()) == 24


def test_speed_and_time_left_come_from_compute_time() -> None:
    state = State()
    times = iter(range(1000))

    def put(event: e.Event, t: float, busy: float) -> None:
        apply(state, Record(VERSION, next(times), t, busy, event))  # type: ignore[arg-type]  # of AnyEvent

    put(e.SpeedMeasured(0.5, {"pretrain": 60.0, "finetune": 40.0}), 0, 0)
    put(e.StageStarted("pretrain", 100), 0, 2.0)
    assert state.seconds_left("pretrain") is None and state.expected_total is None  # no step is done yet
    for step in range(1, 11):
        # A pause of an hour in the middle is no computing, and so no slowness.
        put(e.Stepped("pretrain", step, 5.0, 0.1, 1.0, step * 512, 1e6), step * 3600, 2.0 + step * 0.25)
    progress = state.stages["pretrain"]
    assert progress.tokens_per_second == pytest.approx(512 / 0.25)
    assert state.seconds_left("pretrain") == pytest.approx(90 * 0.25)
    assert progress.share == pytest.approx(0.1)
    # What is to come follows the pace so far: 0.25 s a step where 0.6 s were planned.
    assert state.pace == pytest.approx(0.25 / 0.6)
    assert state.seconds_left("finetune") == pytest.approx(40 * 0.25 / 0.6)
    assert state.expected_total == pytest.approx(2.0 + 100 * 0.25 + 40 * 0.25 / 0.6)


def test_a_fork_promises_nothing_before_steps_of_its_own() -> None:
    """What it took over was timed by another process; its own plan may be measured on a busy machine."""
    state = State()
    log = recorded.until(recorded.records(), e.StageEnded, stage="finetune")
    settings = log[0].event.settings  # type: ignore[union-attr]  # of the run's start
    forked = e.Forked("b", "a", "feedback", settings, {}, "tuned", "", 0, {}, {})
    own = [
        forked,
        e.SpeedMeasured(9.0, {"finetune": 900.0, "feedback": 90000.0}),
        e.StageStarted("feedback", 9),
    ]
    own += [e.Reinforced(step, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None) for step in range(1, 8)]
    busy = log[-1].busy
    for number, event in enumerate([*(record.event for record in log), *own]):
        of_its_own = number - len(log)
        at = busy + 2.0 * of_its_own if of_its_own >= 0 else log[number].busy
        apply(state, Record(VERSION, number, at, at, event))  # type: ignore[arg-type]  # of AnyEvent
        if of_its_own >= 0:
            left = state.seconds_left("feedback")
            assert left is None or left == pytest.approx(2.0 * (60 - state.reinforced.step))  # type: ignore[union-attr]
            assert state.expected_total is None and not isinstance(state.moment, e.SpeedMeasured)
    assert state.seconds_left("feedback") == 106.0


def test_a_plan_of_hours_is_no_estimate() -> None:
    """A busy machine is measured many times too slow: nothing is promised until steps have been done."""
    state = State()
    for number, (busy, event) in enumerate(
        [(0.0, e.SpeedMeasured(60.0, {"pretrain": 9000.0})), (9.0, e.StageStarted("pretrain", 150))]
        + [(9.0 + step, e.Stepped("pretrain", step, 5.0, 0.1, 1.0, 512 * step, 1.0)) for step in range(1, 8)]
    ):
        apply(state, Record(VERSION, number, busy, busy, event))  # type: ignore[arg-type]  # of AnyEvent
        left = state.seconds_left("pretrain")
        assert left is None or left == pytest.approx(150 - event.step), event  # type: ignore[union-attr]  # of a step
    assert state.seconds_left("pretrain") == 143.0


@pytest.mark.parametrize(
    "done",
    [
        recorded.until(RECORDS, e.Stepped, 500, stage="pretrain"),
        recorded.until(RECORDS, e.Stepped, 260, stage="finetune"),
        recorded.until(RECORDS, e.Reinforced, recorded.REINFORCED),
    ],
    ids=["pretrain", "finetune", "feedback"],
)
def test_after_the_last_step_the_rail_says_exam_instead_of_a_time_that_stands_still(
    done: list[Record],
) -> None:
    exam = next(at for at, r in enumerate(RECORDS) if at >= len(done) and isinstance(r.event, e.Measured))
    for records, on in ((done[:-1], False), (done, True), (RECORDS[: exam + 1], True)):
        scene = scene_at(records)
        text = Rail(scene).lines(120, 2)[1].text
        assert scene.state.examining == on
        assert ("now exam" in text, " left in stage " in text) == (on, not on)  # of the run it is told apart
    ended = next(at for at, r in enumerate(RECORDS) if at > exam and isinstance(r.event, e.StageEnded))
    assert not scene_at(RECORDS[: ended + 1]).state.examining


def test_where_the_person_sets_the_pace_no_time_is_told() -> None:
    scene = scene_at(recorded.until(RECORDS, e.Stepped, 300, stage="pretrain"))
    assert "left in stage" in Rail(scene).lines(120, 2)[1].text
    scene.state.paced = 1.0
    assert "left in stage" not in Rail(scene).lines(120, 2)[1].text


def test_a_knob_turned_is_the_setting() -> None:
    state = folded([RECORDS[:1]])
    assert state.setting("feedback.beta") == 0.1
    apply(state, Record(VERSION, 1, 0, 0, e.KnobTurned("feedback.beta", 0.5)))
    apply(state, Record(VERSION, 2, 0, 0, e.KnobTurned("data.mixture.books", 3.0)))
    assert state.setting("feedback.beta") == 0.5
    assert state.mixture["books"] == 3.0
    assert state.setting("no.such.name") is None


def test_settings_of_an_earlier_version_are_read_by_their_names_of_today() -> None:
    started = RECORDS[0].event
    assert isinstance(started, e.RunStarted)
    settings = {**started.settings, "feedback": {"kl": 0.2, "keep": 3.0}}
    state = State()
    apply(state, Record(VERSION, 0, 0, 0, msgspec.structs.replace(started, settings=settings)))
    assert (state.setting("feedback.beta"), state.setting("feedback.rehearsal_coef")) == (0.2, 3.0)
    apply(state, Record(VERSION, 1, 0, 0, e.KnobTurned("feedback.kl", 0.5)))
    assert state.setting("feedback.beta") == 0.5


# -- series ----------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(1, 40))
def test_a_series_keeps_the_extremes_of_every_column(values: list[float], stride: int) -> None:
    series = Series()
    for index, value in enumerate(values):
        series.add(index * stride, value)
    assert series.extremes == (min(values), max(values))
    assert series.last == values[-1]
    columns = series.columns(0, len(values) * stride, 7)
    assert min(low for _, low, _ in columns if low == low) == min(values)
    assert max(high for _, _, high in columns if high == high) == max(values)


def test_a_series_of_any_length_takes_the_same_memory() -> None:
    series = Series()
    for step in range(400_000):
        series.add(step, float(step % 1000))
    assert len(series.low) <= CAPACITY
    assert series.extremes == (0.0, 999.0)


def test_what_is_not_finite_is_a_gap_and_remembered() -> None:
    series = Series()
    for step, value in enumerate([1.0, float("nan"), float("inf"), 2.0]):
        series.add(step, value)
    assert series.broken == 1
    assert [low == low for _, low, _ in series.columns(0, 4, 4)] == [True, False, False, True]
    assert series.extremes == (1.0, 2.0)


def test_more_columns_than_steps_are_not_drawn() -> None:
    series = Series()
    for step in range(1, 11):
        series.add(step, float(step))
    assert all(low == low for _, low, _ in series.columns(1, 11, 500))


def test_a_pick_taken_back_counts_no_more() -> None:
    state = State()
    pairs = [e.PairOffered(n, "prompt", "a", "b", False, 0.5) for n in range(2)]
    picks = [e.Picked(0, "a", "person", False), e.Picked(1, "undo", "person", False)]
    for seq, event in enumerate([pairs[0], picks[0], pairs[1], picks[1], pairs[0]]):
        apply(state, e.Record(1, seq, 0.0, 0.0, event))
    assert not state.picks and sum(state.pick_counts.values()) == 0
    assert state.offered == pairs[0]
