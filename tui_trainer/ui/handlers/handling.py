"""What the app's handlers of keys have in common: the scene, and the few things that all of them do."""

from collections.abc import Callable
from typing import TypeVar

from textual.screen import Screen

from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Plan
from tui_trainer.ui.connection.run_control import Steering
from tui_trainer.ui.dashboard import Dashboard
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.terminal.frame_sender import FrameSender
from tui_trainer.ui.travel import Travel

Result = TypeVar("Result")


class Handling(FrameSender):
    """`TrainerApp` makes and feeds what handlers work on."""

    scene: Scene
    dashboard: Dashboard
    steering: Steering
    travel: Travel
    changing = False  # another run is about to be shown
    onward = ""  # a line for the person when the run that follows is shown

    def tick(self) -> None:
        """Bring the screen up to date."""
        raise NotImplementedError

    def say(self, line: str | None, *, error: bool = False) -> None:
        """A line for the person."""
        raise NotImplementedError

    def leave(self, following: RunFolder | None = None, farewell: str | None = None) -> None:
        """Close the screen; the trainer is not asked."""
        raise NotImplementedError

    def change_to(self, planned: Callable[[], Plan | str], greeting: str = "") -> None:
        """Begin another run, and show it, with a line for the person."""
        raise NotImplementedError

    def ask(self, screen: Screen[Result | None], then: Callable[[Result], object]) -> None:
        """Open it, and go on with what it ends with, if that is anything."""

        def ended(result: Result | None) -> None:
            if result is not None:
                then(result)

        self.push_screen(screen, ended)
