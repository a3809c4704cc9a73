"""The run's log, `events.jsonl`: one `Record` a line, only ever appended to.

The writer ends every line in one `write`; a kill can tear at most the last line, which the reader leaves
alone until its newline is there and the next writer cuts off. Numbers that are not finite have no form in
JSON: they are written as null and read as NaN.
"""

import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tui_trainer.errors import UserError
from tui_trainer.events import VERSION, Event, Forked, Record, RunStarted, decoder, encoder
from tui_trainer.run.not_finite import convert_with_nan
from tui_trainer.sanitize import without_surrogates

CHUNK_BYTES = 512 * 1024  # decoded in one go, in a few milliseconds: other threads must get their turn
MAX_LINE_BYTES = 256 * 1024 * 1024  # more without a newline is no log, and must not fill the memory


class _Head(Struct):
    """What every version of a log has in each line."""

    v: int
    seq: int


def comparable(record: Record) -> dict[str, Any]:
    """What two runs of the same plan have in common: no times, and not where the run was kept."""
    event = msgspec.to_builtins(record.event)
    if isinstance(record.event, RunStarted | Forked):
        event = {key: value for key, value in event.items() if key not in ("run", "source", "data")}
    event = {key: value for key, value in event.items() if not key.endswith("_seconds")}
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

    def poll(self, limit: int | None = None) -> list[Record]:
        """The records that have come since the last call, at most `limit`; [] when there are none.

        Raises:
            UserError: the file is not a log, or of a version that this program does not read.
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

    @property
    def offset(self) -> int:
        """Where the first line begins that is not whole yet, once `poll` has given all there is."""
        return self._offset

    def _read(self) -> bool:
        """Decode one chunk of whole lines; False when there is none."""
        try:
            if os.stat(self.path).st_size <= self._offset:
                return False  # asked for several times a second, mostly in vain
            with open(self.path, "rb", buffering=0) as file:
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
        records = self._decode(chunk[:end])
        for record in records:
            if record.v != VERSION or record.seq != self._lines:
                self._refuse(record.v, record.seq)
            self._lines += 1
        self._ready.extend(records)
        self._offset += end
        return True

    def _decode(self, lines: bytes) -> list[Record]:
        try:
            return decoder.decode_lines(lines)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass  # a NaN, or a foreign line: one by one
        records = []
        for line in lines.splitlines():
            try:
                records.append(decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                records.append(self._decode_oddity(line, error, len(records)))
        return records

    def _decode_oddity(self, line: bytes, error: Exception, index: int) -> Record:
        try:
            head = msgspec.json.decode(line, type=_Head)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise UserError(f"{self.path} is not the log of a run: line {self._lines + index + 1}") from error
        if head.v != VERSION:
            self._refuse(head.v, head.seq)
        try:
            return convert_with_nan(msgspec.json.decode(line), Record)
        except msgspec.ValidationError as reason:
            raise UserError(f"{self.path}, line {self._lines + index + 1}: {reason}") from reason

    def _refuse(self, version: int, seq: int) -> None:
        if version != VERSION:
            raise UserError(
                f"{self.path} was written by another version of tui-trainer "
                f"(log version {version}; this one reads {VERSION})"
            )
        raise UserError(f"{self.path} is damaged: record {seq} stands where {self._lines} should")


def read_all(path: Path) -> Iterator[Record]:
    """All whole records of a log, in bounded memory. Raises `UserError` as `LogReader.poll`."""
    reader = LogReader(path)
    while batch := reader.poll(limit=4096):
        yield from batch


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
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.ftruncate(self._file, end)

    def append(self, event: Event, busy: float) -> Record:
        """Write one event; it outlives this process from here on, though not the machine (`sync`).

        Raises:
            OSError: it could not be written (a full disk); the log is as before.
        """
        record = Record(VERSION, self.next_seq, round(time.time(), 3), round(busy, 3), event)  # type: ignore[arg-type]  # all events are AnyEvent
        line = _encode(record) + b"\n"
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(line)
        self.next_seq += 1
        return record

    def sync(self) -> None:
        """Make all that was appended durable."""
        os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _encode(record: Record) -> bytes:
    try:
        return encoder.encode(record)
    except UnicodeEncodeError:  # a file name that is not UTF-8, say
        return encoder.encode(without_surrogates(msgspec.to_builtins(record)))
