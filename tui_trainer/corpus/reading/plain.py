"""Text out of a file: all of it, or evenly spread blocks."""

import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from tui_trainer.corpus.reading.encoding import HEAD, Encoding, encoding_of
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.thin import Thinner

CHUNK = 1 << 16
BREAK = re.compile(r"\n[ \t\r]*\n|\n|\s")
SEARCHED = 4_096  # characters in which a sampled block looks for a place to begin and to end
LONGEST_CHARACTER = 3  # bytes of one that a block may begin in the midst of


def whole(file: BinaryIO, notes: Notes) -> Iterator[str]:
    """The text of a file, in pieces of at most `CHUNK` bytes, with \\n line ends.

    Raises:
        Unreadable: the file is not text.
    """
    head = file.read(HEAD)
    encoding = known(head, notes)
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    for text in encoding.text(chain([head], iter(lambda: file.read(CHUNK), b""))):
        yield newlines.decode(text)
    yield newlines.decode("", final=True)


def known(head: bytes, notes: Notes) -> Encoding:
    """The encoding of a file that begins like this; one that is guessed is noted. Raises `Unreadable`."""
    encoding = encoding_of(head)
    if encoding.guessed:
        notes.guessed.add(encoding)
    return encoding


def sampled(file: BinaryIO, size: int, budget: int, block: int, encoding: Encoding) -> Iterator[str]:
    """Blocks of a file, `budget` bytes in all, evenly spread: what lies between them is never read.

    Each block begins and ends at a blank line, a line's end or a space where there is one near.

    Args:
        size: of the file, in bytes; larger than `budget`.
        block: bytes of one block.
        encoding: in which a text can be entered.
    """
    blocks = max(1, budget // block)
    for k in range(blocks):
        start = k * (size - block) // max(1, blocks - 1)
        start -= start % encoding.unit
        file.seek(start)
        yield _block([file.read(block)], encoding, start == 0, start + block >= size)


def streamed(texts: Iterable[str], budget: int, block: int) -> Iterator[str]:
    """As `sampled`, of a text that can only be read from its beginning and whose size is not known."""
    thinner: Thinner[tuple[int, str]] = Thinner(budget)
    for n, text in enumerate(_pieces(texts, block)):
        thinner.add((n, text), len(text))
    if thinner.size == thinner.offered:
        yield from (text for _, text in thinner.kept)
    else:
        yield from (_cut(text, n == 0, False) for n, text in thinner.kept)


def _pieces(texts: Iterable[str], size: int) -> Iterator[str]:
    """The same text in pieces of `size` characters."""
    held, length = list[str](), 0
    for text in texts:
        held.append(text)
        length += len(text)
        if length >= size:
            joined = "".join(held)
            whole = length - length % size
            yield from (joined[start : start + size] for start in range(0, whole, size))
            held, length = [joined[whole:]], length - whole
    yield "".join(held)


def _block(data: Iterable[bytes], encoding: Encoding, at_start: bool, at_end: bool) -> str:
    text = "".join(encoding.text(data))
    if not at_start:  # a character that was cut in two
        text = text[len(text[:LONGEST_CHARACTER]) - len(text[:LONGEST_CHARACTER].lstrip("\ufffd")) :]
    if not at_end:
        text = text.removesuffix("\ufffd")
    return _cut(text.replace("\r\n", "\n").replace("\r", "\n"), at_start, at_end)


def _cut(text: str, at_start: bool, at_end: bool) -> str:
    """A piece of a text, from the first to the last good place to cut."""
    if not at_start:
        found = min(BREAK.finditer(text, 0, SEARCHED), key=lambda m: (-_rank(m), m.start()), default=None)
        text = text[found.end() :] if found else text
    if not at_end:
        start = max(0, len(text) - SEARCHED)
        found = min(BREAK.finditer(text, start), key=lambda m: (-_rank(m), -m.start()), default=None)
        text = text[: found.start()] if found else text
    return text.rstrip() + "\n\n"  # blocks do not belong together


def _rank(match: re.Match[str]) -> int:
    """A blank line before a line's end, that before a space."""
    return match.group().count("\n")
