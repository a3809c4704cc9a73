"""What was known of a run at an earlier moment: its log, folded again as far as that."""

from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader
from tui_trainer.view.fold import apply_all
from tui_trainer.view.state import State

BATCH = 2000  # records between two looks at whether anybody still waits


def state_at(folder: RunFolder, position: int) -> State:
    """The state after the first `position` records. Raises `UserError` as `LogReader.poll`."""
    state = State()
    reader = LogReader(folder.events)
    while state.records < position:
        batch = reader.poll(limit=min(BATCH, position - state.records))
        if not batch:
            break
        apply_all(state, batch)
    return state
