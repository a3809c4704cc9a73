"""Two models side by side, in words that the process that asks them and the screen share."""

from msgspec import Struct

from tui_trainer.messages.events import WeightsName


class Side(Struct, frozen=True):
    """One of the two models."""

    run: str
    weights: WeightsName
    sha256: str
    rater: str | None = None  # whose picks made it, if a simulated one made them all
    turned: bool = True  # False: feedback has left it as it was, which are the tuned weights


class Answers(Struct, frozen=True):
    """A prompt with the likeliest answer of each."""

    prompt: str
    first: str
    second: str


class Verdict(Struct, frozen=True):
    """How often a rater's gold prefers an answer of the first model to one of the second, ties half."""

    rater: str
    share: float
    ci95: tuple[float, float]
    n: int  # prompts


class Comparison(Struct, frozen=True):
    """What came of it."""

    first: Side
    second: Side
    answers: tuple[Answers, ...]
    verdicts: tuple[Verdict, ...]


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """What to compare. Paths are of runs' folders; weights of None are the latest."""

    first: str
    second: str
    first_weights: WeightsName | None = None
    second_weights: WeightsName | None = None
    prompts: tuple[str, ...] = ()  # none: held-out ones of the first run
    raters: tuple[str, ...] = ()  # none: those who made the two models
    file: str | None = None  # of raters; else ours


class Compared(Struct, frozen=True, omit_defaults=True):
    """What the process says that was given an order."""

    comparison: Comparison | None = None
    error: str = ""  # why there is none, one line for people
