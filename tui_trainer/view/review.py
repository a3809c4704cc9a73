"""The filters at work before one's eyes: a few documents slowly, then all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui_trainer.view.text import seconds_to_read

LEAST_SECONDS = 2.6  # for one document: it passes the filters, and is kept or struck out
BEGINNING = 16  # words of it, by which one knows what it is
PASSING = 0.5  # share of that time until the verdict is there
FLOOD_SECONDS = 4.0  # for all documents
SHOWN = 4
TOLD_ONLY = ("harmful",)  # what is counted, and not shown unasked


@dataclass(frozen=True)
class Frame:
    """What is to be seen: a document of those shown slowly, or the flood.

    `share`: of its time that has passed, 0 to 1.
    """

    kind: Literal["document", "flood"]
    number: int
    share: float

    @property
    def judged(self) -> bool:
        """Whether the verdict stands."""
        return self.share >= PASSING

    def passed(self, filters: int) -> int:
        """How many of so many filters the document has passed by now, if none stops it."""
        return min(filters, int(filters * self.share / PASSING))


def seconds_for(text: str, reason: str) -> float:
    """How long a document stands: as long as its beginning takes to be read, and why it is struck out."""
    words = min(BEGINNING, len(text.split())) + len(reason.split())
    return max(LEAST_SECONDS, seconds_to_read(words))


def frame_at(seconds: float, slowly: Sequence[float]) -> Frame | None:
    """So long after the beginning; None: it is over.

    Args:
        slowly: seconds for each document that is shown slowly.
    """
    for number, stands in enumerate(slowly):
        if seconds < stands:
            return Frame("document", number, seconds / stands)
        seconds -= stands
    share = seconds / FLOOD_SECONDS
    return Frame("flood", len(slowly), share) if share < 1.0 else None


def chosen(kept: Sequence[int], dropped: Sequence[int]) -> list[int]:
    """Kept and struck-out documents by turns, as many as are shown."""
    turns = [number for pair in zip(kept, dropped, strict=False) for number in pair]
    rest = [*kept[len(dropped) :], *dropped[len(kept) :]]
    return [*turns, *rest][:SHOWN]
