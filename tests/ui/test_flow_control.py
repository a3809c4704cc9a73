"""How much may be under way: held against a line of known speed and length."""

from collections import deque

import pytest

from tui_trainer.ui.terminal.flow_control import FIRST, LATE, LEAST, LOST_SECONDS, FlowControl

PART = 1000


class Line:
    """A terminal at the end of a line; time passes by being told so."""

    def __init__(self, bytes_per_second: float, round_trip: float, *, answers: bool = True) -> None:
        self.now = 0.0
        self.speed, self.round_trip, self.answers = bytes_per_second, round_trip, answers
        self.under_way = FlowControl(lambda: self.now)
        self.free_at = 0.0
        self.coming: deque[float] = deque()
        self.asked = 0

    def send(self) -> None:
        self.free_at = max(self.now, self.free_at) + PART / self.speed
        if self.under_way.send(PART):
            self.asked += 1
            if self.answers:
                self.coming.append(self.free_at + self.round_trip)

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.coming and self.coming[0] <= end:
            self.now = self.coming.popleft()
            self.under_way.answered()
        self.now = end

    @property
    def queue(self) -> float:
        """Seconds that what is sent now waits before it is carried."""
        return max(0.0, self.free_at - self.now)

    def flood(self, seconds: float) -> float:
        """Send whenever that is allowed; the longest queue."""
        worst, end = 0.0, self.now + seconds
        while self.now < end:
            while self.under_way.open and self.queue < 60:
                self.send()
            worst = max(worst, self.queue)
            self.wait(0.005)
        return worst


@pytest.mark.parametrize("speed", [8_000, 32_000, 500_000])
@pytest.mark.parametrize("round_trip", [0.002, 0.2])
def test_what_is_sent_does_not_wait_long_and_the_line_is_used(speed: float, round_trip: float) -> None:
    line = Line(speed, round_trip)
    line.send()
    line.wait(1.0)
    line.flood(20.0)  # it gets to know the line
    before, began = line.free_at, line.now
    worst = line.flood(10.0)
    assert worst < max(LATE, LEAST / speed) + 3 * PART / speed + 0.05
    assert line.free_at - before > 0.6 * (line.now - began)


def test_a_terminal_that_never_answers_is_asked_once_and_sent_everything() -> None:
    line = Line(1e9, 0.0, answers=False)
    for _ in range(300):
        assert line.under_way.open
        line.send()
        line.wait(0.1)
    assert line.asked == 1


def test_answers_that_are_lost_hold_nothing_up_for_good() -> None:
    line = Line(1e6, 0.01)
    line.send()
    line.wait(1.0)
    line.answers = False
    sent = 0
    while line.under_way.open:
        line.send()
        sent += PART
    assert FIRST / 2 < sent <= FIRST + PART
    line.wait(LOST_SECONDS + 0.1)
    assert line.under_way.open


@pytest.mark.parametrize("speed", [8_000, 1e6])
def test_a_first_answer_that_comes_late_holds_nothing_up(speed: float) -> None:
    line = Line(speed, 2.0)
    for _ in range(3 * FIRST // PART):  # nearly all behind the only question that is asked before an answer
        line.send()
    line.wait(20.0)
    before = line.free_at
    line.flood(10.0)
    assert line.asked > 2 and line.free_at - before > 1.0


def test_at_the_end_answers_are_waited_for_and_nothing_more_is_asked() -> None:
    line = Line(1e6, 0.01)
    line.send()
    line.wait(1.0)
    line.under_way.end(0.0)
    asked = line.asked
    line.flood(0.1)
    assert line.asked == asked


def test_after_a_first_answer_to_an_old_question_more_may_be_sent() -> None:
    now = 0.0
    line = FlowControl(lambda: now)
    assert line.send(1000)
    for _ in range(20):
        assert not line.send(1000)  # nothing is asked twice before it has answered once
    now = 3.0
    line.answered()
    assert line.open and line.send(1000)  # else nothing would be sent, nor asked, any more
