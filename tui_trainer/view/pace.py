"""How fast it trains before somebody who watches: one dial, from a step at a key to full speed."""

from dataclasses import dataclass

from tui_trainer.view.state import State

PARTS = ("guess", "score", "blame", "nudge")
FIRST_STEPS = 10  # of a first run, in slow motion
NEXT_STEPS = 10  # after them, quicker, before full speed


@dataclass(frozen=True)
class Pace:
    """`seconds` from one step to the next at the least; None: each step waits for a key."""

    name: str
    seconds: float | None


STEPWISE = Pace("one step at a key", None)
SLOW = Pace("slow motion", 8.0)  # two seconds for each part of a step: a sentence is read in that time
WALKING = Pace("a step a second", 1.0)
FULL = Pace("full speed", 0.0)
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


def passed(state: State, seconds: float) -> float:
    """How many parts of a step have gone by, so long after it was made: at 2.5 half of the third."""
    if not slow(state):
        return len(PARTS)
    return min(float(len(PARTS)), max(0.0, seconds) * len(PARTS) / (SLOW.seconds or 1.0))


def next_of_a_first_run(state: State) -> Pace | None:
    """What the pace changes to by itself on a first run: after some slow steps faster, then full speed."""
    if state.stage != "pretrain" or state.paused:
        return None
    step, now = state.stages["pretrain"].step, of(state)
    if now is SLOW and step >= FIRST_STEPS:
        return WALKING
    return FULL if now is WALKING and step >= FIRST_STEPS + NEXT_STEPS else None
