"""What a trainer leaves in a run's folder when it freezes weights, without the training."""

import hashlib

from tui_trainer.messages.events import Event, WeightsFrozen, WeightsName
from tui_trainer.model.checkpoint import save_weights
from tui_trainer.model.transformer import Transformer
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, LogWriter


def tell(run: RunFolder, *events: Event) -> None:
    """Append to the run's log."""
    reader = LogReader(run.events)
    reader.poll()
    writer = LogWriter(run.events, reader.next_seq, reader.offset)
    for event in events:
        writer.append(event, 0.0)
    writer.close()


def freeze(run: RunFolder, weights: WeightsName, model: Transformer) -> None:
    """As the trainer does at the end of a stage: to the file, then to the log."""
    path = run.weights(weights)
    sha256 = save_weights(model, path, {"weights": weights})
    hashed = hashlib.sha256(path.read_bytes()).hexdigest()
    tell(run, WeightsFrozen(weights, sha256, model.parameter_count, path.stat().st_size, path.name, hashed))
