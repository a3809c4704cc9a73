"""The run's log, `events.jsonl`: one `Record` a line, only ever appended to.

The writer ends every line in one `write`; a kill can tear at most the last line, which the reader leaves
alone until its newline is there and the next writer cuts off. Numbers that are not finite have no form in
JSON: they are written as null and read as NaN.

A bit that flips within a number or a text leaves good JSON. So the last member of a record, `crc`, is the
CRC-32 of all bytes of the file before it: a reader holds the last line of a chunk against all of the chunk,
at the cost of 17 bytes a line and no work a line. Logs of an earlier version have none; from the first line
that has one on, every line must.
"""

import os
import time
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from tui_trainer.errors import Damaged, UserError, foreign
from tui_trainer.files import open_own
from tui_trainer.messages.events import (
    VERSION,
    CorpusReady,
    Event,
    Forked,
    Record,
    RunStarted,
    decoder,
    encoder,
)
from tui_trainer.run.storage.not_finite import convert_with_nan
from tui_trainer.sanitize import without_surrogates

CHUNK_BYTES = 512 * 1024  # decoded in one go, in a few milliseconds: other threads must get their turn
MAX_LINE_BYTES = 256 * 1024 * 1024  # more without a newline is no log, and must not fill the memory
# What says of an event only where this run is kept, or its world came from.
OWN = {RunStarted: ("run", "source", "data"), Forked: ("run", "source", "data"), CorpusReady: ("copied",)}
CRC = b',"crc":'  # last in a line, so that what comes before it is all that it covers


class _Head(Struct):
    """What every version of a log has in each line."""

    v: int
    seq: int


def seal(line: bytes, crc: int) -> tuple[bytes, int]:
    """A record's line with its CRC and a newline.

    Args:
        line: JSON, without either.
        crc: of all bytes of the log before this line.

    Returns:
        The line, and the CRC of all bytes up to its end.
    """
    own = zlib.crc32(line[:-1], crc)
    end = b"%s%d}\n" % (CRC, own)
    return line[:-1] + end, zlib.crc32(end, own)


def follows(lines: bytes, record: Record, crc: int) -> int | None:
    """Whether lines are what was written, by the last one's record.

    Args:
        lines: whole ones.
        record: the last of them.
        crc: of all bytes of the log before them.

    Returns:
        The CRC of all bytes up to their end; None: they are damaged.
    """
    if record.crc is UNSET:
        return zlib.crc32(lines, crc)
    at = lines.rfind(CRC)
    own = zlib.crc32(memoryview(lines)[:at], crc)
    return zlib.crc32(memoryview(lines)[at:], own) if own == record.crc else None


def decode(line: bytes) -> Record:
    """One line, with NaN wherever a number is none. Raises whatever a decoder does."""
    try:
        return decoder.decode(line)
    except msgspec.ValidationError:
        return convert_with_nan(msgspec.json.decode(line), Record)


def comparable(record: Record) -> dict[str, Any]:
    """What two runs of the same plan have in common: no times, and not whence its files."""
    event = msgspec.to_builtins(record.event)
    own = OWN.get(type(record.event), ())
    event = {key: value for key, value in event.items() if key not in own and not key.endswith("_seconds")}
    return {"seq": record.seq, "event": event}


class LogReader:
    """Reads a log as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.next_seq = 0  # of the record that `poll` gives next
        self._offset = 0  # of the first byte not decoded yet: always the start of a line
        self._chunk = CHUNK_BYTES
        self._ready: deque[Record] = deque()
        self._lines = 0
        self._crc = 0  # of all bytes before `_offset`
        self._sealed = False  # a line has had its CRC

    def poll(self, limit: int | None = None) -> list[Record]:
        """The records that have come since the last call, at most `limit`; [] when there are none.

        Raises:
            UserError: the file is not a log, is damaged, or is of a version that this program does not read.
        """
        if limit is None:
            while self._read():
                pass
            batch = list(self._ready)
            self._ready.clear()
        else:
            while len(self._ready) < limit and self._read():
                pass
            batch = [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
        self.next_seq += len(batch)
        return batch

    def all(self) -> Iterator[Record]:
        """What is left of the log, in bounded memory. Raises as `poll`."""
        while batch := self.poll(limit=4096):
            yield from batch

    @property
    def offset(self) -> int:
        """Where the first line begins that is not whole yet, once `poll` has given all there is."""
        return self._offset

    def _read(self) -> bool:
        """Decode one chunk of whole lines; False when there is none."""
        try:
            if os.stat(self.path).st_size <= self._offset:
                return False  # asked for several times a second, mostly in vain
            with open(open_own(self.path), "rb", buffering=0) as file:
                file.seek(self._offset)
                chunk = file.read(self._chunk)
        except FileNotFoundError:
            return False  # the trainer is about to make it
        except OSError as error:
            raise UserError(f"{self.path} can't be read: {error.strerror}") from error
        end = chunk.rfind(b"\n") + 1
        if not end:
            if chunk[:1] not in (b"", b"{") or len(chunk) >= MAX_LINE_BYTES:
                raise UserError(f"{self.path} is not the log of a run: line {self._lines + 1}")
            if len(chunk) < self._chunk:
                return False
            self._chunk *= 2  # a line longer than a chunk
            return True
        self._chunk = CHUNK_BYTES
        self._take(chunk[:end])
        return True

    def _take(self, lines: bytes) -> None:
        """Take whole lines in; where something is wrong with them, those before it and then that one."""
        try:
            records = decoder.decode_lines(lines)
            crc = self._checked(lines, records)
        except Exception:  # a NaN, damage, or a foreign line: one by one
            several = lines.split(b"\n")[:-1]
            if len(several) > 1:
                for line in several:
                    self._take(line + b"\n")
                return
            records = [self._decode(lines)]
            crc = self._checked(lines, records)
        self._ready.extend(records)
        self._sealed |= records[-1].crc is not UNSET
        self._lines += len(records)
        self._offset += len(lines)
        self._crc = crc

    def _checked(self, lines: bytes, records: list[Record]) -> int:
        """The CRC up to the end of these lines, which are what was written."""
        for number, record in enumerate(records, self._lines):
            if record.v != VERSION:
                self._refuse(record.v)
            if record.seq != number:
                raise Damaged(f"{self.path} is damaged: record {record.seq} stands where {number} should")
        crc = follows(lines, records[-1], self._crc)
        unsealed = records[-1].crc is UNSET and (self._sealed or any(r.crc is not UNSET for r in records))
        if crc is None or unsealed:
            raise Damaged(f"{self.path} is damaged in line {self._lines + 1}{self._advice()}")
        return crc

    def _decode(self, line: bytes) -> Record:
        """A single line, which may have numbers that are none. Raises `UserError`."""
        known = "is not the log of a run: line" if self._lines == 0 else "is damaged in line"
        try:
            head = msgspec.json.decode(line, type=_Head)
        except Exception as error:
            kind = Damaged if self._lines else UserError
            raise kind(f"{self.path} {known} {self._lines + 1}{self._advice()}") from error
        if head.v != VERSION:
            self._refuse(head.v)
        with foreign(f"{self.path} {known} {self._lines + 1}"):
            return decode(line)

    def _advice(self) -> str:
        run = self.path.parent.name
        return f"; `tui-trainer resume {run} --start-over` goes on from what is whole" if self._lines else ""

    def _refuse(self, version: int) -> None:
        raise UserError(
            f"{self.path} was written by another version of tui-trainer "
            f"(log version {version}; this one reads {VERSION})"
        )


def read_all(path: Path) -> Iterator[Record]:
    """All whole records of a log, in bounded memory. Raises `UserError` as `LogReader.poll`."""
    return LogReader(path).all()


class LogWriter:
    """Appends to a log; the only one who does, by the run's lock."""

    def __init__(self, path: Path, next_seq: int, end: int) -> None:
        """Cut off a torn last line and go on.

        Args:
            next_seq: how many records the log has (`LogReader.next_seq`).
            end: where they end (`LogReader.offset`).
        """
        self.next_seq = next_seq
        self._end = end
        self._file = open_own(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        os.ftruncate(self._file, end)
        self._crc = _crc32(self._file)

    def append(self, event: Event, busy: float) -> Record:
        """Write one event; it outlives this process from here on, though not the machine (`sync`).

        Raises:
            OSError: it could not be written (a full disk); the log is as before.
        """
        record = Record(VERSION, self.next_seq, round(time.time(), 3), round(busy, 3), event)  # type: ignore[arg-type]  # all events are AnyEvent
        line, crc = seal(_encode(record), self._crc)
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(line)
        self._crc = crc
        self.next_seq += 1
        return record

    def sync(self) -> None:
        """Make all that was appended durable."""
        os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _crc32(descriptor: int) -> int:
    """Of a whole file."""
    crc, at = 0, 0
    while chunk := os.pread(descriptor, CHUNK_BYTES, at):
        crc, at = zlib.crc32(chunk, crc), at + len(chunk)
    return crc


def _encode(record: Record) -> bytes:
    try:
        return encoder.encode(record)
    except UnicodeEncodeError:  # a file name that is not UTF-8, say
        return encoder.encode(without_surrogates(msgspec.to_builtins(record)))
