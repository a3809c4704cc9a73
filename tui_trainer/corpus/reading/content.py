"""What one file holds, by its kind: rows of text, each with the dialogues in it."""

import io
from collections.abc import Iterator
from itertools import chain

from tui_trainer.corpus.reading import html, mail, table, warc
from tui_trainer.corpus.reading.archive import BLOCK, members
from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.corpus.reading.find import Found, Kind, Skipped
from tui_trainer.corpus.reading.mail_format import is_mail
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.pack import pack
from tui_trainer.corpus.reading.parquet import parquet_records
from tui_trainer.corpus.reading.plain import streamed, whole
from tui_trainer.corpus.reading.records import COLUMNS, LONGEST, Row, rows
from tui_trainer.corpus.reading.unpack import Meter, Unpacked, unpacked
from tui_trainer.corpus.reading.values import values

# Bytes that may be read of a file to take an even sample from: so many times what is kept, or what it is said
# to hold, if that is less than the last.
TIMES_THE_BUDGET = 16
AT_LEAST = 1_000_000
MOST_CLAIMED = 512_000_000
LEAST_OF_A_MEMBER = 4_096  # bytes


def content(
    file: Found, budget: int, block: int, notes: Notes, running: bool = False
) -> Iterator[Row | Skipped]:
    """The documents of a file with the dialogues in them; members of an archive that are left out. A file is
    read from its beginning to its end, or as far as is read for so much to keep.

    Args:
        budget: bytes of text to keep.
        block: characters of a piece of running text; of too much of it some pieces are kept, evenly spread.
        running: the documents of a text, one after the other, are that text, its white space included.

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
                        member.form.kind or "prose", opened_member, share, min(block, share), notes, running
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
        else:
            stream = (
                Unpacked(opened.read, meter)
                if file.packing is None
                else unpacked(opened, file.packing, meter)
            )
            yield from _streamed(file.kind, io.BufferedReader(stream, BLOCK), budget, block, notes, running)
            if stream.damage is not None:
                raise stream.damage
    if notes.rest:
        raise Unreadable(notes.rest)


def _streamed(
    kind: Kind, stream: io.BufferedReader, budget: int, block: int, notes: Notes, running: bool
) -> Iterator[Row]:
    """The rows of a file that is read from its beginning to its end."""
    if kind in ("html", "warc"):
        pages = (
            (text for _, text in warc.pages(stream, notes)) if kind == "warc" else html.texts(stream, notes)
        )
        yield from (Row(part) for text in pages for part in pack([text], not running))
        return
    if kind == "mail" or (kind == "prose" and is_mail(stream.peek(BLOCK))):
        messages = mail.texts(stream, notes)
        yield from (Row(part, source="books") for text in messages for part in pack([text], not running))
        return
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
    yield from (Row(text, source=source) for text in pack(streamed(texts, budget, block), not running))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _packed(found: Iterator[Row]) -> Iterator[Row]:
    """Long texts in several documents; the dialogues stay with the first."""
    for row in found:
        pairs = row.pairs
        for text in pack([row.text]):
            yield Row(text, pairs)
            pairs = []
