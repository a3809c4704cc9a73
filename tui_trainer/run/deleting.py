"""Deleting a run: first it is only set aside, so that a slip costs nothing; then its folder goes.

What is set aside keeps its name, behind `.deleted-`, in the same folder of runs: no command takes it for one.
"""

import os
import shutil
from pathlib import Path

from tui_trainer.errors import UserError, foreign
from tui_trainer.run.storage.folder import DELETED, RunFolder
from tui_trainer.run.storage.lock import Lock


def set_aside(folder: RunFolder) -> Path:
    """Take a run out of the list of runs; returns where it is until `finish`.

    Raises:
        UserError: a trainer is at work on it, or the folder can't be moved.
    """
    with foreign(f"run {folder.id} can't be deleted"):
        held = Lock(folder)  # so that no trainer begins in between
        try:
            aside = folder.path.with_name(f"{DELETED}{folder.id}")
            if os.path.lexists(aside):
                finish(aside)  # of a run that had this name before
            os.rename(folder.path, aside)
        finally:
            held.release()
    return aside


def left(runs_dir: Path) -> list[Path]:
    """What was set aside and has not been deleted yet, as where a screen was killed; the latest last."""
    with foreign(f"the runs in {runs_dir} can't be listed"):
        return sorted(runs_dir.glob(f"{DELETED}*"), key=lambda path: path.lstat().st_ctime)


def bring_back(aside: Path) -> RunFolder:
    """Undo `set_aside`. Raises `UserError`."""
    run = aside.name.removeprefix(DELETED)
    with foreign(f"run {run} can't be brought back"):
        if os.path.lexists(aside.with_name(run)):
            raise UserError(f"there is another run {run} by now")
        os.rename(aside, aside.with_name(run))
    return RunFolder(aside.with_name(run))


def finish(aside: Path) -> None:
    """Delete what was set aside. Raises `UserError`."""
    with foreign(f"{aside} can't be deleted"):
        shutil.rmtree(aside)


def size(folder: RunFolder) -> int:
    """Bytes of all files of a run, as far as they can be seen."""
    total = 0
    for path, _, names in os.walk(folder.path):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_size
            except OSError:
                continue
    return total
