"""Flipped bits, one at a time and in place: a file that is written anew waits for the disk each time."""

from collections.abc import Iterable, Iterator
from pathlib import Path


def flipped(path: Path, bits: Iterable[int]) -> Iterator[int]:
    """The bits' numbers; while each is given, that bit of the file is wrong, and no other."""
    whole = path.read_bytes()
    with path.open("r+b", buffering=0) as file:
        for bit in bits:
            at = bit // 8
            for byte in (whole[at] ^ 1 << bit % 8, whole[at]):
                file.seek(at)
                file.write(bytes([byte]))
                if byte != whole[at]:
                    yield bit
