"""What a log tells a trainer that takes up its run."""

from msgspec import Struct

from tui_trainer.messages.events import (
    Forked,
    Measured,
    Noticed,
    PairOffered,
    Paused,
    Picked,
    Record,
    RunEnded,
    RunStarted,
    StageStarted,
    ThreadsChosen,
    WeightsFrozen,
    WeightsName,
)
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, LogWriter, read_all
from tui_trainer.run.storage.preferences import Preference, of_log


class History(Struct):
    """A log, read once from end to end."""

    records: int  # whole ones
    end: int  # byte offset of their end
    started: RunStarted | Forked | None  # by which this run began; of a fork that has not, the other's
    ended: bool
    under_way: bool  # it has computed something since its first checkpoint
    measured: list[Record]
    threads: list[tuple[int, int]]  # numbers of the records that chose threads, and how many
    taken_back: list[int]  # numbers of the records that took a pick back
    preferences: list[Preference]

    def writer(self, folder: RunFolder) -> LogWriter:
        """Goes on where the log ends."""
        return LogWriter(folder.events, self.records, self.end)


def read(folder: RunFolder) -> History:
    """Read the log of a run, [] if there is none yet. Raises `UserError`."""
    reader = LogReader(folder.events)
    started: RunStarted | Forked | None = None
    ended = entered = under_way = False
    forked = folder.plan.forked
    own = forked.records if forked is not None else 0
    measured, picks, threads, taken_back = [], [], [], []
    for record in reader.all():
        event = record.event
        ended = isinstance(event, RunEnded)
        if entered and not isinstance(event, Noticed | Paused):  # of a full disk, where there was none yet
            under_way = True
        entered |= isinstance(event, StageStarted) and record.seq >= own
        if isinstance(event, RunStarted | Forked):
            started = event
        elif isinstance(event, Measured):
            measured.append(record)
        elif isinstance(event, ThreadsChosen):
            threads.append((record.seq, event.threads))
        elif isinstance(event, PairOffered | Picked):
            picks.append(record)
            if isinstance(event, Picked) and event.choice == "undo":
                taken_back.append(record.seq)
    preferences = of_log(picks)
    return History(
        reader.next_seq, reader.offset, started, ended, under_way, measured, threads, taken_back, preferences
    )


def script(folder: RunFolder, first: int) -> list[Record]:
    """The records from this number on."""
    return [record for record in read_all(folder.events) if record.seq >= first]


def frozen(folder: RunFolder) -> dict[WeightsName, WeightsFrozen]:
    """What the log says of the weights in the folder: of each, the last word. Raises `UserError`."""
    return {
        record.event.weights: record.event
        for record in read_all(folder.events)
        if isinstance(record.event, WeightsFrozen)
    }
