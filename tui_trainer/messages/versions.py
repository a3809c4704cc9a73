"""Two versions of a model, in words that the process that asks them and the screen share."""

from msgspec import Struct

from tui_trainer.messages.events import WeightsName


class Share(Struct, frozen=True):
    """Of questions, how many."""

    value: float
    ci95: tuple[float, float]


class Row(Struct, frozen=True):
    """One figure of both."""

    name: str  # of the group of questions, and what was counted: "new/knows"
    facts: int  # that were asked for
    questions: int
    first: Share
    second: Share
    gained: Share | None = None  # the second less the first, where each fact was asked for once


class Version(Struct, frozen=True):
    """One of the two."""

    run: str
    number: int  # 1, 2, ...
    cutoff: int  # the last year that its documents tell of
    weights: WeightsName
    sha256: str
    tokens: int  # read in gradient steps
    flops: float  # of these, an estimate
    seconds: float  # of computing


class Versions(Struct, frozen=True):
    """What the two know."""

    first: Version
    second: Version
    rows: tuple[Row, ...]


class Order(Struct, frozen=True):
    """What is to be compared."""

    first: str  # a run's folder
    second: str


class Told(Struct, frozen=True):
    """What came of an order."""

    versions: Versions | None = None
    error: str = ""
