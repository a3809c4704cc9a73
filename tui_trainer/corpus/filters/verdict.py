"""What a filter says, and what the chain of them says of one document."""

from typing import Protocol

from msgspec import Struct

from tui_trainer.corpus.document import Document


class Fault(Struct, frozen=True):
    """Why a text should go."""

    reason: str  # one line for people
    original: str | None = None  # of a duplicate: the id of the document seen before


class Filter(Protocol):
    """One reason to throw text out. It is handed the text and an id, so it cannot read a label."""

    name: str  # one of document.CLASSES

    def fault(self, text: str, id: str) -> Fault | None:
        """Why this text should go, or None. Called once for each text, in the order of the corpus."""
        ...


class Verdict(Struct, frozen=True):
    """What becomes of one document."""

    document: Document
    dropped_by: str | None = None  # the name of the first filter that found a fault
    reason: str = ""  # of its going, or of what was masked in it
    original: str | None = None
    masked: bool = False  # it is kept, and its text is not quite as it was read
