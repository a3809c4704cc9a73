"""What one file holds, by its kind: rows of text, each with the dialogues in it."""

import io
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from tui_trainer.corpus.reading import table
from tui_trainer.corpus.reading.archive import BLOCK, members
from tui_trainer.corpus.reading.encoding import HEAD
from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.corpus.reading.find import Found, Kind, Skipped
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.pack import pack
from tui_trainer.corpus.reading.parquet import parquet_records
from tui_trainer.corpus.reading.plain import known, sampled, streamed, whole
from tui_trainer.corpus.reading.records import COLUMNS, LONGEST, Row, rows
from tui_trainer.corpus.reading.unpack import Meter, Unpacked, unpacked
from tui_trainer.corpus.reading.values import LONG, Bad, Value, decoded, values

# Bytes that may be unpacked of a file to take an even sample from, besides as many as it is said to hold.
TIMES_THE_BUDGET = 16
AT_LEAST = 1_000_000
MOST_CLAIMED = 512_000_000
LEAST_OF_A_MEMBER = 4_096  # bytes


def content(file: Found, budget: int, block: int, notes: Notes) -> Iterator[Row | Skipped]:
    """The documents of a file with the dialogues in them, of a large one about `budget` bytes evenly spread
    where the format allows it; members of an archive that are left out.

    Args:
        block: bytes read in one place of a file that is sampled.

    Raises:
        Unreadable: why the file, or its rest, can't be read.
        OSError: it can't be opened.
    """
    meter = Meter(max(TIMES_THE_BUDGET * budget + AT_LEAST, min(file.size, MOST_CLAIMED)))
    with file.path.open("rb") as opened:
        if file.kind in ("zip", "tar"):
            left = 2 * budget  # of text: that of all members is thinned out again afterwards
            for member in members(opened, file.kind == "zip", file.packing, meter):
                if isinstance(member, Skipped):
                    yield Skipped(f"{file.name}/{member.name}", member.reason)
                    continue
                inner = None
                opened_member = member.stream
                if member.form.packing is not None:
                    inner = unpacked(opened_member, member.form.packing, meter)
                    opened_member = io.BufferedReader(inner, BLOCK)
                share = max(LEAST_OF_A_MEMBER, left // 2)
                try:
                    for row in _streamed(
                        member.form.kind or "prose", opened_member, share, min(block, share), notes
                    ):
                        left -= len(row.text)
                        yield row
                    if inner is not None:
                        member.content.damage = member.content.damage or inner.damage
                    if member.content.damage is not None:
                        raise member.content.damage
                except Unreadable as error:
                    if meter.left < 0:
                        raise meter.spent() from error
                    yield Skipped(f"{file.name}/{member.name}", str(error))
        elif file.kind == "parquet":
            if file.packing is not None:
                raise Unreadable("a compressed .parquet: unpack it first")
            notes.unit = "rows"
            yield from _packed(rows(parquet_records(opened, budget, notes), notes))
        elif file.packing is None and file.size > budget and _can_be_entered(file.kind, opened, notes):
            yield from _sampled(file, opened, budget, block, notes)
        else:
            stream = (
                Unpacked(opened.read, meter)
                if file.packing is None
                else unpacked(opened, file.packing, meter)
            )
            yield from _streamed(file.kind, io.BufferedReader(stream, BLOCK), budget, block, notes)
            if stream.damage is not None:
                raise stream.damage
    if notes.rest:
        raise Unreadable(notes.rest)


def _streamed(kind: Kind, stream: BinaryIO, budget: int, block: int, notes: Notes) -> Iterator[Row]:
    """The rows of a file that is read from its beginning to its end."""
    texts = whole(stream, notes)
    if kind in ("jsonl", "json"):
        notes.unit = "lines" if kind == "jsonl" else "records"
        yield from _packed(rows(values(texts, LONGEST), notes))
        return
    if kind == "table":
        head = next(texts)
        if (found := table.header_of(_first_line(head), COLUMNS)) is not None:
            notes.unit = "rows"
            yield from _packed(rows(table.records(chain([head], texts), *found, LONGEST), notes))
            return
        texts = chain([head], texts)
    source = "code" if kind == "code" else "books"
    yield from (Row(text, source=source) for text in pack(streamed(texts, budget, block)))


def _sampled(file: Found, opened: BinaryIO, budget: int, block: int, notes: Notes) -> Iterator[Row]:
    """The rows of evenly spread blocks of a file; what lies between them is never read."""
    encoding = known(opened.read(HEAD), notes)
    opened.seek(0)
    if file.kind == "jsonl":
        lines = _sampled_lines(opened, file.size, budget, block)
        yield from _packed(rows((Value(0, _of_line(line, encoding.codec)) for line in lines), notes))
    else:
        source = "code" if file.kind == "code" else "books"
        chunks = sampled(opened, file.size, budget, block, encoding)
        yield from (Row(text, source=source) for text in pack(chunks))


def _can_be_entered(kind: Kind, opened: BinaryIO, notes: Notes) -> bool:
    """Whether one can begin to read in the midst of a file: of records, where each is a line by itself."""
    head = opened.read(HEAD)
    opened.seek(0)
    encoding = known(head, notes)
    text = "".join(encoding.text([head]))
    if kind == "table":
        return encoding.unit > 0 and table.header_of(_first_line(text), COLUMNS) is None
    if kind == "jsonl":
        line = _first_line(text.lstrip())
        return encoding.unit == 1 and line[:1] != "[" and (line == text or decoded(line)[1] is not None)
    return kind != "json" and encoding.unit > 0


def _sampled_lines(file: BinaryIO, size: int, budget: int, block: int) -> Iterator[bytes]:
    """Lines that begin in blocks evenly spread over a file; None of them is read twice."""
    blocks = max(1, budget // block)
    for k in range(blocks):
        start = k * (size - block) // max(1, blocks - 1)
        if start < file.tell():  # the last line of the block before ended here, or further on
            start = file.tell()
        elif start:
            file.seek(start)
            if not file.readline(LONGEST).endswith(b"\n"):
                continue
        end = min(size, k * (size - block) // max(1, blocks - 1) + block)
        while file.tell() < end and (line := file.readline(LONGEST + 1)):
            yield line


def _of_line(line: bytes, codec: str) -> Any:
    text = line.decode(codec, "replace")
    if len(line) > LONGEST:
        return Bad(LONG)
    value, _ = decoded(text.lstrip("\ufeff"))
    return value


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _packed(found: Iterator[Row]) -> Iterator[Row]:
    """Long texts in several documents; the dialogues stay with the first."""
    for row in found:
        pairs = row.pairs
        for text in pack([row.text]):
            yield Row(text, pairs)
            pairs = []
