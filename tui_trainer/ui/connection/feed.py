"""Brings the run's records to the screen, from a thread: as they are written, or as they once were.

The screen grants credit: at most two batches are under way, so a screen that is busy, or whose terminal does
not read, is never flooded, and catches up later.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from textual.message import Message

from tui_trainer.errors import UserError, foreign
from tui_trainer.messages.events import Record, Reinforced, StageName, StageStarted, Stepped
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader
from tui_trainer.view.words import Trainer

BATCH = 3000  # records; folding them takes about ten milliseconds
CREDIT = 2  # batches
POLL_SECONDS = 0.2
HURRY_SECONDS, HURRIED_POLL_SECONDS = 0.5, 0.015  # after an answer, what it brought is waited for
ALIVE_SECONDS = 0.7
FRAME_SECONDS = 0.05  # what a replay plays within it comes in one batch
LONGEST_WAIT = 3.0  # of a replay: where a person once thought for a minute, nobody wants to wait one


@dataclass
class Arrived(Message):
    """The next records, in order."""

    records: list[Record]


@dataclass
class CaughtUp(Message):
    """All that is in the log has been posted."""


@dataclass
class Restarted(Message):
    """What follows is the log from its beginning once more."""


@dataclass
class TrainerSeen(Message):
    """Whether the trainer lives, each time that changes."""

    trainer: Trainer


@dataclass
class FeedFailed(Message):
    """The log can't be read; the feed has ended."""

    reason: str


Post = Callable[[Message], object]


class Feed(threading.Thread):
    """Base of both feeds: a thread that posts until it is stopped."""

    def __init__(self, folder: RunFolder, post: Post) -> None:
        super().__init__(name="feed", daemon=True)
        self.folder = folder
        self.post = post
        self.stopping = threading.Event()
        self._credit = threading.Semaphore(CREDIT)

    def stop(self) -> None:
        """End soon; nothing is posted after the current batch."""
        self.stopping.set()
        self._credit.release()

    def grant(self) -> None:
        """A batch has been taken in: the next may come."""
        self._credit.release()

    def run(self) -> None:
        try:
            with foreign(f"run {self.folder.id}"):
                self.feed()
        except UserError as error:
            self.post(FeedFailed(str(error)))

    def feed(self) -> None:
        """Post everything there is."""
        raise NotImplementedError

    def deliver(self, records: list[Record]) -> None:
        """Post a batch, once there is credit."""
        self._credit.acquire()
        if not self.stopping.is_set():
            self.post(Arrived(records))


class LiveFeed(Feed):
    """Follows the log as it grows, and watches over the trainer's life."""

    def __init__(self, folder: RunFolder, post: Post) -> None:
        super().__init__(folder, post)
        self._seen: Trainer | None = None
        self._hurried = threading.Event()
        self._until = 0.0
        self._rests = False

    def hurry(self) -> None:
        """Something is about to come that a person waits for."""
        self._until = time.monotonic() + HURRY_SECONDS
        self._hurried.set()

    def rest(self) -> None:
        """Nobody sees what comes: leave it in the log until `wake`."""
        self._rests = True

    def wake(self) -> None:
        """Go on, at once."""
        self._rests = False
        self._hurried.set()

    def stop(self) -> None:
        super().stop()
        self.wake()

    def feed(self) -> None:
        reader = LogReader(self.folder.events)
        caught_up = False
        look_at = 0.0
        while not self.stopping.is_set():
            alive = None
            if time.monotonic() >= look_at:
                # Asked before the log is read, so that a run's last record comes before its trainer's end.
                alive = lock.is_alive(self.folder)
                look_at = time.monotonic() + ALIVE_SECONDS
                if not self.folder.path.is_dir():
                    raise UserError(f"The folder of run {self.folder.id} is gone. Here stands what it held.")
            records = reader.poll(limit=BATCH)
            if records:
                self.deliver(records)
                if len(records) == BATCH:
                    continue
            if not caught_up:
                caught_up = True
                self.post(CaughtUp())
            if alive is not None:
                self._tell(alive)
            self._hurried.wait(self._pause())
            self._hurried.clear()

    def _pause(self) -> float | None:
        """Seconds until the next look at the log; None: until woken."""
        if time.monotonic() < self._until:
            return HURRIED_POLL_SECONDS
        return None if self._rests else POLL_SECONDS

    def _tell(self, alive: bool) -> None:
        # `client.launch` hands its lock over, so a trainer lives from the moment of its launch.
        seen: Trainer = "alive" if alive else "gone"
        if seen != self._seen:
            self._seen = seen
            self.post(TrainerSeen(seen))


class ReplayFeed(Feed):
    """Plays a finished log by the times in it, from its beginning or from that of any stage."""

    def __init__(self, folder: RunFolder, post: Post, *, speed: float) -> None:
        super().__init__(folder, post)
        self.speed = speed
        self.paused = False
        self._steps = 0
        self._aim: StageName | None = None  # to be jumped to
        self._changed = threading.Condition()

    def set(self, *, speed: float | None = None, paused: bool | None = None) -> None:
        """Change the speed, pause, or go on."""
        with self._changed:
            self.speed = self.speed if speed is None else speed
            self.paused = self.paused if paused is None else paused
            self._changed.notify_all()

    def step(self) -> None:
        """While paused: play to the end of the next step."""
        with self._changed:
            self._steps += 1
            self._changed.notify_all()

    def jump(self, stage: StageName) -> None:
        """Play from the beginning of a stage on; what comes before it is taken in at once."""
        with self._changed:
            self._aim = stage
            self._changed.notify_all()

    def stop(self) -> None:
        super().stop()
        with self._changed:
            self._changed.notify_all()

    @property
    def _broken_off(self) -> bool:
        return self.stopping.is_set() or self._aim is not None

    def feed(self) -> None:
        aim: StageName | None = None
        while not self.stopping.is_set():
            if self._play(aim):
                self.post(CaughtUp())
                with self._changed:
                    while not self._broken_off:
                        self._changed.wait()
            aim, self._aim = self._aim, None
            if not self.stopping.is_set():
                self.post(Restarted())

    def _play(self, aim: StageName | None) -> bool:
        """To the end, which is True, or until it is broken off."""
        batch: list[Record] = []
        before: float | None = None
        owed = 0.0  # seconds of the run that the replay is ahead
        for record in self._records():
            arrives = isinstance(record.event, StageStarted) and record.event.stage == aim
            if arrives:
                aim, before = None, record.t
            owed += 0.0 if before is None else min(LONGEST_WAIT, max(0.0, record.t - before))
            before = record.t if aim is None else None
            waits = aim is None and not arrives and (self.paused or owed / self.speed >= FRAME_SECONDS)
            if waits or len(batch) >= BATCH:
                if batch:
                    self.deliver(batch)
                    batch = []
                if self._broken_off or (waits and not self._wait(owed)):
                    return False
                owed = 0.0
            batch.append(record)
            if aim is None and self._steps and isinstance(record.event, Stepped | Reinforced):
                self._steps -= 1
        if batch:
            self.deliver(batch)
        return not self._broken_off

    def _records(self) -> Iterator[Record]:
        reader = LogReader(self.folder.events)
        while batch := reader.poll(limit=BATCH):
            yield from batch

    def _wait(self, seconds: float) -> bool:
        """Wait as long as `seconds` of the run take in the replay; False when it is broken off."""
        with self._changed:
            left = seconds
            while not self._broken_off:
                if self.paused:
                    if self._steps:
                        return True
                    self._changed.wait()
                elif left <= 1e-3:
                    return True
                else:
                    began = time.monotonic()
                    self._changed.wait(left / self.speed)
                    left -= (time.monotonic() - began) * self.speed
        return False
