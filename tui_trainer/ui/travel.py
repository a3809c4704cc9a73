"""Going back in the run: the log is folded again as far as a moment, and every pane draws that."""

from tui_trainer.run.folder import RunFolder
from tui_trainer.run.log import LogReader
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

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.target: int | None = None

    def go(self, step: int) -> bool:
        """Aim `step` moments further (negative: back); whether there is somewhere to go."""
        count = len(self.scene.now.moments)
        if not count:
            return False
        at = count if self.target is None else self.target
        aim = max(0, at + step)
        self.target = None if aim >= count else aim
        return True

    def now(self) -> None:
        """Come back."""
        self.target = None
        self.scene.show(None, None)

    def arrived(self, target: int, state: State) -> None:
        """A state has been folded; it is shown if it is still the one that is wanted."""
        if target == self.target:
            self.scene.show(state, target)
