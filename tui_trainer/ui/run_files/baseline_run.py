"""An earlier run to compare with: its curves, read from its own log."""

from dataclasses import dataclass

from tui_trainer.errors import UserError
from tui_trainer.run.storage.folder import RunFolder, list_runs
from tui_trainer.ui.run_files.past_state import state_at
from tui_trainer.view.state import State

ALL = 10_000_000  # records; more than any log has


@dataclass(frozen=True)
class BaselineRun:
    """A run that stands beside the one that is shown."""

    run: str
    state: State


def others(folder: RunFolder) -> list[RunFolder]:
    """The other runs in the same directory, the newest first."""
    return [other for other in list_runs(folder.path.parent) if other.id != folder.id]


def after(folder: RunFolder, baseline: BaselineRun | None) -> BaselineRun | None:
    """The next run to compare with; None after the last one, and where there is none with a loss."""
    runs = others(folder)
    start = 0
    if baseline is not None:
        start = next((i + 1 for i, other in enumerate(runs) if other.id == baseline.run), 0)
    for other in runs[start:]:
        try:
            state = state_at(other, ALL)
        except UserError:
            continue  # of another version, or damaged: nothing to compare with
        if state.curves:
            return BaselineRun(other.id, state)
    return None
