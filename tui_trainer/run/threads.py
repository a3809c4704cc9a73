"""On how many threads to compute, on a machine that others use, too.

Two threads on two busy cores wait for each other at every operation, and a step then takes ten times as long
as on one thread. So the number is chosen by trying, at the start and when steps come to take much longer than
they did. Sums of more threads have other last digits: each choice is an event of the log, and a resumed run
changes its threads where that says so.
"""

import math
from collections.abc import Callable
from statistics import median

MUCH_LONGER = 3.0  # times the best pace so far
WINDOW_SECONDS = 10.0  # of steps, over which the pace is taken
FEWEST_STEPS = 5  # in it
AGAIN_SECONDS = 120.0  # of steps, after which more threads than now are given another chance
ROUNDS = 2
ENOUGH_SECONDS = 1.5  # of trying
BETTER = 0.9  # of the time on as many threads as now: what differs less may be chance


def fastest(most: int, now: int, seconds: Callable[[int], float]) -> tuple[int, float]:
    """The number of threads on which a step takes the least time, and that time.

    Tried are 1, 2, 4, ... and `most` in turns, so that what others do in between meets all of them.

    Args:
        most: threads.
        now: as many as there are.
        seconds: makes a step on so many threads, and says how long it took.
    """
    counts = sorted({now, most, *(2**power for power in range(most.bit_length()))})
    seconds(now)  # a first step is slower than any other
    taken: dict[int, list[float]] = {count: [] for count in counts}
    for _ in range(ROUNDS):
        for count in counts:
            taken[count].append(seconds(count))
        if sum(map(sum, taken.values())) > ENOUGH_SECONDS:
            break
    pace = {count: median(each) for count, each in taken.items()}
    best = min(counts, key=lambda count: pace[count])
    chosen = best if pace[best] < BETTER * pace[now] else now
    return chosen, pace[chosen]


class Pace:
    """Of the steps of one stage: says when to try again. Has no clock: it goes by the steps' own seconds."""

    def __init__(self) -> None:
        self._window: list[float] = []  # steps that are not judged yet, in seconds
        self._best = math.inf  # median step of a window
        self._since = 0.0  # seconds of steps since the last choice

    def step(self, seconds: float, fewer: bool) -> bool:
        """Take in a step; whether the number of threads is to be chosen again now.

        Args:
            seconds: that the step took.
            fewer: there could be more threads than there are.
        """
        self._window.append(seconds)
        if len(self._window) < FEWEST_STEPS or sum(self._window) < WINDOW_SECONDS:
            return False
        pace, self._since = median(self._window), self._since + sum(self._window)
        self._window.clear()
        self._best = min(self._best, pace)
        if pace <= MUCH_LONGER * self._best and not (fewer and self._since >= AGAIN_SECONDS):
            return False
        self._best, self._since = math.inf, 0.0  # of other threads, or of another machine, so to speak
        return True
