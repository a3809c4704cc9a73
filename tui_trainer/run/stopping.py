"""Stopping a run's trainer from any terminal: a signal to the process that holds the run's lock.

The control socket would not do: it takes one controller at a time, and a screen may be it.
"""

import os
import signal
import time
from collections.abc import Callable

from tui_trainer.errors import UserError
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder

NAME_SECONDS = 5.0  # for a trainer that begins, or ends, to stand in its lock, or to be gone
POLL_SECONDS = 0.05


def ask(folder: RunFolder) -> bool:
    """Ask the run's trainer to write a checkpoint and end; False: there is none.

    One that was asked before ends at once, in the middle of its step: the run goes on from its last
    checkpoint.

    Raises:
        UserError: the trainer is another user's, or can't be seen from here.
    """
    until = time.monotonic() + NAME_SECONDS
    while lock.is_alive(folder):
        owner = lock.holder(folder)
        if owner is not None and owner.pid != os.getpid():
            return _signal(folder, owner.pid)
        if time.monotonic() > until:
            raise UserError(
                f"run {folder.id} is being trained by a process that can't be seen from here: in another "
                "container, or on another machine"
            )
        time.sleep(POLL_SECONDS)
    return False


def await_end(folder: RunFolder, seconds: float) -> bool:
    """Wait until the run has no trainer any more; False: it still has, after so long."""
    return within(seconds, lambda: not lock.is_alive(folder))


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Wait until something holds; False: it does not, after so long."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _signal(folder: RunFolder, pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False  # gone in between
    except PermissionError:
        raise UserError(f"run {folder.id} is being trained by another user, who alone can stop it") from None
    return True
