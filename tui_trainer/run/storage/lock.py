"""One trainer a run: an advisory lock that ends with its process, however that ends.

The lock is `flock` on the run's `lock` file, so a killed trainer leaves nothing stale behind. The process id
and start time written in it are for people, and for sending that very process a signal.
"""

import fcntl
import os
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from tui_trainer.errors import UserError
from tui_trainer.files import lives, open_own, read_own
from tui_trainer.run.storage.folder import RunFolder

MOST_BYTES = 4096  # of the file
# `is_alive` holds the lock for microseconds; a trainer that starts in that moment tries again.
ATTEMPTS = 20
WAIT_SECONDS = 0.05


class Holder(Struct, frozen=True):
    """The process that holds, or held, a run's lock."""

    pid: int
    started: str  # tells this process from a later one with the same id; "" where it can't be known


class Lock:
    """Held from construction until `release`, or the end of the last process that has its descriptor.

    Args:
        descriptor: of the locked file, inherited from the process that took the lock for this one.

    Raises:
        UserError: another trainer holds it.
        OSError: the file can't be opened.
    """

    def __init__(self, folder: RunFolder, descriptor: int | None = None) -> None:
        if descriptor is None:
            self.descriptor = open_own(folder.lock, os.O_RDWR | os.O_CREAT)
            self._take(folder)
        else:
            self.descriptor = descriptor
            os.set_inheritable(descriptor, False)
        self.name(os.getpid())

    def _take(self, folder: RunFolder) -> None:
        for attempt in range(ATTEMPTS):
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if attempt == ATTEMPTS - 1:
                    os.close(self.descriptor)
                    raise taken(folder) from None
                time.sleep(WAIT_SECONDS)
            else:
                return

    def name(self, pid: int) -> None:
        """Write down whose lock it is."""
        content = msgspec.json.encode(Holder(pid, _start_of(pid)))
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, content + b"\n", 0)

    def leave(self) -> None:
        """Let go of it in this process; another that has inherited it holds it on."""
        os.close(self.descriptor)

    def release(self) -> None:
        """Let another trainer have the run."""
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)


def taken(folder: RunFolder) -> UserError:
    """What to say when the run has a trainer."""
    owner = holder(folder)
    process = f" (process {owner.pid})" if owner else ""
    return UserError(f"run {folder.id} already has a trainer{process}; `tui-trainer attach {folder.id}`")


def is_alive(folder: RunFolder) -> bool:
    """Whether a trainer is working on the run now."""
    try:
        descriptor = open_own(folder.lock)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(folder: RunFolder) -> Holder | None:
    """The living process that the lock file names, if it is still the one that wrote it."""
    try:
        owner = msgspec.json.decode(read_own(folder.lock, MOST_BYTES), type=Holder)
    except (OSError, ValueError, RecursionError):
        return None
    if not 0 < owner.pid < 2**31 or not lives(owner.pid) or _start_of(owner.pid) != owner.started:
        return None
    return owner


def _start_of(pid: int) -> str:
    """When a process started, in the kernel's own count; "" where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    # The second field is the program's name in brackets and may hold spaces; starttime is the 22nd.
    return stat.rpartition(")")[2].split()[19]
