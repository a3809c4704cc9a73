"""What was found, as it is kept and printed: figures, and what an experiment made of them."""

from msgspec import Struct

from tui_trainer.messages.events import Plotted, Showed

# Of a figure without an interval, that says nothing else of itself.
NO_INTERVAL = "none is known"
OF_ONE_TEXT = "of the validation text itself, whose documents tell the same facts: no sample of questions"


class Metric(Struct, frozen=True):
    """One figure."""

    value: float
    ci95: tuple[float, float] | None = None
    n: int | None = None
    baseline: float | None = None  # chance, or the commonest answer
    note: str = ""  # where it is from, or why it has no interval


class Result(Struct, frozen=True, tag_field="type", tag="result"):
    """What came of an experiment; the last line of its events, and `experiments/NAME.json` of a run."""

    experiment: str  # its name
    claim: str
    holds: bool
    came_true: str  # the prediction that the figures bear out
    metrics: dict[str, Metric]
    plots: tuple[Plotted, ...] = ()
    said: tuple[Showed, ...] = ()  # the last of it
    run: str = ""  # whose weights or files it began from; "": it trained its own
    weights_sha256: str = ""  # those it began from
    seed: int = 0
    preset: str = ""
    seconds: float = 0.0  # that it took
    software: dict[str, str] = {}
    machine: dict[str, str] = {}
