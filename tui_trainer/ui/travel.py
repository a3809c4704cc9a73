"""Going back in the run: the log is folded again as far as a moment, and every pane draws that."""

from functools import partial
from typing import Any

from textual.app import App

from tui_trainer.errors import UserError
from tui_trainer.run.folder import RunFolder
from tui_trainer.run.log import LogReader
from tui_trainer.ui.sanitize import one_line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.state import State

BATCH = 2000  # records between two looks at whether anybody still waits


def state_at(folder: RunFolder, position: int) -> State:
    """The state after the first `position` records. Raises `UserError` as `LogReader.poll`."""
    state = State()
    reader = LogReader(folder.events)
    while state.records < position:
        batch = reader.poll(limit=min(BATCH, position - state.records))
        if not batch:
            break
        state.apply_all(batch)
    return state


class Travel:
    """Where the screen is in time. `target` is a moment's number; None is now."""

    def __init__(self, app: App[Any], scene: Scene) -> None:
        self.app = app
        self.scene = scene
        self.target: int | None = None

    def step(self, moments: int) -> None:
        """Go so many moments further (negative: back); past the last one is now."""
        kept = self.scene.now.moments.kept
        if not kept:
            return
        aim = max(0, (len(kept) if self.target is None else self.target) + moments)
        if aim >= len(kept):
            self.now()
            return
        self.target = aim
        fold = partial(self._fold, aim, kept[aim].position)
        self.app.run_worker(fold, thread=True, exclusive=True, group="travel")

    def now(self) -> None:
        """Come back."""
        self.target = None
        self.scene.show(None, None)

    def _fold(self, target: int, position: int) -> None:
        if target != self.target:
            return  # the key was pressed again in the meantime
        try:
            state = state_at(self.scene.folder, position)
        except UserError as error:
            say = partial(self.app.notify, one_line(str(error)), markup=False, severity="error")
            self.app.call_later(say)
        else:
            self.app.call_later(self._arrived, target, state)

    def _arrived(self, target: int, state: State) -> None:
        if target == self.target:  # still the one that is wanted
            self.scene.show(state, target)
