"""One run in the place of another: two don't train at once, and the old one goes on if the new one can't."""

from collections.abc import Callable

from tui_trainer.errors import UserError
from tui_trainer.messages.commands import Reply
from tui_trainer.messages.events import Noticed
from tui_trainer.run import client, stopping
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader

STOP_SECONDS = 120.0  # a step may take long, and a checkpoint on a slow disk
START_SECONDS = 120.0  # until a trainer has loaded its libraries


def replace(old: RunFolder, new: RunFolder, stop: Callable[[], Reply]) -> None:
    """Stop the trainer of `old` and start one on `new`, whose folder is whole; takes seconds.

    Args:
        stop: asks the trainer of `old` to end with a checkpoint.

    Raises:
        UserError: `new` has no trainer. `old` has one as before, or the line says why not.
    """
    reply = stop()
    if not reply.ok and reply.error != client.BUSY:  # a busy one has been asked all the same
        raise UserError(reply.error or "the trainer was not stopped")
    if not stopping.await_end(old, STOP_SECONDS):
        raise UserError(f"the trainer of run {old.id} does not come to an end")
    try:
        client.launch(new)
        _await_first_word(new)
    except UserError as error:
        try:
            client.launch(old)
        except UserError as also:
            raise UserError(f"{error}; and run {old.id} does not go on: {also}") from error
        raise


def _await_first_word(run: RunFolder) -> None:
    """Raises `UserError` if the trainer ends before it has anything of its own in the log."""
    forked = run.plan.forked
    reader, own = LogReader(run.events), forked.records if forked is not None else 0
    said = ""

    def begun() -> bool:
        nonlocal said
        lives = lock.is_alive(run)  # asked before the log is read to its end
        records = reader.poll()
        failed = [r.event.text for r in records if isinstance(r.event, Noticed) and r.event.level == "error"]
        said = failed[-1] if failed else said
        if not lives:
            raise UserError(f"the trainer of run {run.id} ended at once: {said or 'see its trainer.log'}")
        return reader.next_seq > own

    stopping.within(START_SECONDS, begun)
