"""Prose and code: one file is one running text."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from tui_trainer.corpus.reading.encoding import HEAD, encoding_of
from tui_trainer.corpus.reading.thin import Thinner

ENTERABLE = ("utf-8", "utf-8-sig", "cp1252")
CHUNK = 1 << 18
BREAK = re.compile(rb"\n[ \t\r]*\n|\n|\s")
CONTINUATION = re.compile(rb"\A[\x80-\xbf]{1,3}")  # of a UTF-8 character that began before
SEARCHED = 4_096  # bytes in which a sampled block looks for a place to begin and to end


def whole(file: BinaryIO) -> Iterator[str]:
    """The text of a file, in pieces of at most `CHUNK` bytes, with \\n line ends.

    Raises:
        Unreadable: the file is not text.
    """
    head = file.read(HEAD)
    decoder = codecs.getincrementaldecoder(encoding_of(head))("replace")
    newlines = io.IncrementalNewlineDecoder(decoder, translate=True)
    yield newlines.decode(head)
    while chunk := file.read(CHUNK):
        yield newlines.decode(chunk)
    yield newlines.decode(b"", final=True)


def can_seek(head: bytes) -> bool:
    """Whether a text that starts like this can be entered anywhere: not in UTF-16 or 32."""
    return encoding_of(head) in ENTERABLE


def sampled(file: BinaryIO, size: int, budget: int, block: int) -> Iterator[str]:
    """Blocks of a file, `budget` bytes in all, evenly spread: what lies between them is never read.

    Each block begins and ends at a blank line, a line's end or a space where there is one near.

    Args:
        size: of the file, in bytes; larger than `budget`.
        block: bytes of one block.

    Raises:
        Unreadable: the file is not text.
    """
    encoding = encoding_of(file.read(HEAD))
    blocks = max(1, budget // block)
    for k in range(blocks):
        start = k * (size - block) // max(1, blocks - 1)
        file.seek(start)
        yield _block(file.read(block), encoding, start == 0, start + block >= size)


def streamed(file: BinaryIO, budget: int, block: int) -> Iterator[str]:
    """As `sampled`, of a file that can only be read from its beginning and whose size is not known.

    Raises:
        Unreadable: the file is not text.
    """
    thinner: Thinner[tuple[bytes, bool]] = Thinner(budget)
    encoding = None
    while data := file.read(block):
        encoding = encoding or encoding_of(data)
        thinner.add((data, thinner.offered == 0), len(data))
    if encoding not in ENTERABLE or thinner.size == thinner.offered:
        yield from whole(io.BytesIO(b"".join(data for data, _ in thinner.kept)))
    else:
        for data, is_first in thinner.kept:
            yield _block(data, encoding, is_first, False)


def _block(data: bytes, encoding: str, at_start: bool, at_end: bool) -> str:
    """The text of a piece of a file, from the first to the last good place to cut."""
    if not at_start:
        data = _from_break(data)
    if not at_end:
        data = _to_break(data)
    # Not final: a character cut in two at the end is left out.
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip() + "\n\n"  # blocks do not belong together


def _from_break(data: bytes) -> bytes:
    found = min(BREAK.finditer(data, 0, SEARCHED), key=lambda m: (-_rank(m), m.start()), default=None)
    return data[found.end() :] if found else CONTINUATION.sub(b"", data)


def _to_break(data: bytes) -> bytes:
    start = max(0, len(data) - SEARCHED)
    found = min(BREAK.finditer(data, start), key=lambda m: (-_rank(m), -m.start()), default=None)
    return data[: found.start()] if found else data


def _rank(match: re.Match[bytes]) -> int:
    """A blank line before a line's end, that before a space."""
    return match.group().count(b"\n")
