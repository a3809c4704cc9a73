"""Going back in the run: the log is folded again as far as a moment, and every pane draws that."""

from functools import partial
from typing import Any

from textual.app import App

from tui_trainer.errors import UserError
from tui_trainer.sanitize import one_line
from tui_trainer.ui.run_files.past_state import state_at
from tui_trainer.ui.scene import Scene
from tui_trainer.view.state import State


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
