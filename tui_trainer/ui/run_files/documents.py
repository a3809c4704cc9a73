"""Reads single documents out of a run's `documents.jsonl`, which stays on the disk.

Only where each line starts, its source and which filter dropped it is kept: a few bytes a document.
"""

import hashlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from tui_trainer.corpus import summary
from tui_trainer.errors import UserError
from tui_trainer.files import open_own

FIRST = 60  # documents that were kept, whose numbers are at hand
AT_HAND = 200  # documents
WALKS = 4  # what was wanted last, whose documents are known by number
KEPT = 0  # the number that stands for "no filter dropped it"


class _Verdict(Struct):
    source: str = ""
    dropped_by: str | None = None


class ShownDocument(Struct, frozen=True):
    """One document with what the filters made of it."""

    id: str = ""
    source: str = ""
    text: str = ""
    dropped_by: str | None = None
    reason: str = ""


_decode = msgspec.json.Decoder(ShownDocument).decode


@dataclass(frozen=True)
class Wanted:
    """Which documents are walked through; everything that is given must fit."""

    dropped: bool = False
    filter: str | None = None
    source: str | None = None
    text: str = ""  # somewhere in it, in capitals or not


class Documents:
    """The documents of a run, by number. Not thread-safe, but `index` may run in a thread of its own, and
    `fitting`, too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._starts = array("Q")
        self._filters = array("H")  # numbers into `filters`
        self._sources = array("H")  # numbers into `sources`
        self.filters: list[str | None] = [None]  # None: kept
        self.sources: list[str] = []
        self.first_kept: list[int] = []  # the first of those that were kept
        self.first_dropped: dict[str, int] = {}  # the first one that each filter threw out
        self.at_hand = lru_cache(AT_HAND)(self.read)  # one document, from the disk the first time only
        # The numbers of those that are wanted, in order. With words in them, the file is read the first time.
        self.fitting = lru_cache(WALKS)(self._fitting)
        self.trouble = ""  # why what can be read may not be what was written

    def index(self) -> "Documents":
        """Find out where the documents are; of an absent or torn file, as many as can be read."""
        decode = msgspec.json.Decoder(_Verdict).decode
        filters: dict[str | None, int] = {None: KEPT}
        sources: dict[str, int] = {}
        start, digest = 0, hashlib.sha256()
        try:
            with open(open_own(self.path), "rb") as file:
                for line in file:
                    digest.update(line)
                    try:
                        verdict = decode(line)
                    except (msgspec.DecodeError, UnicodeDecodeError):
                        break
                    self._note(len(self._starts), verdict.dropped_by)
                    self._starts.append(start)
                    self._filters.append(filters.setdefault(verdict.dropped_by, len(filters)))
                    self._sources.append(sources.setdefault(verdict.source, len(sources)))
                    start += len(line)
        except OSError:
            pass  # the pane says that there are no documents yet
        self.filters, self.sources = list(filters), list(sources)
        self.trouble = self._trouble(digest.hexdigest())
        return self

    def _note(self, number: int, dropped_by: str | None) -> None:
        """Remember the first ones of each kind, so that nobody has to look for them."""
        if dropped_by is not None:
            self.first_dropped.setdefault(dropped_by, number)
        elif len(self.first_kept) < FIRST:
            self.first_kept.append(number)

    def _trouble(self, sha256: str) -> str:
        folder = self.path.parent
        if not len(self) or not (folder / summary.NAME).exists():
            return ""  # the corpus is being made
        try:
            told = summary.read(folder).sha256.get(self.path.name, sha256)
        except UserError as error:
            return str(error)
        return "" if told == sha256 else f"{self.path} is damaged: what is shown of it may be wrong"

    def __len__(self) -> int:
        return len(self._starts)

    def tally(self, first: int) -> dict[str | None, int]:
        """Of the first so many documents, how many each filter threw out; None: the kept ones."""
        judged = self._filters[:first]
        return {name: judged.count(number) for number, name in enumerate(self.filters)}

    def next(self, number: int, step: int, wanted: Wanted) -> int | None:
        """The wanted document `step` (1 or -1) further on, around the ends; None if there is none."""
        fits = self.fitting(wanted)
        at = bisect_right(fits, number) if step > 0 else bisect_left(fits, number) - 1
        return fits[at % len(fits)] if fits else None

    def _fitting(self, wanted: Wanted) -> Sequence[int]:
        if wanted == Wanted():
            return range(len(self))
        listed = (number for number in range(len(self)) if self._listed(number, wanted))
        return array("L", self._having(listed, wanted.text.casefold()) if wanted.text else listed)

    def _having(self, numbers: Iterable[int], sought: str) -> Iterator[int]:
        """Those of these documents with this in them, however it is written."""
        try:
            with open(open_own(self.path), "rb") as file:
                for number in numbers:
                    file.seek(self._starts[number])
                    if sought in _decode(file.readline()).text.casefold():
                        yield number
        except (OSError, ValueError):
            return  # what stands there now is not what was indexed

    def _listed(self, number: int, wanted: Wanted) -> bool:
        """Whether it fits by what is known without reading it."""
        dropped_by = self.filters[self._filters[number]]
        return (
            (dropped_by is not None or not wanted.dropped)
            and wanted.filter in (None, dropped_by)
            and wanted.source in (None, self.sources[self._sources[number]])
        )

    def rank(self, number: int, wanted: Wanted) -> tuple[int, int]:
        """Which of those that fit it is (1: the first), and how many they are."""
        fits = self.fitting(wanted)
        return bisect_right(fits, number), len(fits)

    def read(self, number: int) -> ShownDocument | None:
        """One document; None when it can't be read any more."""
        try:
            with open(open_own(self.path), "rb") as file:
                file.seek(self._starts[number])
                line = file.readline()
            return _decode(line)
        except (OSError, IndexError, msgspec.DecodeError, UnicodeDecodeError):
            return None
