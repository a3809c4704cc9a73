"""The run's metrics as a table that any spreadsheet opens: one line a step, read from the log itself."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tui_trainer.messages.events import Event, Reinforced, Stepped, Validated
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all

# The columns of each event, by the name of the field that stands in them.
FIELDS: dict[type[Event], dict[str, str]] = {
    Stepped: {
        "stage": "stage",
        "step": "step",
        "loss": "loss",
        "learning_rate": "lr",
        "gradient_norm": "gradient_norm",
        "tokens": "tokens",
        "flops": "flops",
    },
    Validated: {
        "stage": "stage",
        "step": "step",
        "validation_loss": "nats",
        "bits_per_byte": "bits_per_byte",
    },
    Reinforced: {
        "step": "step",
        "reward": "reward",
        "rater_reward": "gold",
        "kl": "kl",
        "leash": "leash",
        "answer_tokens": "length",
        "entropy": "entropy",
        "facts": "facts",
    },
}
COLUMNS = ("seq", "computed_seconds", *dict.fromkeys(name for columns in FIELDS.values() for name in columns))


def rows(folder: RunFolder) -> Iterator[dict[str, object]]:
    """All values as they were logged, nothing thinned out. Raises `UserError` as `LogReader.poll`."""
    for record in read_all(folder.events):
        if (columns := FIELDS.get(type(record.event))) is not None:
            values = {column: getattr(record.event, field) for column, field in columns.items()}
            yield {"seq": record.seq, "computed_seconds": record.busy, "stage": "feedback"} | values


def write(folder: RunFolder) -> Path:
    """Write `metrics.csv` into the run's folder. Raises `UserError`, `OSError`."""
    path = folder.path / "metrics.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows(folder))
    return path
