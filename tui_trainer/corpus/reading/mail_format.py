"""Whether a file is mail, told from its beginning: a message by its header fields (RFC 5322), a mailbox (RFC
4155) by the line before each message."""

import re
from pathlib import PurePath

FIELD = re.compile(rb"([!-9;-~]+):")
BLANK = re.compile(rb"\n\r?\n")
# Before each message of a mailbox: "From ", who sent it, and when.
SEPARATOR = re.compile(
    rb"From [^\n]{0,500}?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +"
    rb"(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}) [^\n]{0,20}?\d:\d\d[^\n]{0,100}\n?"
)
SENDERS = frozenset((b"from", b"sender"))
TRACES = frozenset((b"received", b"message-id", b"return-path", b"delivered-to", b"mime-version"))
KNOWN = SENDERS | TRACES
KNOWN |= {b"to", b"cc", b"date", b"subject", b"reply-to", b"in-reply-to", b"references", b"newsgroups"}
KNOWN |= {b"content-type", b"content-transfer-encoding"}
LEAST_KNOWN = 3
ENTITY = frozenset((b"mime-version", b"content-type"))
LONG = 4_096  # bytes: so long a head need not end within what is looked at; mail passes through many hands
MAILDIR = ("cur", "new")  # its folders; messages in them end in the name of a machine


def is_mail(head: bytes) -> bool:
    """Whether a file that begins like this is a message, or a mailbox.

    A memo, a play and the head of an article have lines of `Name: value`, too. So all lines up to a blank one
    must be such, a few of them of mail, and one what no person writes: an address, a trace of the way.
    """
    separator = SEPARATOR.match(head)
    start = separator.end() if separator else 0
    blank = BLANK.search(head, start)
    if blank is None and len(head) < LONG:
        return False
    end = blank.start() if blank else head.rfind(b"\n")
    names = set[bytes]()
    has_address = False
    for line in head[start : max(start, end)].split(b"\n"):
        if line.startswith((b" ", b"\t")) and names:
            continue
        field = FIELD.match(line)
        if field is None:
            return False
        name = field[1].lower()
        names.add(name)
        has_address |= name in SENDERS and b"@" in line
    if names >= ENTITY:
        return True
    is_sent = separator is not None or has_address or not names.isdisjoint(TRACES)
    return is_sent and not names.isdisjoint(SENDERS) and len(names & KNOWN) >= LEAST_KNOWN


def may_be_mail(name: str) -> bool:
    """Whether a file's path leaves it open: mailboxes have no ending, the messages of a Maildir any."""
    path = PurePath(name)
    return not path.suffix or path.parent.name in MAILDIR
