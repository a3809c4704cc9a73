"""What people wrote in mail: of each message its subject and its text, without addresses and attachments."""

import re
from collections.abc import Iterator
from email.errors import InvalidBase64LengthDefect
from email.message import EmailMessage, Message
from email.parser import BytesFeedParser
from email.policy import default
from itertools import count
from typing import Any, BinaryIO

from tui_trainer.corpus.reading import html
from tui_trainer.corpus.reading.encoding import encoding_of, stated
from tui_trainer.corpus.reading.errors import Unreadable, parsing
from tui_trainer.corpus.reading.mail_format import SEPARATOR
from tui_trainer.corpus.reading.notes import Notes

MOST_MESSAGES = 250_000  # of one file
MOST_BYTES = 40_000_000  # of one message: 25 MB of attachments, as servers take them, are 34 MB in base64
MOST_LINES = 1_000_000
MOST_PARTS = 1_000
MOST_DEPTH = 20  # the library compares each line with the boundaries of all parts that it stands in
LONGEST_LINE = 65_536  # bytes; what is longer is read in pieces
LONGEST_FIELD = 2_000  # characters; the library's time grows with the square of it
# The header fields that tell what is in a message. The others name people, and are kept nowhere.
FIELDS = ("subject", "content-type", "content-disposition", "content-transfer-encoding")
SPACE = re.compile(r"\s+")


def texts(stream: BinaryIO, notes: Notes) -> Iterator[str]:
    """The text of each message of a file under its subject; those that can't be read are noted."""
    notes.unit = "messages"
    for raw in _messages(stream):
        if notes.read >= MOST_MESSAGES:
            notes.rest = f"there are more than the {MOST_MESSAGES:,} messages that are read"
            return
        notes.read += 1
        try:
            if raw is None:
                raise Unreadable(f"a message of more than {MOST_BYTES / 1e6:.0f} MB or {MOST_LINES:,} lines")
            with parsing("a message that can't be parsed"):
                message = _parsed(raw)
                parts = [part for part in message.walk() if not part.is_multipart()]
                text = _text(message, notes)
                if not text and any(map(_is_broken, parts)):
                    raise Unreadable("a message whose parts can't be told apart")
        except Unreadable as error:
            notes.note(str(error))
            continue
        notes.messages += 1
        notes.left_out += sum(not _is_text(part) for part in parts)
        if text:
            yield text


def _messages(stream: BinaryIO) -> Iterator[bytes | None]:
    """The messages of a mailbox, or the only one of another file; None: one that is too large.

    The library's own reader of mailboxes wants a file on the disk, and a message of any size in memory.
    """
    lines: list[bytes] = []
    size = ends = 0  # bytes, ends of lines
    is_mailbox: bool | None = None  # as the first line tells
    begins, was_blank = True, True  # a line; the one before it
    while line := stream.readline(LONGEST_LINE):
        is_blank = begins and not line.strip(b"\r\n")
        if is_mailbox is None and not is_blank:
            is_mailbox = SEPARATOR.match(line) is not None
        if is_mailbox and begins and was_blank and SEPARATOR.match(line):
            if size:
                yield _joined(lines, size, ends)
            lines, size, ends = [], 0, 0
        elif size or not is_blank:
            size += len(line)
            ends += max(1, line.count(b"\r"))  # to the library one alone is an end, too
            if size <= MOST_BYTES and ends <= MOST_LINES:
                # A line of the text that would be taken for the next message was marked so.
                lines.append(line[1:] if is_mailbox and begins and line.startswith(b">From ") else line)
        was_blank = is_blank
        begins = line.endswith(b"\n")
    if size:
        yield _joined(lines, size, ends)


def _joined(lines: list[bytes], size: int, ends: int) -> bytes | None:
    return b"".join(lines) if size <= MOST_BYTES and ends <= MOST_LINES else None


class _Part(EmailMessage):
    """A message, or a part of one, not too deep in others; it keeps the header fields that are needed."""

    depth = 0

    def attach(self, payload: Any) -> None:
        payload.depth = self.depth + 1
        if payload.depth > MOST_DEPTH:
            raise Unreadable("a message that is nested too deeply")
        super().attach(payload)

    def set_raw(self, name: str, value: Any) -> None:
        if name.lower() in FIELDS and name not in self:
            super().set_raw(name, value[:LONGEST_FIELD])


def _parsed(raw: bytes) -> Message:
    """Raises `Unreadable` of too many parts, and whatever the library does."""
    parts = count()

    def part() -> _Part:
        if next(parts) > MOST_PARTS:
            raise Unreadable(f"a message of more than {MOST_PARTS:,} parts")
        return _Part(default)

    parser = BytesFeedParser(part, policy=default)
    parser.feed(raw)
    return parser.close()


def _is_text(part: Message) -> bool:
    is_shown = part.get_content_disposition() != "attachment"
    return is_shown and part.get_content_type() in ("text/plain", "text/html")


def _is_broken(part: Message) -> bool:
    """Whether it has parts that can't be told apart: their boundary is not named, or not there."""
    return part.get_content_maintype() == "multipart" and not part.is_multipart()


def _text(message: Message, notes: Notes) -> str:
    """What a message says under its subject, "" if nothing. Raises `Unreadable`."""
    found = list(_texts(message, notes))
    subject = SPACE.sub(" ", str(message.get("subject") or "")).strip()
    return "\n\n".join([subject, *found] if subject else found) if found else ""


def _texts(part: Message, notes: Notes) -> Iterator[str]:
    """The texts of a part and of the parts in it, in order, of alternatives one."""
    if not part.is_multipart():
        if _is_text(part) and (text := _decoded(part, notes).strip("\r\n")).strip():
            yield text
        return
    inner: Any = part.get_payload()
    if part.get_content_type() == "multipart/alternative":
        # The same in several forms: plain text is taken, else the last, which is the richest (RFC 2046).
        inner = sorted(reversed(inner), key=lambda p: p.get_content_type() != "text/plain")
        yield from next((found for p in inner if (found := list(_texts(p, notes)))), [])
        return
    for each in inner:
        if part.get_content_maintype() == "message":  # forwarded
            yield from filter(None, [_text(each, notes)])
        else:
            yield from _texts(each, notes)


def _decoded(part: Message, notes: Notes) -> str:
    """The text of a part that is text. Raises `Unreadable`."""
    body: Any = part.get_payload(decode=True)
    if any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects):
        raise Unreadable("a text in base64 that is damaged")
    said = part.get_content_charset("")
    if part.get_content_type() == "text/html":
        tree, encoding = html.parsed(body, said)
    else:
        encoding = stated(body, said) or encoding_of(body)
    if encoding.guessed:
        notes.guessed.add(encoding)
    return html.text_of(tree) if part.get_content_type() == "text/html" else "".join(encoding.text([body]))
