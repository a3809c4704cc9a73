"""Reads single documents out of a run's `documents.jsonl`, which stays on the disk.

Only where each line starts and whether a filter dropped it is kept: 9 bytes a document.
"""

from array import array
from pathlib import Path

import msgspec
from msgspec import Struct


class _Verdict(Struct):
    dropped_by: str | None = None


class ShownDocument(Struct, frozen=True):
    """One document with what the filters made of it."""

    id: str = ""
    source: str = ""
    text: str = ""
    dropped_by: str | None = None
    reason: str = ""


class Documents:
    """The documents of a run, by number. Not thread-safe, but `index` may run in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._starts = array("Q")
        self._dropped = bytearray()

    def index(self) -> "Documents":
        """Find out where the documents are; an absent or torn file has as many as can be read."""
        decode = msgspec.json.Decoder(_Verdict).decode
        start = 0
        try:
            with self.path.open("rb") as file:
                for line in file:
                    try:
                        dropped = decode(line).dropped_by is not None
                    except (msgspec.DecodeError, UnicodeDecodeError):
                        break
                    self._starts.append(start)
                    self._dropped.append(dropped)
                    start += len(line)
        except OSError:
            pass  # the pane says that there are no documents yet
        return self

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def dropped(self) -> int:
        """How many a filter threw out."""
        return sum(self._dropped)

    def next(self, number: int, step: int, only_dropped: bool) -> int:
        """The document `step` (1 or -1) further on, around the ends; the same if there is no other."""
        count = len(self)
        for distance in range(1, count + 1):
            candidate = (number + step * distance) % count
            if self._dropped[candidate] or not only_dropped:
                return candidate
        return number

    def is_dropped(self, number: int) -> bool:
        """Whether a filter threw it out."""
        return bool(self._dropped[number])

    def rank(self, number: int) -> int:
        """Which of the dropped documents it is: 1 for the first."""
        return sum(self._dropped[: number + 1])

    def read(self, number: int) -> ShownDocument | None:
        """One document; None when it can't be read any more."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._starts[number])
                line = file.readline()
            return msgspec.json.decode(line, type=ShownDocument)
        except (OSError, IndexError, msgspec.DecodeError, UnicodeDecodeError):
            return None
