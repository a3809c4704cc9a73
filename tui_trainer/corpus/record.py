"""`documents.jsonl`: what was read and what became of it, for the dataset pane and `tui-trainer data`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tui_trainer.corpus.filters.verdict import Verdict

MOST = 20_000  # documents written; of more, an even sample


class DocumentRecord(Struct, frozen=True, omit_defaults=True):
    """One document with its verdict."""

    id: str
    source: str
    text: str
    dropped_by: str | None = None
    reason: str = ""


def write_records(path: Path, verdicts: Sequence[Verdict]) -> None:
    """Write at most `MOST` documents, in order."""
    encode = msgspec.json.Encoder().encode
    step = max(1, -(-len(verdicts) // MOST))
    with path.open("wb") as file:
        for verdict in verdicts[::step]:
            document = verdict.document
            record = DocumentRecord(
                document.id, document.source, document.text, verdict.dropped_by, verdict.reason
            )
            file.write(encode(record) + b"\n")


def read_records(path: Path) -> Iterator[DocumentRecord]:
    """The documents of a run, one by one; a torn last line ends them."""
    decode = msgspec.json.Decoder(DocumentRecord).decode
    with path.open("rb") as file:
        for line in file:
            try:
                yield decode(line)
            except ValueError:
                return
