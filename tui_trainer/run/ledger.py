"""The ledger of a rater's labor: how long a pick takes, and published data sets at that pace."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct


class Published(Struct, frozen=True):
    """A data set of preferences that people were paid to make."""

    name: str
    picks: int
    what: str  # is counted
    source: str


PUBLISHED = (
    Published(
        "InstructGPT",
        33_000,
        "prompts, each with 4 to 9 answers ranked; here as one pick",
        "arXiv 2203.02155",
    ),
    Published("hh-rlhf", 160_800, "comparisons, in its files for training", "arXiv 2204.05862"),
)
# What is known about the pay of those who label and rate: (dollars an hour, whose, source).
KNOWN_PAY = (
    (
        "1.32–2.00",
        "workers in Kenya who labelled text for OpenAI, late 2021 to early 2022, taken home",
        "TIME, 18 January 2023",
    ),
    ("12.50", "what the firm that employed them was paid for an hour", "TIME, 18 January 2023"),
    (
        "about 2",
        "median of 2,676 workers on Amazon Mechanical Turk; 4 % of them earned more than 7.25",
        "Hara et al. 2018, arXiv 1712.05796",
    ),
    ("7.25", "the federal minimum wage of the USA, since 2009", "US Department of Labor"),
)


class Ledger(Struct, frozen=True):
    """A person's picks so far."""

    picks: int
    seconds: float  # all of them together
    pace: float  # seconds a pick: the median, so that a walk to the kettle is no work

    @staticmethod
    def of(seconds: Sequence[float]) -> "Ledger | None":
        """Of the seconds that each pick took; None before the first."""
        return Ledger(len(seconds), sum(seconds), median(seconds)) if seconds else None

    def hours(self, picks: int) -> float:
        """Hours that so many picks would take at this pace."""
        return self.pace * picks / 3600
