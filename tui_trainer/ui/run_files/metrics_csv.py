"""The run's metrics as a table that any spreadsheet opens: one line a step, read from the log itself."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tui_trainer.messages.events import Record, Reinforced, Stepped, Validated
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all

COLUMNS = (
    "seq",
    "computed_seconds",
    "stage",
    "step",
    "loss",
    "learning_rate",
    "gradient_norm",
    "tokens",
    "flops",
    "validation_loss",
    "bits_per_byte",
    "reward",
    "rater_reward",
    "kl",
    "leash",
    "answer_tokens",
    "entropy",
    "facts",
)


def rows(folder: RunFolder) -> Iterator[dict[str, object]]:
    """All values as they were logged, nothing thinned out. Raises `UserError` as `LogReader.poll`."""
    for record in read_all(folder.events):
        row = _row(record)
        if row is not None:
            yield {"seq": record.seq, "computed_seconds": record.busy, **row}


def _row(record: Record) -> dict[str, object] | None:
    match record.event:
        case Stepped() as event:
            return {
                "stage": event.stage,
                "step": event.step,
                "loss": event.loss,
                "learning_rate": event.lr,
                "gradient_norm": event.gradient_norm,
                "tokens": event.tokens,
                "flops": event.flops,
            }
        case Validated() as event:
            return {
                "stage": event.stage,
                "step": event.step,
                "validation_loss": event.nats,
                "bits_per_byte": event.bits_per_byte,
            }
        case Reinforced() as event:
            return {
                "stage": "feedback",
                "step": event.step,
                "reward": event.reward,
                "rater_reward": event.gold,
                "kl": event.kl,
                "leash": event.leash,
                "answer_tokens": event.length,
                "entropy": event.entropy,
                "facts": event.facts,
            }
    return None


def write(folder: RunFolder) -> Path:
    """Write `metrics.csv` into the run's folder. Raises `UserError`, `OSError`."""
    path = folder.path / "metrics.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows(folder))
    return path
