"""What a run's training took, counted from its log."""

from msgspec import Struct

from tui_trainer.messages.events import StageName, Stepped
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all


class Spent(Struct, frozen=True):
    """Over all stages."""

    tokens: int  # read in gradient steps of pretraining and fine-tuning
    flops: float  # of these steps, as `Stepped` estimates them
    seconds: float  # of computing, of everything: also the data, reinforcement and the exams


def spent(folder: RunFolder) -> Spent:
    """Raises `UserError` when the log can't be read."""
    last: dict[StageName, Stepped] = {}
    seconds = 0.0
    for record in read_all(folder.events):
        seconds = record.busy
        if isinstance(record.event, Stepped):
            last[record.event.stage] = record.event
    return Spent(sum(s.tokens for s in last.values()), sum(s.flops for s in last.values()), seconds)
