"""`resources.json`: what a run's processes took; not among its events, which are the same every time."""

import contextlib

import msgspec
from msgspec import Struct

from tui_trainer import checksums
from tui_trainer.errors import UserError, foreign
from tui_trainer.files import read_own, write_atomically
from tui_trainer.run.storage.folder import RunFolder

MOST_BYTES = 4096


class Resources(Struct, frozen=True, forbid_unknown_fields=True):
    """Over all of a run's processes so far."""

    peak_memory_bytes: int = 0  # of the one that held most
    energy_joules: float = 0.0  # of the machine's processors while they lived; 0: it doesn't tell


def load(folder: RunFolder) -> Resources:
    """What is known; nothing is, before the first checkpoint. Raises `UserError` if it is damaged."""
    with foreign(f"what run {folder.id} took of the machine can't be read (resources.json)"):
        try:
            content = read_own(folder.resources, MOST_BYTES)
        except FileNotFoundError:
            return Resources()
        return checksums.unsealed(content, Resources)


def record(folder: RunFolder, peak_memory_bytes: int, more_joules: float = 0.0) -> None:
    """Take this process into account; a disk without room for it is no reason to stop.

    Args:
        more_joules: since this was last called.
    """
    joules = more_joules
    with contextlib.suppress(UserError):  # damaged: what this process took is what is known
        before = load(folder)
        peak_memory_bytes = max(before.peak_memory_bytes, peak_memory_bytes)
        joules += before.energy_joules
    with contextlib.suppress(OSError):
        content = msgspec.json.encode(Resources(peak_memory_bytes, joules))
        write_atomically(folder.resources, checksums.sealed(content))
