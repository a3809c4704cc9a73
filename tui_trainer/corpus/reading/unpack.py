"""Compressed files."""

import gzip
import io
import zlib
from typing import Any, BinaryIO

from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.corpus.reading.find import why

MOST = 4 << 30  # bytes taken from one file: a small one can unpack to any size


class Unpacked(io.RawIOBase):
    """What a .gz file holds, as a stream that never raises: it ends where the file is damaged.

    After the end, `damage` says what was wrong, if anything. So all that came before is read.
    """

    def __init__(self, opened: BinaryIO) -> None:
        self._gzip = gzip.GzipFile(fileobj=opened, mode="rb")
        self._left = MOST
        self.damage: Unreadable | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.damage is not None:
            return 0
        try:
            data = self._gzip.read1(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            self.damage = Unreadable(why(error))
            return 0
        self._left -= len(data)
        if self._left < 0:
            self.damage = Unreadable(f"it unpacks to more than {MOST >> 30} GiB")
            return 0
        buffer[: len(data)] = data
        return len(data)
