"""The WARC file that a crawl writes: each answer that is kept, and what was crawled."""

import gzip
import io
import os
from collections.abc import Mapping
from pathlib import Path

from fastwarc.warc import WarcRecord, WarcRecordType

from tui_trainer.crawling.fetching import USER_AGENT, Answer, Headers
from tui_trainer.errors import UserError
from tui_trainer.files import open_own

# Of how it was sent; what is kept is what was sent.
OF_THE_CONNECTION = ("transfer-encoding", "connection", "keep-alive", "content-length")


class Archive:
    """A file that is only ever appended to, up to a length that somebody else remembers."""

    def __init__(self, path: Path, length: int) -> None:
        """
        Args:
            length: bytes of it that hold; what stands behind them is cut off.

        Raises:
            OSError: it can't be opened or written.
            UserError: it is shorter than that.
        """
        self._file: io.BufferedRandom = os.fdopen(open_own(path, os.O_RDWR | os.O_CREAT), "r+b")
        size = self._file.seek(0, os.SEEK_END)
        if size < length:
            self._file.close()
            raise UserError(f"{path} is shorter than what was crawled into it; --start-over crawls it anew")
        self.cut(length)

    def add_page(self, address: str, date: str, answer: Answer) -> None:
        """Append one answer."""
        body = io.BytesIO()
        body.write(f"HTTP/1.1 {answer.status} {_line(answer.said)}\r\n".encode("latin-1", "replace"))
        for name, value in [*_kept(answer.headers), ("Content-Length", str(len(answer.body)))]:
            body.write(f"{_line(name)}: {_line(value)}\r\n".encode("latin-1", "replace"))
        body.write(b"\r\n" + answer.body)
        headers = {"WARC-Target-URI": address, "WARC-Date": date}
        self._append(WarcRecordType.response, headers, body.getvalue(), is_http=True)

    def add_info(self, date: str, fields: Mapping[str, str]) -> None:
        """Append what is to be known of the crawl."""
        said = {"software": USER_AGENT, "format": "WARC File Format 1.1", "robots": "RFC 9309", **fields}
        text = "".join(f"{name}: {_line(value)}\r\n" for name, value in said.items())
        headers = {"Content-Type": "application/warc-fields", "WARC-Date": date}
        self._append(WarcRecordType.warcinfo, headers, text.encode())

    def cut(self, length: int) -> None:
        """Cut off what stands behind so many bytes."""
        self._file.flush()
        self._file.truncate(length)
        self.length = self._file.seek(length)

    def sync(self) -> None:
        """Have all of it on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def _append(
        self, kind: WarcRecordType, headers: Mapping[str, str], content: bytes, is_http: bool = False
    ) -> None:
        record = WarcRecord()
        record.init_headers(kind)
        record.is_http = is_http
        for name, value in headers.items():
            record.headers.set(name, value)
        record.set_bytes_content(content)
        out = io.BytesIO()
        record.write(out, checksum_data=True)
        self.length += self._file.write(gzip.compress(out.getvalue(), mtime=0))


def _kept(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name.lower() not in OF_THE_CONNECTION]


def _line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
