"""The tour that the first run begins with: a sentence a pane, on the line that later tells of the moment.

Nothing is learned meanwhile. One goes on to a pane once there is something to see in it; until then the
sentence says what is waited for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tui_trainer.view.state import State
from tui_trainer.view.waits import Wait


def _always(_: State) -> bool:
    return True


@dataclass(frozen=True)
class Stop:
    """Where one looks, and what is said of it: in two lines of 75 cells, or briefly in two of 52.

    `there`: whether the pane shows what is spoken of; until then `waits` is said.
    """

    pane: int
    said: str
    brief: str
    waits: str = ""
    there: Callable[[State], bool] = _always

    def at(self, state: State) -> tuple[str, ...]:
        """What is true now, the fuller form first."""
        return (self.said, self.brief) if self.there(state) else (self.waits,)


STOPS: tuple[Stop, ...] = (
    Stop(
        1,
        "Welcome: a small model is about to learn, from nothing. This is the text it will be shown; filters "
        "throw out the junk.",
        "Welcome: a small model will learn from this text. Filters throw out the junk.",
        "Welcome: a small model is about to learn, from nothing. Its text comes first.",
        lambda state: bool(state.sources),
    ),
    Stop(
        2,
        "It will guess the next token of a text, again and again, and be scored: lower is better. The dot is "
        "its score before it learns.",
        "It guesses the next token, again and again, and is scored: lower is better.",
        "Next: its first score, before it has learned anything.",
        lambda state: state.validated is not None,
    ),
    Stop(
        3,
        "The model is nothing but these numbers, random at first. Blame for a wrong guess goes back to each, "
        "and each is nudged.",
        "The model is nothing but these numbers. Each is nudged against its blame.",
        "Next: a picture of its numbers, random as they are.",
        lambda state: bool(state.matrices),
    ),
    Stop(
        4,
        "Who says what is good? First filters, then the text itself. Later it is you: of two answers you "
        "pick the better one.",
        "What is good? Filters say it, then the text; later you, who pick the better answer.",
        "Next: who says what is good. The first filter is still reading.",
        lambda state: state.guess is not None or bool(state.filters),
    ),
    Stop(
        5,
        "What it writes: noise at first, sentences later. At the end its weights are frozen and you talk to "
        "it; it learns no more.",
        "What it writes: noise at first, sentences later. At the end you talk to it.",
        "Next: what it writes before it has learned anything.",
        lambda state: bool(state.samples),
    ),
    Stop(
        2,
        "A first run makes its first ten steps in slow motion; - and + set the pace. space pauses, g "
        "explains the words, ? shows all keys.",
        "The first ten steps come slowly; - and + set the pace. ? shows all keys.",
    ),
)


def told_on_tour(state: State, stop: int, onward: bool, wait: Wait | None) -> tuple[str, ...]:
    """What is said at a stop, the fullest form first.

    Args:
        onward: one wants to go on: if there is nothing to see yet at the next stop, that is what is said.
    """
    here = STOPS[stop]
    if onward and stop + 1 < len(STOPS) and not STOPS[stop + 1].there(state):
        here = STOPS[stop + 1]
    said = here.at(state)
    if wait is None:
        return said
    waiting = tuple(f"{one} {wait.told}" for one in said)
    return (*waiting, *said) if here.there(state) else (*waiting, wait.told, *said)
