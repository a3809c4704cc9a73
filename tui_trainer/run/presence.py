"""Whether a run's folder is where it was: a trainer whose folder was deleted or moved has to end.

It would go on unseen, as nobody finds its socket or its lock any more; and it would write one half of the run
here and the other half there.
"""

import contextlib
import os

from tui_trainer.run.storage.folder import RunFolder


class Vanished(Exception):
    """The folder is not there any more; one line."""


class Presence:
    """Holds the folder open, so that one made later in its place is told from it. Raises `OSError`."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._descriptor = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY)

    @property
    def holds(self) -> bool:
        """Whether the folder is there, and the same."""
        try:
            there = os.stat(self._folder.path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True  # who can't look doesn't know; what is to be written will tell
        return os.path.samestat(there, os.fstat(self._descriptor))

    def check(self) -> None:
        """Raises `Vanished`."""
        if not self.holds:
            raise Vanished(vanished(self._folder))

    def close(self) -> None:
        """Let go of the folder."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


def vanished(folder: RunFolder) -> str:
    """What to say of it."""
    return (
        f"the folder of run {folder.id} was deleted or moved, so its trainer has ended; if it was moved, "
        "`tui-trainer resume FOLDER` goes on from its last checkpoint"
    )
