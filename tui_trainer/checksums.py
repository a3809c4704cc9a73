"""JSON objects that vouch for themselves: their last member is the CRC-32 of all bytes before it."""

import re
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
MEMBER = re.compile(rb',\s*"crc32":\s*"([0-9a-f]{8})"\s*\}\s*\Z')


def sealed(content: bytes) -> bytes:
    """A JSON object that is not empty, with its checksum; indented, if it was."""
    head = content[: content.rindex(b"}")].rstrip()
    between, end = (b"\n  ", b"\n}\n") if b"\n" in head else (b"", b"}")
    return b'%s,%s"crc32":"%08x"%s' % (head, between, zlib.crc32(head), end)


def unsealed(content: bytes, kind: type[T], of_today: Callable[[Any], Any] = lambda tree: tree) -> T:
    """What `sealed` made, decoded. An object without a checksum, of an earlier version, is taken as it is.

    Args:
        kind: forbids unknown fields, so that a checksum whose name is damaged is not taken for none.
        of_today: what an earlier version wrote, as JSON, as this one would.

    Raises:
        ValueError: it is not of this kind, or is damaged. (And whatever else a decoder raises.)
    """
    found = MEMBER.search(content)
    if found is None:
        return msgspec.convert(of_today(msgspec.json.decode(content)), kind)
    head = content[: found.start()]
    decoded = msgspec.convert(of_today(msgspec.json.decode(head + b"}")), kind)
    if zlib.crc32(head) != int(found[1], 16):
        raise ValueError("it is damaged, or was changed: its content does not have its checksum")
    return decoded
