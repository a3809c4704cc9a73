"""Writing files so that a kill or a full disk at any moment leaves the old one or the new one, whole."""

import contextlib
import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content as a whole, durably. Raises `OSError`; the old file then stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sweep(folder: Path) -> None:
    """Remove what writes into this folder left unfinished whose process is gone: a kill removes nothing."""
    for temporary in folder.glob(".*.tmp"):
        *_, process, _ = temporary.name.split(".")
        if process.isdecimal() and not _lives(int(process)):
            with contextlib.suppress(OSError):
                temporary.unlink()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # somebody else's
    return True


def sync_directory(path: Path) -> None:
    """Make renames in a directory durable, where the platform can."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some file systems refuse to sync a directory; the rename has been made all the same
    finally:
        os.close(descriptor)
