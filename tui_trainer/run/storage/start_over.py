"""What stands in a run's way is kept aside in its folder, never deleted; and a run begun again on purpose."""

import contextlib
import os
import time
from pathlib import Path

from tui_trainer.errors import UserError
from tui_trainer.files import private, read_own, sync_directory, write_atomically
from tui_trainer.messages.events import STAGES, RunEnded, StageName, WeightsName
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.lock import Lock
from tui_trainer.run.storage.log import LogReader, decode

FREEZES: dict[StageName, WeightsName] = {"pretrain": "base", "finetune": "tuned", "feedback": "aligned"}


def keep_aside(folder: RunFolder, *paths: Path) -> Path:
    """Move files or folders of a run into a new folder `aside-<time>` in it. Raises `OSError`.

    Returns:
        That folder.
    """
    name, number = f"aside-{time.strftime('%Y-%m-%d-%H%M%S')}", 1
    while (place := folder.path / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    place.mkdir(0o700)
    for path in paths:
        os.rename(path, place / path.name)
    sync_directory(folder.path)
    return place


def start_over(folder: RunFolder) -> Path:
    """Have the next trainer compute the run again from its beginning, as far as it is this run's own.

    Its checkpoints and weights are kept aside, and so is its log, which goes on from those lines of it that
    are whole: they are followed, so picks and whatever else a person did are done again where they were.

    Returns:
        Where all that is kept.

    Raises:
        UserError: a trainer is at work on it, or it can't be written.
    """
    try:
        lock = Lock(folder)
        try:
            with private():
                return _start_over(folder)
        finally:
            lock.release()
    except OSError as error:
        raise UserError(f"run {folder.id} can't be begun again: {error.strerror or error}") from error


def _start_over(folder: RunFolder) -> Path:
    kept = _whole(folder)
    forked = folder.plan.forked
    if forked is not None and kept.count(b"\n") < forked.records:
        raise UserError(
            f"what run {folder.id} took over from run {forked.source} is damaged; fork that one again"
        )
    first = STAGES.index(forked.stage) if forked is not None else 0
    own = [folder.weights(name) for stage, name in FREEZES.items() if STAGES.index(stage) >= first]
    place = keep_aside(folder, *(path for path in (folder.checkpoints, *own) if os.path.lexists(path)))
    for path in (folder.events, folder.preferences):
        if path.exists():
            (place / path.name).write_bytes(read_own(path))
    if folder.events.exists():
        write_atomically(folder.events, kept)
    folder.checkpoints.mkdir()
    folder.begun_again.touch()
    return place


def _whole(folder: RunFolder) -> bytes:
    """The whole lines of the log, without the one that says that the run has ended."""
    reader = LogReader(folder.events)
    with contextlib.suppress(UserError):
        for _ in reader.all():
            pass
    if not folder.events.exists():
        return b""
    content = read_own(folder.events)[: reader.offset]
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    return content[:last] if content and isinstance(decode(content[last:]).event, RunEnded) else content
