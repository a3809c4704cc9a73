"""Pages out of a WARC file (ISO 28500), which is how crawlers keep what servers answered."""

import io
import logging
from collections.abc import Iterator
from typing import Any, BinaryIO

from tui_trainer.corpus.reading.encoding import encoding_of
from tui_trainer.corpus.reading.errors import Unreadable, parsing
from tui_trainer.corpus.reading.html import EXTRA, MOST_BYTES, has_library, parsed, text_of
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.unpack import unpacked_body

LONGEST_LINE = 32_768  # bytes, of a header
MOST_HEADERS = 131_072  # bytes of all lines of one record's
MOST_INFO = 65_536  # bytes
BLOCK = 65_536
LEFT_OUT = ("refused", "duplicates", "limited", "failed", "frontier")
HTML = ("text/html", "application/xhtml+xml")
TEXTS = (*HTML, "text/plain")


def pages(stream: BinaryIO, notes: Notes) -> Iterator[tuple[str, str]]:
    """Address and text of each page that a file holds; those that can't be read are noted.

    Args:
        stream: unpacked.

    Raises:
        Unreadable: this is no WARC file, or it is damaged; what came before is read.
    """
    if not has_library():
        raise Unreadable(f"reading WARC files needs an extra: {EXTRA}")
    notes.unit = "pages"
    with parsing("damaged, or no WARC file"):
        for record in _records(stream):
            if record.rec_type == "warcinfo":
                notes.crawled.said.update(_said(record.raw_stream.read(MOST_INFO)))
            elif record.rec_type in ("response", "resource", "conversion") and _kind(record) in TEXTS:
                notes.read += 1
                try:
                    text = _text(record, notes)
                except Unreadable as error:
                    notes.note(str(error))
                    continue
                notes.crawled.pages += 1
                notes.crawled.text += len(text.encode("utf-8", "replace"))
                yield record.rec_headers.get_header("WARC-Target-URI") or "", text


def _records(stream: BinaryIO) -> Iterator[Any]:
    """The library's records, each to be read before the next.

    What it has for whole files prints what it finds wrong, and knows no bounds: so this is its reader of one
    record, on lines of a bounded length.
    """
    from warcio.recordloader import ArcWarcRecordLoader

    logging.getLogger("warcio").setLevel(logging.CRITICAL)  # it would print addresses as they are
    loader, lines = ArcWarcRecordLoader(verify_http=False, arc2warc=False), _Lines(stream)
    while True:
        lines.begin()
        line = lines.readline()
        while line and not line.strip():
            line = lines.readline()
        if not line:
            return
        record = loader.parse_record_stream(lines, line, "warc")
        if record.length is None:
            raise Unreadable("a record does not say how long it is")
        yield record
        while record.raw_stream.read(BLOCK):
            pass
        if record.raw_stream.limit:
            raise Unreadable("it ends too soon")


def _said(info: bytes) -> Iterator[tuple[str, int]]:
    """What a crawl says in its archive of what it left out."""
    for line in info.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name in LEFT_OUT and value.strip().isdecimal() and len(value) < 12:
            yield name, int(value)


def _kind(record: Any) -> str:
    """The media type of what a server answered, "" for an answer that is no page."""
    if record.http_headers is None:
        said = record.content_type
    else:
        said = record.http_headers.get_header("Content-Type")
        if record.http_headers.get_statuscode() != "200":
            return ""
    return (said or "").partition(";")[0].strip().lower()


def _text(record: Any, notes: Notes) -> str:
    body = record.raw_stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Unreadable(f"a page of more than {MOST_BYTES / 1e6:.0f} MB")
    notes.crawled.bytes += len(body)
    charset = ""
    if record.http_headers is not None:
        _, _, charset = (record.http_headers.get_header("Content-Type") or "").lower().partition("charset=")
        body = _unpacked(body, record.http_headers)
    if _kind(record) not in HTML:
        return "".join(encoding_of(body).text([body]))
    tree, encoding = parsed(body, charset.partition(";")[0].strip(" \"'"))
    if encoding.guessed:
        notes.guessed.add(encoding)
    return text_of(tree)


def _unpacked(body: bytes, headers: Any) -> bytes:
    """A body as it was before it was sent; some archives keep it so, and their headers say otherwise."""
    from warcio.bufferedreaders import ChunkedDataReader

    if (headers.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        body = ChunkedDataReader(io.BytesIO(body)).read(MOST_BYTES)
    return unpacked_body(body, (headers.get_header("Content-Encoding") or "").strip().lower(), MOST_BYTES)


class _Lines:
    """What the library reads from: headers have an end, and what it asks for at once is there."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = 0
        self._at = 0

    def begin(self) -> None:
        """Another record follows."""
        self._left = MOST_HEADERS

    def readline(self, length: int | None = None) -> bytes:
        line = self._stream.readline(min(LONGEST_LINE, LONGEST_LINE if length is None else length))
        self._left -= len(line)
        if len(line) == LONGEST_LINE or self._left < 0:
            raise Unreadable("a header without an end")
        self._at += len(line)
        return line

    def read(self, length: int) -> bytes:
        data = self._stream.read(length)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at
