"""How far a run is, told from the end of its log without reading all of it."""

import msgspec
from msgspec import Struct

from tui_trainer.events import Record, RunEnded, StageEnded, StageName, StageStarted, Stepped, decoder
from tui_trainer.run import lock
from tui_trainer.run.folder import RunFolder

TAIL_BYTES = 1024 * 1024  # a few records with pictures, or thousands without


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


def status(folder: RunFolder) -> Status:
    """Raises `UserError` when the folder is not a run."""
    plan = folder.plan
    running = lock.is_alive(folder)  # asked first: a run that ends in between is then running, not stopped
    stage: StageName | None = None
    step, ended = 0, False
    for record in _tail(folder):
        match record.event:
            case StageStarted(stage=stage):
                step = 0
            case StageEnded(stage=stage):
                pass
            case Stepped(stage=stage, step=step):
                pass
            case RunEnded():
                ended = True
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
    )


def _tail(folder: RunFolder) -> list[Record]:
    """The last whole records; lines that can't be read are for the log's own reader to complain about."""
    try:
        with open(folder.events, "rb") as file:
            start = max(0, file.seek(0, 2) - TAIL_BYTES)
            file.seek(start)
            lines = file.read().split(b"\n")
    except OSError:
        return []
    records = []
    for line in lines[1 if start else 0 : -1]:
        try:
            records.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return records
