"""Text out of a file: all of it, or evenly spread pieces."""

import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from tui_trainer.corpus.reading.encoding import HEAD, encoding_of
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.thin import Thinner

CHUNK = 1 << 16
BREAK = re.compile(r"\n[ \t\r]*\n|\n|\s")
SEARCHED = 4_096  # characters in which a piece looks for a place to begin and to end


def whole(file: BinaryIO, notes: Notes) -> Iterator[str]:
    """The text of a file, in pieces of at most `CHUNK` bytes, with \\n line ends.

    Raises:
        Unreadable: the file is not text.
    """
    head = file.read(HEAD)
    encoding = encoding_of(head)
    if encoding.guessed:
        notes.guessed.add(encoding)
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    for text in encoding.text(chain([head], iter(lambda: file.read(CHUNK), b""))):
        yield newlines.decode(text)
    yield newlines.decode("", final=True)


def streamed(texts: Iterable[str], budget: int, block: int) -> Iterator[str]:
    """The text, or pieces of it, evenly spread, that come to at most `budget` characters and to half of it at
    least. Each begins and ends at a blank line, a line's end or a space where there is one near.

    Args:
        block: characters of a piece.
    """
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


def _cut(text: str, at_start: bool, at_end: bool) -> str:
    """A piece of a text, from the first to the last good place to cut."""
    if not at_start:
        found = min(BREAK.finditer(text, 0, SEARCHED), key=lambda m: (-_rank(m), m.start()), default=None)
        text = text[found.end() :] if found else text
    if not at_end:
        start = max(0, len(text) - SEARCHED)
        found = min(BREAK.finditer(text, start), key=lambda m: (-_rank(m), -m.start()), default=None)
        text = text[: found.start()] if found else text
    return text.rstrip() + "\n\n"  # pieces do not belong together


def _rank(match: re.Match[str]) -> int:
    """A blank line before a line's end, that before a space."""
    return match.group().count("\n")
