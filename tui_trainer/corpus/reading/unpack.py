"""Compressed files, of which no more is unpacked than is wanted: a small one can unpack to any size."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Literal

from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.errors import reason

GZIP = b"\x1f\x8b"
Packing = Literal["gz", "bz2", "xz"]


class Meter:
    """Bytes that may still be read of one file, as they are unpacked, however many parts it has."""

    def __init__(self, most: int) -> None:
        self.most = self.left = most

    def spent(self) -> Unreadable:
        """Why no more is read."""
        most = f"{self.most / 1e6:,.0f} MB"
        return Unreadable(f"of it, the first {most} are read; raise data.max_bytes for more")


class Unpacked(io.RawIOBase):
    """What a compressed file holds, as a stream that never raises: it ends where the file is damaged.

    After the end, `damage` says what was wrong, if anything. So all that came before is read.
    """

    def __init__(self, read: Callable[[int], bytes], meter: Meter) -> None:
        """read: gives at most so many of the next bytes, none at the end, or raises."""
        self._read = read
        self._meter = meter
        self.damage: Unreadable | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.damage is not None:
            return 0
        try:
            data = self._read(len(buffer))
        except Exception as error:  # each library's own, about what is in the file
            self.damage = error if isinstance(error, Unreadable) else Unreadable(reason(error))
            return 0
        self._meter.left -= len(data)
        if self._meter.left < 0:
            self.damage = self._meter.spent()
            return 0
        buffer[: len(data)] = data
        return len(data)


def unpacked(opened: BinaryIO, packing: Packing, meter: Meter) -> Unpacked:
    """What a compressed file holds."""
    if packing == "gz":
        return Unpacked(gzip.GzipFile(fileobj=opened, mode="rb").read1, meter)
    return Unpacked((bz2.BZ2File(opened) if packing == "bz2" else lzma.LZMAFile(opened)).read1, meter)


def unpacked_body(body: bytes, coding: str, most: int) -> bytes:
    """What a server sent, without its packing; as it is, if it is not packed, whatever it says.

    Raises:
        Unreadable: it is damaged, packed in another way, or has more than `most` bytes.
    """
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Unreadable("packed in a way that is not read")
    if coding != "deflate" and not body.startswith(GZIP):
        return body
    for bits in (47, -15):  # gzip or zlib by its head; what some servers send as deflate
        unpacker = zlib.decompressobj(bits)
        try:
            content = unpacker.decompress(body, most + 1)
        except zlib.error:
            continue
        if len(content) > most:
            raise Unreadable(f"more than {most / 1e6:g} MB, unpacked")
        if unpacker.eof:
            return content
    raise Unreadable("its packing is damaged")
