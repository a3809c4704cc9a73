"""How far a run is, told from the end of its log without reading all of it."""

import zlib
from typing import Literal

from msgspec import UNSET, Struct

from tui_trainer.errors import UserError, foreign
from tui_trainer.files import open_own
from tui_trainer.messages.events import (
    Continued,
    PairOffered,
    Paused,
    Picked,
    Record,
    Reinforced,
    RunEnded,
    StageEnded,
    StageName,
    StageStarted,
    Stepped,
    TasteTested,
)
from tui_trainer.run.storage import lock, log
from tui_trainer.run.storage.folder import RunFolder

TAIL_BYTES = 1024 * 1024  # a few records with pictures, or thousands without

Activity = Literal["training", "paused", "waiting_for_picks", "waiting_for_an_answer"]


class Status(Struct, frozen=True):
    """One line of the list of runs."""

    run: str
    path: str
    created: float  # seconds since the epoch
    preset: str
    seed: int
    data: tuple[str, ...]  # the user's own text; empty: the tiny world
    running: bool  # a trainer is at work now
    ended: bool  # it went through all its stages
    stage: StageName | None  # the running one, or the last; None: none has begun
    step: int  # done in that stage
    forked: str | None = None  # the run whose finished stages it took over
    doing: Activity | None = None  # of a run that a trainer is at work on; all but the first need a person
    release: str | None = None  # the run whose next version it is

    @property
    def activity(self) -> Activity | None:
        """What its trainer is at; None: it has none."""
        return self.doing or "training" if self.running else None


def status(folder: RunFolder) -> Status:
    """Raises `UserError` when the folder is not a run, or the end of its log is damaged."""
    plan = folder.plan
    running = lock.is_alive(folder)  # asked first: a run that ends in between is then running, not stopped
    stage: StageName | None = None
    step, ended = 0, False
    paused = False
    waits: Activity | None = None  # for a person
    for record in _tail(folder):
        match record.event:
            case StageStarted(stage=stage):
                step = 0
            case StageEnded(stage=stage):
                pass
            case Stepped(stage=stage, step=step):
                pass
            case Paused():
                paused = True
            case Continued():
                paused = False
            case PairOffered():
                waits = "waiting_for_picks"
            case TasteTested(asks=True):
                waits = "waiting_for_an_answer"
            case Picked() | Reinforced():
                waits = None
            case RunEnded():
                ended = True
    doing: Activity = "training"
    if waits is not None and plan.settings.feedback.rater == "person":  # any other picks at once
        doing = waits
    elif paused:
        doing = "paused"
    return Status(
        folder.id,
        str(folder.path),
        plan.created,
        plan.preset,
        plan.seed,
        plan.data,
        running,
        ended,
        stage,
        step,
        plan.forked.source if plan.forked is not None else None,
        doing if running else None,
        plan.release.source if plan.release is not None else None,
    )


def _tail(folder: RunFolder) -> list[Record]:
    """The last whole records. Of a log without checksums, those that can be read.

    Raises:
        UserError: they are not what was written.
    """
    with foreign(f"the log of run {folder.id} can't be read"):
        try:
            descriptor = open_own(folder.events)
        except FileNotFoundError:
            return []
        with open(descriptor, "rb") as file:
            start = max(0, file.seek(0, 2) - TAIL_BYTES)
            file.seek(start)
            lines = file.read().split(b"\n")
    records = []
    crc = 0 if start == 0 else None  # of all that comes before; None: not known yet
    odd = sealed = False
    for line in (line + b"\n" for line in lines[1 if start else 0 : -1]):
        try:
            record = log.decode(line)
        except Exception:
            odd = True
            crc = None if crc is None else zlib.crc32(line, crc)
            continue
        sealed |= record.crc is not UNSET
        if crc is None and record.crc is not UNSET:
            crc = zlib.crc32(line[line.rindex(log.CRC) :], record.crc)
            continue  # it vouches for what follows, and nothing here for itself
        if crc is not None:
            crc = log.follows(line, record, crc)
            if crc is None or (sealed and record.crc is UNSET):
                raise damaged(folder)
        records.append(record)
    if odd and sealed:
        raise damaged(folder)
    return records


def damaged(folder: RunFolder) -> UserError:
    """What to say of a log that is not what was written."""
    return UserError(
        f"the log of run {folder.id} is damaged; `tui-trainer resume {folder.id} --start-over` goes on from "
        "what is whole"
    )
