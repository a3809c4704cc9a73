"""The threads that bring records in and take commands out."""

import threading
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
import recorded
from textual.message import Message
from waiting import PATIENCE, wait_until
from watching import FakeControl

from tui_trainer.messages import events as e
from tui_trainer.messages.commands import Pause, Reply, TakeControl
from tui_trainer.messages.events import Record, encoder
from tui_trainer.ui.app import TICK_SECONDS
from tui_trainer.ui.connection import commander as commanders
from tui_trainer.ui.connection import feed as feeds

RECORDS = recorded.records()


class Screen:
    """Takes messages in as the app would."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.messages: list[Message] = []
        self.largest = 0
        self.feed: feeds.Feed | None = None

    def post(self, message: Message) -> None:
        self.messages.append(message)
        if isinstance(message, feeds.Arrived):
            self.largest = max(self.largest, len(message.records))
            self.records += message.records
            if self.feed is not None:
                self.feed.grant()

    def trainers(self) -> list[str]:
        return [message.trainer for message in self.messages if isinstance(message, feeds.TrainerSeen)]


def test_a_live_feed_follows_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.005)
    folder = recorded.write_run(tmp_path / "run", RECORDS[:1500])
    screen = Screen()
    feed = screen.feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    wait_until(lambda: len(screen.records) == 1500)
    assert screen.largest <= feeds.BATCH
    with folder.events.open("ab") as file:
        file.write(encoder.encode(RECORDS[1500]) + b"\n" + encoder.encode(RECORDS[1501])[:9])
    wait_until(lambda: len(screen.records) == 1501)
    wait_until(lambda: screen.trainers() == ["gone"])
    feed.stop()
    feed.join(PATIENCE)
    assert not feed.is_alive() and screen.records == RECORDS[:1501]


class Pauses(threading.Event):
    """Notes how long it is waited for: None is without end."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.noted.append(timeout)
        return super().wait(timeout)


def test_a_resting_feed_does_not_look_until_it_is_woken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.005)
    folder = recorded.write_run(tmp_path / "run", RECORDS[:10])
    screen = Screen()
    feed = screen.feed = feeds.LiveFeed(folder, screen.post)
    pauses = feed._hurried = Pauses()
    feed.start()
    wait_until(lambda: len(screen.records) == 10)
    feed.rest()
    wait_until(lambda: pauses.noted[-1:] == [None])
    with folder.events.open("ab") as file:
        file.write(encoder.encode(RECORDS[10]) + b"\n")
    assert len(screen.records) == 10
    feed.wake()
    wait_until(lambda: len(screen.records) == 11)
    feed.rest()
    feed.stop()  # a resting one ends as well
    feed.join(PATIENCE)
    assert not feed.is_alive()
    assert pauses.noted.count(None) <= 2


class Credit(threading.Semaphore):
    """Notes how often it is asked for."""

    asked = 0

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        self.asked += 1
        return super().acquire(blocking, timeout)


def test_a_screen_that_takes_nothing_in_is_not_flooded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "BATCH", 200)
    folder = recorded.write_run(tmp_path / "run", RECORDS)
    screen = Screen()  # without a feed to grant credit to
    feed = feeds.LiveFeed(folder, screen.post)
    credit = feed._credit = Credit(feeds.CREDIT)
    feed.start()
    wait_until(lambda: credit.asked == feeds.CREDIT + 1)
    assert len(screen.records) == feeds.BATCH * feeds.CREDIT
    feed.stop()
    feed.join(PATIENCE)
    assert not feed.is_alive()
    assert len(screen.records) == feeds.BATCH * feeds.CREDIT


def test_the_trainer_s_life_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "ALIVE_SECONDS", 0.005)
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.005)
    alive = {"now": False}
    monkeypatch.setattr(feeds.lock, "is_alive", lambda folder: alive["now"])
    screen = Screen()
    folder = recorded.write_run(tmp_path / "run", [])
    feed = screen.feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    wait_until(lambda: screen.trainers() == ["gone"])
    alive["now"] = True
    wait_until(lambda: screen.trainers() == ["gone", "alive"])
    alive["now"] = False
    wait_until(lambda: screen.trainers() == ["gone", "alive", "gone"])
    feed.stop()
    feed.join(PATIENCE)


def test_a_killed_trainer_is_told_at_the_first_look_and_so_within_two_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert feeds.ALIVE_SECONDS + feeds.POLL_SECONDS + TICK_SECONDS < 2.0
    monkeypatch.setattr(feeds, "ALIVE_SECONDS", 0.005)
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.005)
    looks: list[str] = []  # and what was told in between
    living = iter([True, True, True])
    monkeypatch.setattr(feeds.lock, "is_alive", lambda folder: looks.append("look") or next(living, False))
    screen = Screen()

    def post(message: Message) -> None:
        screen.post(message)
        if isinstance(message, feeds.TrainerSeen):
            looks.append(message.trainer)

    feed = screen.feed = feeds.LiveFeed(recorded.write_run(tmp_path / "run", []), post)
    feed.start()
    wait_until(lambda: looks.count("look") > 6)
    feed.stop()
    feed.join(PATIENCE)
    assert looks[:7] == ["look", "alive", "look", "look", "look", "gone", "look"]
    assert looks[7:].count("look") == len(looks[7:])


def test_a_foreign_log_is_told_in_one_line(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", [])
    folder.events.write_text("this is no log\n")
    screen = Screen()
    feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    feed.join(PATIENCE)
    assert any(isinstance(message, feeds.FeedFailed) for message in screen.messages)


class Clock(threading.Condition):
    """Waits by letting its own time pass, and no other."""

    now = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.now += timeout
        return False


def test_a_replay_keeps_the_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = recorded.until(RECORDS, e.CorpusReady)
    pauses = [min(feeds.LONGEST_WAIT, b.t - a.t) for a, b in pairwise(records)]
    folder, screen = recorded.write_run(tmp_path / "run", records), Screen()
    feed = screen.feed = feeds.ReplayFeed(folder, screen.post, speed=4.0)
    clock = feed._changed = Clock()
    monkeypatch.setattr(feeds.time, "monotonic", lambda: clock.now)
    came: list[float] = []  # when each record was posted

    def post(message: Message) -> None:
        screen.post(message)
        came.extend([clock.now] * (len(screen.records) - len(came)))
        if isinstance(message, feeds.CaughtUp):
            feed.stopping.set()  # else it waits for a jump back

    feed.post = post
    feed.feed()
    assert screen.records == records
    due = [second / 4.0 for second in accumulate(pauses, initial=0.0)]
    apart = [at - second for at, second in zip(came, due, strict=True)]
    assert max(map(abs, apart)) <= feeds.FRAME_SECONDS  # what is played within it comes in one batch


def test_a_replay_pauses_and_steps(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", RECORDS)
    screen = Screen()
    feed = screen.feed = feeds.ReplayFeed(folder, screen.post, speed=1.0)
    feed.set(paused=True)
    feed.start()

    def steps() -> list[int]:
        return [r.event.step for r in screen.records if isinstance(r.event, e.Stepped)]

    feed.step()
    wait_until(lambda: steps() == [1])
    feed.step()
    wait_until(lambda: steps() == [1, 2])
    feed.set(speed=1e9, paused=False)
    wait_until(lambda: len(screen.records) == len(RECORDS))
    feed.stop()
    feed.join(PATIENCE)


def test_a_replay_begins_again_at_any_stage(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", RECORDS)
    screen = Screen()
    feed = screen.feed = feeds.ReplayFeed(folder, screen.post, speed=1e9)
    told: list[Message] = []

    def post(message: Message) -> None:
        if isinstance(message, feeds.Restarted):
            screen.records.clear()
        told.append(message)
        screen.post(message)

    feed.post = post
    feed.start()
    wait_until(lambda: any(isinstance(message, feeds.CaughtUp) for message in told))
    assert len(screen.records) == len(RECORDS)
    feed.set(paused=True)
    feed.jump("finetune")
    first = next(i for i, r in enumerate(RECORDS) if r.event == e.StageStarted("finetune", 260))
    wait_until(lambda: any(isinstance(message, feeds.Restarted) for message in told))
    wait_until(lambda: len(screen.records) == first + 1)
    assert screen.records == RECORDS[: first + 1]
    feed.jump("pretrain")  # also while it is paused
    wait_until(lambda: screen.records and screen.records[-1].event == e.StageStarted("pretrain", 500))
    feed.set(paused=False)
    wait_until(lambda: len(screen.records) == len(RECORDS))
    feed.stop()
    feed.join(PATIENCE)


def test_commands_are_sent_in_order_after_taking_control(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commanders, "Control", FakeControl)
    answers: list[Message] = []
    commander = commanders.Commander(recorded.write_run(tmp_path / "run", []), answers.append)
    commander.start()
    commander.send(Pause())
    commander.send(Pause())
    wait_until(lambda: len(answers) == 2)
    assert FakeControl.last.sent == [TakeControl(), Pause(), Pause()]
    commander.stop()
    commander.join(PATIENCE)
    assert not commander.is_alive()


def test_a_refused_screen_sends_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commanders, "Control", FakeControl)
    monkeypatch.setattr(FakeControl, "reply", Reply(ok=False, error="read-only"))
    answers: list[Message] = []
    commander = commanders.Commander(recorded.write_run(tmp_path / "run", []), answers.append)
    commander.start()
    commander.send(Pause())
    wait_until(lambda: answers)
    assert FakeControl.last.sent == [TakeControl()]
    assert isinstance(answers[0], commanders.Answered) and not answers[0].reply.ok
    commander.stop()
    assert threading.active_count() < 50
