"""The number of threads: which is chosen by what steps took, when again, and that a resumed run follows."""

import itertools

import pytest

from tui_trainer.messages.events import RunEnded, SpeedMeasured, Stepped, ThreadsChosen
from tui_trainer.run.storage import report
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.threads import AGAIN_SECONDS, WINDOW_SECONDS, Pace, fastest


@pytest.mark.parametrize(
    ("most", "now", "seconds", "chosen"),
    [
        (2, 2, {1: 0.1, 2: 0.06}, 2),  # a quiet machine
        (2, 2, {1: 0.1, 2: 1.9}, 1),  # a busy one
        (2, 1, {1: 0.1, 2: 0.06}, 2),  # quiet again
        (2, 2, {1: 0.057, 2: 0.06}, 2),  # no better than chance
        (2, 1, {1: 0.06, 2: 0.057}, 1),
        (6, 6, {1: 9, 2: 5, 4: 3, 6: 4}, 4),
        (6, 3, {1: 9, 2: 5, 3: 4, 4: 3.9, 6: 4}, 3),
        (1, 1, {1: 7}, 1),
    ],
)
def test_the_fastest_number(most, now, seconds, chosen):
    assert fastest(most, now, seconds.__getitem__) == (chosen, seconds[chosen])


def test_the_first_step_says_nothing():
    steps = {1: iter([9.0, 0.1, 0.1]), 2: iter([0.05, 0.06])}
    assert fastest(2, 1, lambda count: next(steps[count])) == (2, pytest.approx(0.055))


def test_where_steps_are_long_few_are_tried():
    tried = list[int]()

    def seconds(count: int) -> float:
        tried.append(count)
        return 30.0 / count

    assert fastest(4, 4, seconds) == (4, 7.5)
    assert tried == [4, 1, 2, 4]


def first(pace: Pace, seconds: float, fewer: bool = False, steps: int = 10_000) -> int | None:
    """At which of so many steps of this length it says that it is time; None: at none."""
    return next((at for at in range(1, steps + 1) if pace.step(seconds, fewer)), None)


def test_a_pace_that_collapses():
    pace = Pace()
    assert first(pace, 0.1) is None
    assert first(pace, 0.29) is None  # slower, as a machine is now and then
    assert first(pace, 2.0) is not None
    # From there on, that is the pace that counts.
    assert first(pace, 2.0) is None
    assert first(pace, 0.1, steps=1000) is None
    steps = first(pace, 0.31)
    assert steps is not None and 0.31 * steps < 2 * WINDOW_SECONDS


def test_validation_in_between_is_no_collapse():
    pace = Pace()
    lengths = itertools.cycle([0.1] * 24 + [5.0])
    assert not any(pace.step(next(lengths), fewer=False) for _ in range(10_000))


def test_more_threads_are_given_another_chance():
    pace = Pace()
    steps = first(pace, 0.5, fewer=True)
    assert steps is not None and AGAIN_SECONDS <= 0.5 * steps < AGAIN_SECONDS + 20
    assert first(pace, 0.5, fewer=True) == steps


def test_a_resumed_run_computes_each_step_on_the_threads_that_it_was_first_computed_on(trainers, new_run):
    folder = new_run("run.threads=0")
    env = {"TOY_THREADS": "1"}
    for records in (31, 20, 25, 40):
        assert trainers.kill_after(folder, records, env=env) == -9
    assert trainers.run(folder, env=env) == 0
    events = [record.event for record in read_all(folder.events)]
    assert isinstance(events[-1], RunEnded)
    chosen = [event.threads for event in events if isinstance(event, ThreadsChosen)]
    assert len(chosen) > 10 and set(chosen) == {1, 2}
    assert all(one != two for one, two in itertools.pairwise(chosen))
    assert "not what was computed again" not in folder.trainer_log.read_text()
    assert len([e for e in events if isinstance(e, SpeedMeasured)]) == 1
    steps = [e.step for e in events if isinstance(e, Stepped) and e.stage == "pretrain"]
    assert steps == list(range(1, len(steps) + 1))
    assert report.build(folder).run.machine["threads"] == str(chosen[-1])
