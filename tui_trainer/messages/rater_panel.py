"""A panel of raters, in words that the process that gathers it and the screen share."""

from msgspec import Struct


class Exam(Struct, frozen=True):
    """Decided pairs that were predicted right, of those that were not learnt from."""

    right: int
    n: int
    share: float | None
    ci95: tuple[float, float] | None


class Annotator(Struct, frozen=True):
    """One rater of the panel."""

    rater: str
    simulated: bool
    picks: int
    own: Exam  # by the reward model of their own picks
    majority: Exam  # by the reward model of the majority's


class RaterPanel(Struct, frozen=True):
    """What came of it."""

    pairs: int
    learnt_from: int  # pairs; the others are the exam
    alpha: float | None  # Krippendorff's, nominal, over all raters; None where nobody disagreed nor could
    alike: dict[str, dict[str, float]]  # share of the pairs that two raters picked alike
    annotators: tuple[Annotator, ...]


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose pairs are to be rated. Paths are of runs' folders."""

    runs: tuple[str, ...]
    file: str | None = None  # of raters; else ours
    noise: float = 0.25  # of the simulated ones, in units of what an answer is worth to them
    seed: int = 0


class Gathered(Struct, frozen=True, omit_defaults=True):
    """What the process says that was given an order."""

    panel: RaterPanel | None = None
    error: str = ""  # why there is none, one line for people
