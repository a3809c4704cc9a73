"""A run's checkpoints: the newest and the one before, either of which a run can go on from."""

import os
import zlib
from collections.abc import Callable, Mapping

import msgspec
import torch
from msgspec import Struct
from torch import Tensor

from tui_trainer.errors import UserError
from tui_trainer.model import checkpoint
from tui_trainer.run.folder import RunFolder


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a checkpoint stands in its run, and all of the trainer's own state."""

    run: str
    phase: str  # key of the phase under way
    seq: int  # records of the log that came before
    busy: float  # seconds
    knobs: tuple[tuple[str, float], ...]  # all that were turned, in order
    knobs_at_entry: int  # how many of them before the phase began
    paused: bool
    steps_left: int | None  # until the next pause
    rater: str | None  # a simulated one that took over from the person


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
        self._run, self._say = folder.id, say
        self._latest = folder.checkpoints / "latest.safetensors"
        self._previous = folder.checkpoints / "previous.safetensors"
        self._next = folder.checkpoints / "next.safetensors"

    def save(self, tensors: Mapping[str, Tensor], place: Place) -> None:
        """Write a checkpoint; the two before it are touched only once it is whole.

        Raises:
            OSError: it can't be written; the last good ones stay.
        """
        metadata = {"place": msgspec.json.encode(place).decode(), "crc32": _crc32(tensors)}
        checkpoint.save(self._next, tensors, metadata)
        if self._latest.exists():
            os.replace(self._latest, self._previous)
        os.replace(self._next, self._latest)

    def load(self, records: int) -> Saved | None:
        """The newest checkpoint that is whole and that this log leads up to; None: begin at the beginning.

        Args:
            records: how many the log has.
        """
        # `next` is whole but not yet in its place if the kill came between the renames.
        for path in (self._next, self._latest, self._previous):
            if not path.exists():
                continue
            try:
                tensors, metadata = checkpoint.load(path)
                place = msgspec.json.decode(metadata["place"], type=Place)
            except (UserError, KeyError, ValueError) as error:
                self._say(f"{path.name} is left aside: {error}")
                continue
            if metadata.get("crc32") != _crc32(tensors):
                self._say(f"{path.name} is left aside: it is damaged")
            elif place.run != self._run or place.seq > records:
                self._say(f"{path.name} is left aside: it does not belong to this log")
            else:
                return Saved(place, tensors)
        return None


def _crc32(tensors: Mapping[str, Tensor]) -> str:
    crc = 0
    for name, tensor in sorted(tensors.items()):
        crc = zlib.crc32(name.encode(), crc)
        content = tensor.detach().contiguous().reshape(-1).view(torch.uint8)
        crc = zlib.crc32(content.numpy().data, crc)
    return f"{crc:08x}"
