"""Rows of .jsonl and .parquet: texts to read, dialogues to learn to answer."""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.corpus.reading.pack import clean

LONGEST_LINE = 4_000_000  # bytes of one line of .jsonl
LONGEST_TURN = 8_000  # characters of a prompt or an answer
COLUMNS = ("text", "messages", "prompt", "completion", "content")
ROWS = 256  # read at once from .parquet


class Row(Struct):
    """What one record holds."""

    text: str
    pairs: list[Pair] = []


def row_of(record: Any) -> Row | None:
    """A record's text and dialogues, or None when it has neither.

    Known are the fields `text` (or `content`), `messages` as a list of {role, content}, and `prompt` with
    `completion`. A dialogue is also a text: its turns, a line each.
    """
    if not isinstance(record, Mapping):
        return None
    turns = _turns(record.get("messages"))
    if not turns:
        turns = [
            (role, text)
            for role, field in (("user", "prompt"), ("assistant", "completion"))
            for text in [_content(record.get(field))]
            if text
        ]
    if len(turns) > 1 or (turns and turns[0][0] == "assistant"):
        pairs = [
            Pair(prompt=asked, answer=answer, kind="user")
            for (first, asked), (second, answer) in pairwise(turns)
            if (first, second) == ("user", "assistant") and max(len(asked), len(answer)) <= LONGEST_TURN
        ]
        return Row("\n".join(text for _, text in turns), pairs)
    text = _content(record.get("text")) or _content(record.get("content"))
    return Row(text) if text else None


def _turns(messages: Any) -> list[tuple[str, str]]:
    """(role, text) of the turns of users and assistants that say something."""
    if not isinstance(messages, list):
        return []
    turns = [(m.get("role"), _content(m.get("content"))) for m in messages if isinstance(m, Mapping)]
    return [(str(role), text) for role, text in turns if role in ("user", "assistant") and text]


def _content(value: Any) -> str:
    """A text, or the texts of a list of parts; else nothing."""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, list):
        parts = [p.get("text") if isinstance(p, Mapping) else p for p in value]
        return clean("\n".join(p for p in parts if isinstance(p, str))).strip()
    return ""


class Lines:
    """The records of a .jsonl file; `bad` counts the lines that are none."""

    def __init__(self) -> None:
        self.lines = 0
        self.bad = 0
        self.first_bad = ""

    def whole(self, file: BinaryIO) -> Iterator[Row]:
        """Every record."""
        while line := file.readline(LONGEST_LINE):
            yield from self._row(line, file)

    def sampled(self, file: BinaryIO, size: int, budget: int, block: int) -> Iterator[Row]:
        """Records from blocks evenly spread over the file; what lies between them is never read."""
        blocks = max(1, budget // block)
        for k in range(blocks):
            start = k * (size - block) // max(1, blocks - 1)
            file.seek(start)
            if start and not self._skip_line(file):
                continue
            while file.tell() < start + block and (line := file.readline(LONGEST_LINE)):
                yield from self._row(line, file)

    def _row(self, line: bytes, file: BinaryIO) -> Iterator[Row]:
        if not line.strip():
            return
        self.lines += 1
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            self._note("a line is longer than 4 MB")
            self._skip_line(file)
            return
        try:
            row = row_of(json.loads(line.decode("utf-8", "replace").lstrip("\ufeff")))
        except (ValueError, RecursionError):
            self._note("not JSON")
            return
        if row is None:
            self._note("no field `text` or `messages`")
        else:
            yield row

    def _note(self, reason: str) -> None:
        self.bad += 1
        self.first_bad = self.first_bad or reason

    @staticmethod
    def _skip_line(file: BinaryIO) -> bool:
        """Read on to the next line; False at the end of the file."""
        while piece := file.readline(1 << 16):
            if piece.endswith(b"\n"):
                return True
        return False


def parquet_rows(file: BinaryIO, budget: int) -> Iterator[Row]:
    """The rows of a .parquet file, some at a time; of a large one, those of row groups evenly spread.

    Raises:
        Unreadable: this is no parquet file, or it has no column of text.
    """
    try:
        table = pq.ParquetFile(file, pre_buffer=False)
        columns = _columns(table.schema_arrow)
        for group in _groups(table.metadata, columns, budget):
            batches = table.iter_batches(batch_size=ROWS, row_groups=[group], columns=columns)
            for batch in batches:
                for record in batch.to_pylist():
                    if "text" not in columns and len(columns) == 1 and columns[0] not in COLUMNS:
                        record = {"text": record[columns[0]]}
                    row = row_of(record)
                    if row is not None:
                        yield row
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError) as error:
        raise Unreadable(f"not readable as parquet ({str(error).splitlines()[0][:80]})") from error


def _columns(schema: Any) -> list[str]:
    known = [name for name in COLUMNS if name in schema.names]
    if known:
        return known
    texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    if len(texts) != 1:
        raise Unreadable("no column `text` or `messages`")
    return texts


def _groups(metadata: Any, columns: list[str], budget: int) -> list[int]:
    """Row groups to read: all, or as many as the budget holds, evenly spread."""
    sizes = []
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        chunks = [group.column(c) for c in range(group.num_columns)]
        sizes.append(
            sum(c.total_uncompressed_size for c in chunks if c.path_in_schema.split(".")[0] in columns)
        )
    total = sum(sizes)
    if total <= budget:
        return list(range(len(sizes)))
    # Twice as many as seem needed: what is too much is thinned out afterwards.
    wanted = min(len(sizes), max(1, 2 * len(sizes) * budget // total))
    return [k * len(sizes) // wanted for k in range(wanted)]
