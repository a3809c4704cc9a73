"""The tour that the first run begins with: a sentence a pane, on the line that later tells of the moment.

While a pane has nothing to show yet, its sentence says what is waited for, and claims nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tui_trainer.view.state import State


def _always(_: State) -> bool:
    return True


@dataclass(frozen=True)
class Stop:
    """Where one looks, and what is said of it; both sentences have to fit two lines of 75 cells.

    `there`: whether the pane shows what is spoken of; until then `waits` is said.
    """

    pane: int
    said: str
    waits: str = ""
    there: Callable[[State], bool] = _always

    def at(self, state: State) -> str:
        """What is true now."""
        return self.said if self.there(state) else self.waits


STOPS: tuple[Stop, ...] = (
    Stop(
        1,
        "Welcome: a small model is about to learn, from nothing. This is the text it will be shown; filters "
        "throw out the junk.",
        "Welcome: a small model is about to learn, from nothing. Its text is being gathered, and will stand "
        "here in a moment.",
        lambda state: bool(state.sources),
    ),
    Stop(
        2,
        "It hides the end of a text, guesses the next token and is scored. This curve is how wrong it is: "
        "lower is better.",
        "It will hide the end of a text, guess the next token and be scored. The curve begins with the "
        "first guess.",
        lambda state: state.stepped is not None,
    ),
    Stop(
        3,
        "The model is nothing but these numbers. Blame for a wrong guess goes back to each of them, and each "
        "is nudged a little.",
        "The model is nothing but numbers, random at first. Their first picture comes with the first "
        "evaluation.",
        lambda state: bool(state.matrices),
    ),
    Stop(
        4,
        "What was right: at first the text itself says so. Later it is you: of two answers you pick the "
        "better one.",
        "Here it will be said what was right: at first by the text itself, later by you. Nothing is rated "
        "yet.",
        lambda state: state.guess is not None or bool(state.filters),
    ),
    Stop(
        5,
        "What it writes, from noise to sentences. At the end its weights are frozen and you talk to it; "
        "it learns no more.",
        "Here it will write, from noise to sentences; its first try comes as training begins. At the end "
        "you talk to it.",
        lambda state: bool(state.samples),
    ),
    Stop(
        2,
        "space pauses, . does one step, g explains the words, ? shows all keys. Close the screen, and "
        "training goes on.",
    ),
)
