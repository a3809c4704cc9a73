"""`preferences.jsonl`: the picks of a run as the field keeps them, one JSON object a line.

The log is the truth; this file is made from it again whenever a trainer starts, and appended to while it
runs, so it holds each pair once.
"""

import os
from collections.abc import Iterable

from msgspec import Struct

from tui_trainer.events import Choice, PairOffered, Picked, Record, encoder
from tui_trainer.run.files import write_atomically
from tui_trainer.run.folder import RunFolder


class Preference(Struct, frozen=True):
    """One pick. `chosen` and `rejected` are null where none of the two was preferred."""

    prompt: str
    chosen: str | None
    rejected: str | None
    pair: int
    choice: Choice
    a: str
    b: str
    swapped: bool
    rater: str
    simulated: bool


def preference(pair: PairOffered, picked: Picked) -> Preference:
    """The pick of a pair, in the field's form."""
    chosen = {"a": pair.a, "b": pair.b}.get(picked.choice)
    rejected = {"a": pair.b, "b": pair.a}.get(picked.choice)
    return Preference(
        pair.prompt,
        chosen,
        rejected,
        pair.pair,
        picked.choice,
        pair.a,
        pair.b,
        pair.swapped,
        picked.rater,
        picked.simulated,
    )


def of_log(records: Iterable[Record]) -> list[Preference]:
    """All picks of a log, in order."""
    pairs: dict[int, PairOffered] = {}
    picks: dict[int, Picked] = {}
    for record in records:
        if isinstance(record.event, PairOffered):
            pairs[record.event.pair] = record.event
        elif isinstance(record.event, Picked) and record.event.choice == "undo":
            picks.pop(record.event.pair - 1, None)
        elif isinstance(record.event, Picked) and record.event.pair in pairs:
            picks[record.event.pair] = record.event
    return [preference(pairs[number], picked) for number, picked in picks.items()]


class PreferenceFile:
    """The file of one run, while its trainer lives."""

    def __init__(self, folder: RunFolder) -> None:
        self._path = folder.preferences
        self._kept: list[Preference] = []

    def rebuild(self, preferences: list[Preference]) -> None:
        """Make the file hold these and nothing else. Raises `OSError`."""
        self._kept = list(preferences)
        if preferences or self._path.exists():
            write_atomically(self._path, b"".join(encoder.encode(p) + b"\n" for p in preferences))

    def append(self, preference: Preference) -> None:
        """Add one, durably. Raises `OSError`; the next trainer's `rebuild` then mends the file."""
        self._kept.append(preference)
        with open(self._path, "ab") as file:
            file.write(encoder.encode(preference) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def take_back(self) -> None:
        """Leave the last one out again. Raises `OSError`."""
        self.rebuild(self._kept[:-1])
