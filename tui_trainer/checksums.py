"""JSON objects that vouch for themselves: their last member is the CRC-32 of all bytes before it."""

import re
import zlib
from typing import TypeVar

import msgspec

T = TypeVar("T")
MEMBER = re.compile(rb',\s*"crc32":\s*"([0-9a-f]{8})"\s*\}\s*\Z')


def sealed(content: bytes) -> bytes:
    """A JSON object that is not empty, with its checksum; indented, if it was."""
    head = content[: content.rindex(b"}")].rstrip()
    between, end = (b"\n  ", b"\n}\n") if b"\n" in head else (b"", b"}")
    return b'%s,%s"crc32":"%08x"%s' % (head, between, zlib.crc32(head), end)


def unsealed(content: bytes, kind: type[T]) -> T:
    """What `sealed` made, decoded. An object without a checksum, of an earlier version, is taken as it is.

    Args:
        kind: forbids unknown fields, so that a checksum whose name is damaged is not taken for none.

    Raises:
        ValueError: it is not of this kind, or is damaged. (And whatever else a decoder raises.)
    """
    found = MEMBER.search(content)
    if found is None:
        return msgspec.json.decode(content, type=kind)
    head = content[: found.start()]
    decoded = msgspec.json.decode(head + b"}", type=kind)
    if zlib.crc32(head) != int(found[1], 16):
        raise ValueError("it is damaged, or was changed: its content does not have its checksum")
    return decoded
