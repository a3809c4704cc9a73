"""Keeps what the model makes of the texts on the screen up to date, for as long as panes show them.

The trainer is asked while it lives, by a connection and a thread of its own, so that no key ever waits for
an answer. Where there is no trainer, or another moment than now is shown, frozen weights are asked, if there
were any at that moment.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textual.message import Message

from tui_trainer.messages.commands import LookAt
from tui_trainer.messages.conversation import Said
from tui_trainer.messages.events import WeightsName
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.run.client import Control
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.processes.chat import ChatProcess
from tui_trainer.ui.scene import Scene
from tui_trainer.view.inspections import Purpose, Saw, Version, Wish

# So often a text is read again while the weights move; the trainer takes no step meanwhile.
REFRESH_SECONDS = 2.0
SELDOM_SECONDS = 8.0  # ... one that nobody looks at in particular
ANSWER_SECONDS = 30.0


@dataclass
class Answer(Message):
    """What came back for a wish; None: nothing did."""

    purpose: Purpose
    look: Look
    looked: Looked | None


class LookThread(threading.Thread):
    """Asks the trainer, one look after the other."""

    def __init__(self, folder: RunFolder, post: Callable[[Message], object]) -> None:
        super().__init__(name="looks", daemon=True)
        self._control = Control(folder, timeout=ANSWER_SECONDS)
        self._post = post
        self._wanted: queue.SimpleQueue[tuple[Purpose, Look] | None] = queue.SimpleQueue()

    def ask(self, purpose: Purpose, look: Look) -> None:
        """Ask when those before are answered."""
        self._wanted.put((purpose, look))

    def stop(self) -> None:
        """Hang up after that."""
        self._wanted.put(None)

    def run(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            purpose, look = wanted
            self._post(Answer(purpose, look, self._control.send(LookAt(look)).looked))
        self._control.close()


class Inspector:
    """Decides what is asked next, and whom; one look is under way at a time."""

    def __init__(self, scene: Scene, process: ChatProcess, post: Callable[[Message], object]) -> None:
        self.scene = scene
        self.clock: Callable[[], float] = time.monotonic
        self._process = process
        self._post = post
        self._thread: LookThread | None = None
        self._asked: dict[Purpose, tuple[Look, Version, float]] = {}
        self._task: asyncio.Task[None] | None = None
        self.busy = False

    def follow(self, wishes: Mapping[Purpose, Wish]) -> None:
        """Ask for the first wish that is due, if nothing is under way."""
        version = self._version()
        if self.busy or version is None:
            return
        for purpose, wish in wishes.items():
            if self._due(purpose, wish, version):
                self._asked[purpose] = wish.look, version, self.clock()
                self.busy = True
                self._ask(purpose, wish.look)
                return

    def answered(self, answer: Answer) -> None:
        """Take in what came back."""
        self.busy = False
        if answer.looked is not None:
            self.scene.looks.take(answer.purpose, Saw(answer.look, answer.looked))

    def stop(self) -> None:
        """Ask no more."""
        if self._thread is not None:
            self._thread.stop()
        if self._task is not None:
            self._task.cancel()

    # -- whom --------------------------------------------------------------------------------------------

    @property
    def _live(self) -> bool:
        """Whether it is the trainer that is asked."""
        scene = self.scene
        now = scene.mode != "replay" and scene.past is None and not scene.now.ended
        return now and scene.trainer == "alive"

    def _frozen(self) -> WeightsName | None:
        name = self.scene.state.latest_weights
        return name if name is not None and self.scene.folder.weights(name).is_file() else None

    def _version(self) -> Version | None:
        """What tells the weights that would be asked from others; None: there are none to ask."""
        state = self.scene.now
        if not self._live:
            name = self._frozen()
            return None if name is None else (name,)
        if state.stage is None or state.stage == "data" or self.scene.loading:
            return None
        return state.stage, state.stages[state.stage].step, len(state.weights)

    def _due(self, purpose: Purpose, wish: Wish, version: Version) -> bool:
        if not self._live and not wish.pressing and not self._process.runs:
            return False
        look, asked, when = self._asked.get(purpose, (None, None, 0.0))
        if look != wish.look:
            return True
        pause = REFRESH_SECONDS if wish.pressing else SELDOM_SECONDS
        waited = self.scene.paused or not self._live or self.clock() - when >= pause
        return asked != version and waited

    def _ask(self, purpose: Purpose, look: Look) -> None:
        if self._live:
            if self._thread is None:
                self._thread = LookThread(self.scene.folder, self._post)
                self._thread.start()
            self._thread.ask(purpose, look)
            return
        weights = self._frozen()
        assert weights is not None  # or there were no version

        def hear(said: Said) -> None:
            self._post(Answer(purpose, look, said.looked))

        self._task = asyncio.create_task(self._process.look(look, weights, hear))
