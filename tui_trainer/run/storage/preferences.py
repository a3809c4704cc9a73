"""`preferences.jsonl`: the picks of a run as the field keeps them, one JSON object a line.

The log is the truth; this file is made from it again whenever a trainer starts, and appended to while it
runs, so it holds each pick once. It is for other tools: this program takes picks from the log, which notices
a flipped bit, and needs no line of the file to be whole. An answer of the rater's own is two lines, as it is
better than both.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from msgspec import UNSET, Struct, UnsetType

from tui_trainer.files import open_own, write_atomically
from tui_trainer.messages.events import ANSWERS, Choice, PairOffered, Picked, Record, encoder
from tui_trainer.run.storage.folder import RunFolder


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
    repeats: int | UnsetType = UNSET  # the pair that was shown again, sides exchanged


def preferences(pair: PairOffered, picked: Picked) -> list[Preference]:
    """The pick of a pair, in the field's form; none where nothing was picked, or nothing is to be learnt."""
    if pair.blind or picked.choice in ("undo", "enough", *ANSWERS):
        return []
    chosen = {"a": pair.a, "b": pair.b, "own": picked.text}.get(picked.choice)
    others = {"a": [pair.b], "b": [pair.a], "own": [t for t in (pair.a, pair.b) if t != picked.text]}
    return [
        Preference(
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
            UNSET if pair.repeats is None else pair.repeats,
        )
        for rejected in others.get(picked.choice, [None])  # None: neither
    ]


def made_in_log(records: Iterable[Record]) -> list[tuple[PairOffered, Picked]]:
    """The picks of a log that stand, in order, each with its pair; "enough" among them."""
    pairs: dict[int, PairOffered] = {}
    picks: dict[int, tuple[PairOffered, Picked]] = {}
    for record in records:
        event = record.event
        if isinstance(event, PairOffered):
            pairs[event.pair] = event  # the blind test begins with the number that "enough" left free
        elif isinstance(event, Picked) and event.choice == "undo":
            picks.pop(event.pair - 1, None)
        elif isinstance(event, Picked) and event.choice in ANSWERS:
            if event.choice == "more":
                picks.pop(event.pair, None)  # it was not enough
        elif isinstance(event, Picked) and event.pair in pairs and not pairs[event.pair].blind:
            picks[event.pair] = pairs[event.pair], event
    return list(picks.values())


def of_log(records: Iterable[Record]) -> list[Preference]:
    """All preferences of a log, in order."""
    return [made for pair, picked in made_in_log(records) for made in preferences(pair, picked)]


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

    @contextmanager
    def following(self, pair: PairOffered, picked: Picked) -> Iterator[None]:
        """Take in a pick, or leave the one before out again; durable when the body, too, is done.

        The body makes the pick durable in the log. One disk does both at once in the time of one; what a
        crash leaves here and not there, or the other way round, the next trainer's `rebuild` mends.

        Raises:
            OSError: it can't be written.
        """
        made = preferences(pair, picked)
        if not made:
            yield
            if picked.choice == "undo":
                self.rebuild([p for p in self._kept if p.pair != pair.pair - 1])
            return
        self._kept += made
        descriptor = open_own(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        with open(descriptor, "ab") as file, ThreadPoolExecutor(1) as beside:
            file.write(b"".join(encoder.encode(p) + b"\n" for p in made))
            file.flush()
            synced = beside.submit(os.fsync, file.fileno())
            yield
            synced.result()
