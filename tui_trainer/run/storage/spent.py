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
    furthest: dict[StageName, Stepped] = {}
    seconds = 0.0
    for record in read_all(folder.events):
        seconds = record.busy
        if isinstance(record.event, Stepped):
            before = furthest.get(record.event.stage)
            if before is None or record.event.tokens >= before.tokens:
                furthest[record.event.stage] = record.event
    took = furthest.values()
    return Spent(sum(s.tokens for s in took), sum(s.flops for s in took), seconds)
