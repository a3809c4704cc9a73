"""Helpers that drive the screen: they wait for conditions, never for time."""

import inspect
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import recorded
from textual.pilot import Pilot
from waiting import PATIENCE

from tui_trainer.errors import UserError
from tui_trainer.messages.commands import Command, LookAt, Reply, Stop
from tui_trainer.messages.events import VERSION, Noticed, Record, encoder
from tui_trainer.messages.inspection import Look
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui import screen_settings as preferences
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.chrome.caption import forms
from tui_trainer.ui.connection import commander as commanders
from tui_trainer.ui.connection import feed as feeds
from tui_trainer.ui.connection import inspector as lookers
from tui_trainer.ui.processes.chat import ChatProcess
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view.words import Mode


class FakeControl:
    """Stands where the trainer's socket would be: notes the commands and answers all alike."""

    reply = Reply(ok=True)

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.sent: list[Command] = []
        FakeControl.last = self

    last: "FakeControl"

    def send(self, command: Command) -> Reply:
        self.sent.append(command)
        return self.reply

    def close(self) -> None:
        pass


class FakeLooks(FakeControl):
    """Stands where the trainer's socket would be for looks: made-up losses for the words of any text."""

    asked: list[Look]

    def __init__(self, folder: RunFolder, timeout: float = 0.0) -> None:
        self.asked = []
        FakeLooks.latest = self

    latest: "FakeLooks"

    def send(self, command: Command) -> Reply:
        assert isinstance(command, LookAt)
        self.asked.append(command.look)
        return Reply(ok=True, looked=recorded.looked(command.look))


class Trainers:
    """Stand where trainers would be: alive from their launch until they are asked to stop.

    Args:
        here: the run whose trainer is at work already.
        fails: why a new one can't be launched.
        dies: what a new one says before it ends, as soon as it has started.
    """

    def __init__(self, monkeypatch: object, here: RunFolder, fails: str = "", dies: str = "") -> None:
        import pytest

        assert isinstance(monkeypatch, pytest.MonkeyPatch)
        self.here, self.fails, self.dies = here, fails, dies
        self.living = {here.path}
        self.launched: list[RunFolder] = []
        self.most = 1  # at work at once
        self.stopped_with: set[Path] = set()  # the folders that were there when the old one was stopped
        monkeypatch.setattr(feeds.lock, "is_alive", lambda folder: folder.path in self.living)
        monkeypatch.setattr("tui_trainer.run.client.launch", self.launch)
        monkeypatch.setattr(FakeControl, "send", lambda control, command: self.send(control, command))

    def send(self, control: FakeControl, command: Command) -> Reply:
        control.sent.append(command)
        if isinstance(command, Stop) and control.reply.ok:
            self.stopped_with = {path.parent for path in self.here.path.parent.glob("*/plan.json")}
            self.living.discard(self.here.path)
        return control.reply

    def launch(self, folder: RunFolder, proceed: bool = False, held: bool = False) -> None:
        if folder.path != self.here.path and self.fails:
            raise UserError(self.fails)
        self.launched.append(folder)
        self.living.add(folder.path)
        self.most = max(self.most, len(self.living))
        if folder.path != self.here.path:
            folder.trainer_log.touch()
            count = len(folder.events.read_bytes().splitlines()) if folder.events.exists() else 0
            notice = Noticed(self.dies or "it has begun", "error" if self.dies else "info")
            with folder.events.open("ab") as log:
                log.write(encoder.encode(Record(VERSION, count, 1e9, 1.0, notice)) + b"\n")
            if self.dies:
                self.living.discard(folder.path)


def caption(scene: Scene) -> tuple[str, str]:
    """The caption's sign and its sentence, in its fullest form."""
    sign, said = forms(scene)
    return sign, said[0]


async def cold(process: ChatProcess, weights: object) -> None:
    """No process is started because somebody types."""


async def until(pilot: Pilot[RunFolder | None], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"still not: {inspect.getsource(condition).strip()}"
        await pilot.pause(0.01)


@asynccontextmanager
async def opened(
    tmp_path: Path,
    monkeypatch: object,
    records: list[Record],
    mode: Mode = "control",
    size: tuple[int, int] = (120, 40),
    alive: bool = True,
) -> AsyncIterator[tuple[TrainerApp, Pilot[RunFolder | None]]]:
    """The app on a run with these records, all of them taken in; the trainer seems to live."""
    import pytest

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    living = {"now": alive}
    monkeypatch.setattr(feeds.lock, "is_alive", lambda folder: living["now"])
    monkeypatch.setattr(feeds, "ALIVE_SECONDS", 0.02)
    monkeypatch.setattr(commanders, "Control", FakeControl)
    monkeypatch.setattr(lookers, "Control", FakeLooks)
    monkeypatch.setattr(preferences, "folder", lambda: tmp_path / "config")
    monkeypatch.setattr(ChatProcess, "warm", cold)
    folder = recorded.write_run(tmp_path / "2026-03-21-1010-demo-s0", records)
    app = TrainerApp(folder, mode, 1e9)
    app.living = living  # type: ignore[attr-defined]  # for tests that kill the trainer
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.scene.state.records == len(records) and not app.scene.loading)
        if mode != "replay":
            await until(pilot, lambda: app.scene.trainer == ("alive" if alive else "gone"))
        app.tick()
        await pilot.pause()
        yield app, pilot


def shown(app: TrainerApp) -> str:
    """All text that stands on the screen, line by line."""
    strips = app.screen._compositor.render_strips(app.screen.size)
    return "\n".join(strip.text for strip in strips)


def text_of(view: LineView) -> str:
    """What one view shows."""
    return "\n".join(strip.text.rstrip() for strip in view._shown)
