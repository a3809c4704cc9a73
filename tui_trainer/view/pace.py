"""How fast it trains before somebody who watches: one dial, from a step at a key to full speed.

In slow motion each part of a step stands as long as its words take to be read; those that stood there in the
steps before have been read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_trainer.view.state import State
from tui_trainer.view.text import seconds_to_read

PARTS = ("guess", "score", "blame", "nudge")
FIRST_STEPS = 10  # of a first run, in slow motion
NEXT_STEPS = 10  # after them, quicker, before full speed
LEAST_SECONDS = 2.0  # for a part of a step: something moves in it that is looked for


@dataclass(frozen=True)
class Pace:
    """`seconds` from one step to the next at the least; None: each step waits for a key."""

    name: str
    short: str
    seconds: float | None


STEPWISE = Pace("one step at a key", "paused", None)
SLOW = Pace("slow motion", "slow", LEAST_SECONDS * len(PARTS))  # until it is known how much there is to read
WALKING = Pace("a step a second", "1 a second", 1.0)
FULL = Pace("full speed", "full speed", 0.0)
DIAL = (STEPWISE, SLOW, WALKING, FULL)


def of(state: State) -> Pace:
    """Where the dial stands."""
    if state.paused:
        return STEPWISE
    return FULL if not state.paced else WALKING if state.paced <= (WALKING.seconds or 0.0) else SLOW


def turned(state: State, by: int) -> Pace:
    """So many marks further on."""
    return DIAL[max(0, min(len(DIAL) - 1, DIAL.index(of(state)) + by))]


def slow(state: State) -> bool:
    """Whether a step is shown part by part now."""
    return of(state) is SLOW and state.stage in ("pretrain", "finetune")


@dataclass
class Reading:
    """How long the parts of a step stand, for somebody who has read those of the steps before.

    `seconds`: of each part of the step that is shown.
    """

    seconds: list[float] = field(default_factory=lambda: [LEAST_SECONDS] * len(PARTS))
    _known: list[set[str]] = field(default_factory=lambda: [set() for _ in PARTS])  # words, by part

    def take(self, said: Sequence[str]) -> None:
        """The next step is shown: what is said of each of its parts."""
        for part, words in enumerate(sentence.split() for sentence in said):
            new = sum(word not in self._known[part] for word in words)
            self.seconds[part] = max(LEAST_SECONDS, seconds_to_read(new))
            self._known[part].update(words)

    def skip(self, seconds: float) -> None:
        """So long after the step was made: on to its next part, at once."""
        part = int(self.passed(seconds))
        if part < len(PARTS):
            self.seconds[part] = max(0.0, seconds - sum(self.seconds[:part]))

    def passed(self, seconds: float) -> float:
        """How many parts have gone by, so long after the step was made: at 2.5 half of the third."""
        for part, stands in enumerate(self.seconds):
            if seconds < stands:
                return part + max(0.0, seconds) / stands
            seconds -= stands
        return float(len(PARTS))

    @property
    def whole(self) -> float:
        """Seconds for all parts."""
        return sum(self.seconds)


def next_of_a_first_run(state: State) -> Pace | None:
    """What the pace changes to by itself on a first run: after some slow steps faster, then full speed."""
    if state.stage != "pretrain" or state.paused:
        return None
    step, now = state.stages["pretrain"].step, of(state)
    if now is SLOW and step >= FIRST_STEPS:
        return WALKING
    return FULL if now is WALKING and step >= FIRST_STEPS + NEXT_STEPS else None
