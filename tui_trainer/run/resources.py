"""`resources.json`: what a run's processes took; not among its events, which are the same every time."""

import contextlib

import msgspec
from msgspec import Struct

from tui_trainer.files import write_atomically
from tui_trainer.run.folder import RunFolder


class Resources(Struct, frozen=True):
    """Over all of a run's processes so far."""

    peak_memory_bytes: int = 0  # of the one that held most


def load(folder: RunFolder) -> Resources:
    """What is known; nothing is, before the first checkpoint."""
    try:
        return msgspec.json.decode(folder.resources.read_bytes(), type=Resources)
    except (OSError, msgspec.DecodeError):
        return Resources()


def record(folder: RunFolder, peak_memory_bytes: int) -> None:
    """Take this process into account; a disk without room for it is no reason to stop."""
    peak = max(load(folder).peak_memory_bytes, peak_memory_bytes)
    with contextlib.suppress(OSError):
        write_atomically(folder.resources, msgspec.json.encode(Resources(peak)))
