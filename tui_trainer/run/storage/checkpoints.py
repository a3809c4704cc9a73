"""A run's checkpoints: the newest and the one before, either of which a run can go on from.

Whose they are is said by the run's id in its plan, not by the folder's name, which a person may change.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct
from torch import Tensor

from tui_trainer.errors import Damaged, UserError, foreign
from tui_trainer.model import checkpoint
from tui_trainer.run.storage.folder import RunFolder


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a checkpoint stands in its run, and all of the trainer's own state."""

    run: str
    phase: str  # key of the phase under way
    seq: int  # records of the log that came before
    busy: float  # seconds
    changes: tuple[tuple[str, float], ...] = msgspec.field(name="knobs")  # of live settings, in order
    changes_at_entry: int = msgspec.field(name="knobs_at_entry")  # how many before the phase began
    paused: bool
    steps_left: int | None  # until the next pause
    rater: str | None  # a simulated one that took over from the person
    pace: float = 0.0  # as in `events.Continued`; not in a checkpoint of an earlier version


class Saved(Struct, frozen=True):
    """A checkpoint that was read."""

    place: Place
    tensors: dict[str, Tensor]


class Checkpoints:
    """Saves and loads in `checkpoints/`.

    Args:
        say: takes a line for trainer.log when a checkpoint is unreadable.
    """

    def __init__(self, folder: RunFolder, say: Callable[[str], None]) -> None:
        self._folder, self._say = folder, say
        self._latest = folder.checkpoints / "latest.safetensors"
        self._previous = folder.checkpoints / "previous.safetensors"
        self._next = folder.checkpoints / "next.safetensors"

    def save(self, tensors: Mapping[str, Tensor], place: Place) -> None:
        """Write a checkpoint; the two before it are touched only once it is whole.

        Raises:
            OSError: it can't be written; the last good ones stay.
        """
        checkpoint.save(self._next, tensors, {"place": msgspec.json.encode(place).decode()})
        if self._latest.exists():
            os.replace(self._latest, self._previous)
        os.replace(self._next, self._latest)
        self._folder.begun_again.unlink(missing_ok=True)

    def load(self, records: int, expected: bool) -> Saved | None:
        """The newest checkpoint that is whole and that this log leads up to; None: there is none yet.

        Args:
            records: how many the log has.
            expected: there was one, and to compute its steps again is for a person to ask for.

        Raises:
            Damaged: there is none any more, or none can be gone on from. They stay where they are.
        """
        faults = []
        # `next` is whole but not yet in its place if the kill came between the renames.
        for path in (self._next, self._latest, self._previous):
            if not path.exists():
                continue
            try:
                return self._opened(path, records)
            except UserError as error:
                faults.append(f"{path.name}: {str(error).removeprefix(f'{path} ')}")
                self._say(f"{path.name} is left aside: {error}")
        if not faults and (not expected or self._folder.begun_again.exists()):
            return None
        run = self._folder.id
        raise Damaged(
            f"run {run} can't go on from its checkpoints ({'; '.join(faults) or 'they are gone'}); "
            f"`tui-trainer resume {run} --start-over` keeps them aside and computes the run again, with the "
            "same picks"
        )

    def _opened(self, path: Path, records: int) -> Saved:
        tensors, metadata = checkpoint.load(path)
        with foreign("it is no checkpoint of this program"):
            if checkpoint.CHECKSUM not in metadata:
                raise UserError("it is of an earlier version, or damaged")
            place = msgspec.json.decode(metadata["place"], type=Place)
        if place.run != self._folder.plan.run or place.seq > records:
            raise UserError("it does not belong to this log")
        return Saved(place, tensors)
