"""The WARC file that a crawl writes: each answer that is kept, and what was crawled."""

import io
import os
from collections.abc import Mapping
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

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
        self._name = path.name
        self._file: io.BufferedRandom = os.fdopen(open_own(path, os.O_RDWR | os.O_CREAT), "r+b")
        size = self._file.seek(0, os.SEEK_END)
        if size < length:
            self._file.close()
            raise UserError(f"{path} is shorter than what was crawled into it; --start-over crawls it anew")
        self.cut(length)
        self._writer = WARCWriter(self._file, gzip=True, warc_version="1.1")

    def add_page(self, address: str, answer: Answer) -> None:
        """Append one answer."""
        headers = [(_line(name), _line(value)) for name, value in _kept(answer.headers)]
        headers.append(("Content-Length", str(len(answer.body))))
        head = StatusAndHeaders(f"{answer.status} {_line(answer.said)}", headers, protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            address, "response", io.BytesIO(answer.body), len(answer.body), http_headers=head
        )
        self._writer.write_record(record)
        self.length = self._file.tell()

    def add_info(self, fields: Mapping[str, str]) -> None:
        """Append what is to be known of the crawl."""
        said = {"software": USER_AGENT, "format": "WARC File Format 1.1", "robots": "RFC 9309", **fields}
        info = {name: _line(value) for name, value in said.items()}
        self._writer.write_record(self._writer.create_warcinfo_record(self._name, info))
        self.length = self._file.tell()

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


def _kept(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name.lower() not in OF_THE_CONNECTION]


def _line(text: str) -> str:
    """One line of ASCII, which is what a header is."""
    return text.replace("\r", " ").replace("\n", " ").encode("ascii", "replace").decode()
