"""Running text cut into documents, at blank lines where there are some."""

import re
from collections.abc import Iterable, Iterator

SIZE = 1_500  # characters a document, about
SURROGATES = re.compile("[\ud800-\udfff]")
# Where to cut, best first: after a blank line, a line, a sentence, a word; of each the last that there is.
CUTS = [re.compile(f"(?s:.*){p}") for p in (r"\n[ \t]*\n+", r"\n", r"[.!?]['\"”’)]*\s+", r"\s+")]


def pack(chunks: Iterable[str], stripped: bool = True) -> Iterator[str]:
    """Documents of at most `SIZE` characters, from the pieces of one running text; empty ones are left out.

    Args:
        stripped: without the white space around each cut, but for the indentation of a first line; else
            the documents one after the other are the text.
    """
    tidy = _stripped if stripped else _as_it_is
    rest = ""
    for chunk in chunks:
        rest += clean(chunk)
        # The last piece stays until more comes: what ends a chunk need not end a document.
        start = 0
        while len(rest) - start > 2 * SIZE:
            end = _cut(rest, start)
            yield from tidy(rest[start:end])
            start = end
        rest = rest[start:]
    start = 0
    while start < len(rest):
        end = _cut(rest, start)
        yield from tidy(rest[start:end])
        start = end


def clean(text: str) -> str:
    """Line ends as \\n; lone surrogates (JSON can spell them) as U+FFFD."""
    return SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))


def _cut(text: str, start: int) -> int:
    """Where the document that begins at `start` ends."""
    limit = start + SIZE
    if len(text) <= limit:
        return len(text)
    for cut in CUTS:
        match = cut.match(text, start, limit)
        if match is not None and match.end() > start + SIZE // 4:
            return match.end()
    return limit


def _stripped(text: str) -> Iterator[str]:
    text = re.sub(r"\A(?:[^\S\n]*\n)+", "", text).rstrip()
    if text:
        yield text


def _as_it_is(text: str) -> Iterator[str]:
    if text:
        yield text
