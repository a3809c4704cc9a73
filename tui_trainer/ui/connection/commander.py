"""Sends commands to the trainer from a thread of its own, so that no key ever waits for a training step."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from tui_trainer.messages.commands import Command, Reply, TakeControl
from tui_trainer.run.client import Control
from tui_trainer.run.storage.folder import RunFolder


@dataclass
class Answered(Message):
    """The trainer's answer to a command."""

    command: Command
    reply: Reply


class Commander(threading.Thread):
    """Commands in order, each answered by a message. Takes control before the first one."""

    def __init__(self, folder: RunFolder, post: Callable[[Message], object]) -> None:
        super().__init__(name="commander", daemon=True)
        self._control = Control(folder)
        self._post = post
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self.steers = False  # control was taken

    def send(self, command: Command) -> None:
        """Send a command when the ones before it are answered."""
        self._commands.put(command)

    def ask(self, command: Command) -> Reply:
        """Send a command and wait for its answer, from a thread that may wait."""
        reply = self._take_control()
        return self._control.send(command) if reply.ok else reply

    def stop(self) -> None:
        """Hang up after the commands that were sent."""
        self._commands.put(None)

    def run(self) -> None:
        while (command := self._commands.get()) is not None:
            reply = self._take_control() if not self.steers else Reply(ok=True)
            if reply.ok and not isinstance(command, TakeControl):
                reply = self._control.send(command)
            self._post(Answered(command, reply))
        self._control.close()

    def _take_control(self) -> Reply:
        reply = self._control.send(TakeControl())
        self.steers = reply.ok
        return reply
