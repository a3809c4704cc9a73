"""The tour that the first run begins with: a sentence a pane, on the line that later tells of the moment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """Where one looks, and what is said of it; it has to fit two lines of 75 cells."""

    pane: int
    said: str


STOPS: tuple[Stop, ...] = (
    Stop(
        1,
        "Welcome: a small model is about to learn, from nothing. This is the text it will be shown; filters "
        "throw out the junk.",
    ),
    Stop(
        2,
        "It hides the end of a text, guesses the next token and is scored. This curve is how wrong it is: "
        "lower is better.",
    ),
    Stop(
        3,
        "The model is nothing but these numbers. Blame for a wrong guess goes back to each of them, and each "
        "is nudged a little.",
    ),
    Stop(
        4,
        "What was right: at first the text itself says so. Later it is you: of two answers you pick the "
        "better one.",
    ),
    Stop(
        5,
        "What it writes, from noise to sentences. At the end its weights are frozen and you talk to it; "
        "it learns no more.",
    ),
    Stop(
        2,
        "space pauses, . does one step, g explains the words, ? shows all keys. Close the screen, and "
        "training goes on.",
    ),
)
