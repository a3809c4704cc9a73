"""The threads that bring records in and take commands out."""

import threading
import time
from pathlib import Path

import pytest
import recorded
from textual.message import Message
from watching import FakeControl

from tui_trainer import events as e
from tui_trainer.events import Record, encoder
from tui_trainer.run.commands import Pause, Reply, TakeControl
from tui_trainer.ui import commander as commanders
from tui_trainer.ui import feed as feeds

RECORDS = recorded.records()
SECONDS = 20.0


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


def wait(condition: object) -> None:
    end = time.monotonic() + SECONDS
    assert callable(condition)
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def test_a_live_feed_follows_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.005)
    folder = recorded.write_run(tmp_path / "run", RECORDS[:1500])
    screen = Screen()
    feed = screen.feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    wait(lambda: len(screen.records) == 1500)
    assert screen.largest <= feeds.BATCH
    with folder.events.open("ab") as file:
        file.write(encoder.encode(RECORDS[1500]) + b"\n" + encoder.encode(RECORDS[1501])[:9])
    wait(lambda: len(screen.records) == 1501)
    wait(lambda: screen.trainers() == ["gone"])
    feed.stop()
    feed.join(SECONDS)
    assert not feed.is_alive() and screen.records == RECORDS[:1501]


def test_a_resting_feed_does_not_look_until_it_is_woken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.005)
    looks: list[float] = []
    monkeypatch.setattr(feeds.lock, "is_alive", lambda folder: looks.append(time.monotonic()) or True)
    monkeypatch.setattr(feeds, "ALIVE_SECONDS", 0.0)
    folder = recorded.write_run(tmp_path / "run", RECORDS[:10])
    screen = Screen()
    feed = screen.feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    wait(lambda: len(screen.records) == 10)
    feed.rest()
    wait(lambda: not looks or time.monotonic() - looks[-1] > 0.2)
    with folder.events.open("ab") as file:
        file.write(encoder.encode(RECORDS[10]) + b"\n")
    time.sleep(0.1)
    assert len(screen.records) == 10
    feed.wake()
    wait(lambda: len(screen.records) == 11)
    feed.rest()
    feed.stop()  # a resting one ends as well
    feed.join(SECONDS)
    assert not feed.is_alive()


def test_a_screen_that_takes_nothing_in_is_not_flooded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "BATCH", 200)
    folder = recorded.write_run(tmp_path / "run", RECORDS)
    screen = Screen()  # without a feed to grant credit to
    feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    wait(lambda: len(screen.records) >= feeds.BATCH * feeds.CREDIT or feed._credit._value == 0)
    time.sleep(0.05)
    assert len(screen.records) <= feeds.BATCH * feeds.CREDIT
    feed.stop()
    feed.join(SECONDS)
    assert not feed.is_alive()


def test_the_trainer_s_life_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "ALIVE_SECONDS", 0.005)
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.005)
    alive = {"now": False}
    monkeypatch.setattr(feeds.lock, "is_alive", lambda folder: alive["now"])
    screen = Screen()
    folder = recorded.write_run(tmp_path / "run", [])
    feed = screen.feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    wait(lambda: screen.trainers() == ["gone"])
    alive["now"] = True
    wait(lambda: screen.trainers() == ["gone", "alive"])
    alive["now"] = False
    wait(lambda: screen.trainers() == ["gone", "alive", "gone"])
    feed.stop()


def test_a_foreign_log_is_told_in_one_line(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", [])
    folder.events.write_text("this is no log\n")
    screen = Screen()
    feed = feeds.LiveFeed(folder, screen.post)
    feed.start()
    feed.join(SECONDS)
    assert any(isinstance(message, feeds.FeedFailed) for message in screen.messages)


def test_a_replay_keeps_the_pace(tmp_path: Path) -> None:
    records = recorded.until(RECORDS, e.CorpusReady)
    seconds = records[-1].t - records[0].t
    folder = recorded.write_run(tmp_path / "run", records)
    screen = Screen()
    feed = screen.feed = feeds.ReplayFeed(folder, screen.post, speed=seconds / 0.3)
    began = time.monotonic()
    feed.start()
    wait(lambda: len(screen.records) == len(records))
    assert time.monotonic() - began > 0.15
    assert screen.records == records


def test_a_replay_pauses_and_steps(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", RECORDS)
    screen = Screen()
    feed = screen.feed = feeds.ReplayFeed(folder, screen.post, speed=1.0)
    feed.set(paused=True)
    feed.start()

    def steps() -> list[int]:
        return [r.event.step for r in screen.records if isinstance(r.event, e.Stepped)]

    feed.step()
    wait(lambda: steps() == [1])
    feed.step()
    wait(lambda: steps() == [1, 2])
    feed.set(speed=1e9, paused=False)
    wait(lambda: len(screen.records) == len(RECORDS))
    feed.join(SECONDS)


def test_commands_are_sent_in_order_after_taking_control(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commanders, "Control", FakeControl)
    answers: list[Message] = []
    commander = commanders.Commander(recorded.write_run(tmp_path / "run", []), answers.append)
    commander.start()
    commander.send(Pause())
    commander.send(Pause())
    wait(lambda: len(answers) == 2)
    assert FakeControl.last.sent == [TakeControl(), Pause(), Pause()]
    commander.stop()
    commander.join(SECONDS)
    assert not commander.is_alive()


def test_a_refused_screen_sends_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commanders, "Control", FakeControl)
    monkeypatch.setattr(FakeControl, "reply", Reply(ok=False, error="read-only"))
    answers: list[Message] = []
    commander = commanders.Commander(recorded.write_run(tmp_path / "run", []), answers.append)
    commander.start()
    commander.send(Pause())
    wait(lambda: answers)
    assert FakeControl.last.sent == [TakeControl()]
    assert isinstance(answers[0], commanders.Answered) and not answers[0].reply.ok
    commander.stop()
    assert threading.active_count() < 50
