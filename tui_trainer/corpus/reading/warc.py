"""Pages out of a WARC file (ISO 28500), which is how crawlers keep what servers answered."""

import io
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from tui_trainer.corpus.reading.encoding import encoding_of
from tui_trainer.corpus.reading.errors import Unreadable, parsing
from tui_trainer.corpus.reading.html import EXTRA, MOST_BYTES, has_library, parsed, text_of
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.unpack import unpacked_body

if TYPE_CHECKING:
    from fastwarc.warc import HeaderMap, WarcRecord

CHUNK = re.compile(rb"[0-9a-fA-F]{1,8}[^\r\n]{0,99}\r\n")
LONGEST_HEADER = 32_768  # bytes
MOST_INFO = 65_536  # bytes
LEFT_OUT = ("refused", "duplicates", "limited", "failed", "frontier")
BLOCK = 65_536
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
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    notes.unit = "pages"
    kinds = (
        WarcRecordType.warcinfo
        | WarcRecordType.response
        | WarcRecordType.resource
        | WarcRecordType.conversion
    )
    with parsing("damaged, or no WARC file"):
        for record in ArchiveIterator(_Ahead(stream), record_types=kinds, max_header_len=LONGEST_HEADER):
            if record.record_type == WarcRecordType.warcinfo:
                notes.crawled.said.update(_said(record.reader.read(MOST_INFO)))
                continue
            if (kind := _kind(record)) not in TEXTS:
                continue
            notes.read += 1
            try:
                page = record.headers.get("WARC-Target-URI") or "", _text(record, kind, notes)
            except Unreadable as error:
                notes.note(str(error))
            else:
                notes.crawled.pages += 1
                notes.crawled.text += len(page[1].encode("utf-8", "replace"))
                yield page


def _said(info: bytes) -> Iterator[tuple[str, int]]:
    """What a crawl says in its archive of what it left out."""
    for line in info.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name in LEFT_OUT and value.strip().isdecimal() and len(value) < 12:
            yield name, int(value)


def _kind(record: "WarcRecord") -> str:
    """The media type of what a server answered, "" for an answer that is no page."""
    if record.is_http:
        if not record.is_http_parsed or record.http_headers.status_code != 200:
            return ""
        return (record.http_content_type or "").strip().lower()
    return (record.headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def _text(record: "WarcRecord", kind: str, notes: Notes) -> str:
    body = record.reader.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Unreadable(f"a page of more than {MOST_BYTES / 1e6:.0f} MB")
    notes.crawled.bytes += len(body)
    charset = ""
    if record.is_http:
        charset = record.http_charset or ""
        body = _unpacked(body, record.http_headers)
    if kind not in HTML:
        return "".join(encoding_of(body).text([body]))
    tree, encoding = parsed(body, charset)
    if encoding.guessed:
        notes.guessed.add(encoding)
    return text_of(tree)


def _unpacked(body: bytes, headers: "HeaderMap") -> bytes:
    """A body as it was before it was sent; some archives keep it so, and their headers say otherwise."""
    from fastwarc.stream_io import ChunkedReader

    if CHUNK.match(body) and (headers.get("Transfer-Encoding") or "").strip().lower() == "chunked":
        with parsing("a page that was cut off"):
            body = ChunkedReader(io.BytesIO(body)).read(MOST_BYTES)
    return unpacked_body(body, (headers.get("Content-Encoding") or "").strip().lower(), MOST_BYTES)


class _Ahead:
    """A stream for a library that asks where it is, and goes ahead only."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(BLOCK if size < 0 else min(size, BLOCK))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        to = offset + (self._at if whence == os.SEEK_CUR else 0)
        if whence == os.SEEK_END or to < self._at:
            raise OSError("it is read from its beginning to its end")
        while self._at < to and self.read(to - self._at):
            pass
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        """Whoever opened it closes it."""
