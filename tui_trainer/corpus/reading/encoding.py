"""Which encoding a file is in, told from its beginning."""

import codecs
import re

from tui_trainer.corpus.reading.errors import Unreadable

HEAD = 65_536  # bytes looked at
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
MOST_CONTROLS = 0.02  # of the bytes; text has next to none
MOST_INVALID = 0.01  # of the bytes; a stray one does not make a file another encoding
MARKS = [  # the longer ones first: UTF-32's mark begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]


def encoding_of(head: bytes) -> str:
    """The name of a codec that decodes this with `errors="replace"`.

    UTF-8 unless a byte-order mark or too many invalid bytes say otherwise; then Windows-1252, in which every
    Western European file reads well and every other one at least reads.

    Raises:
        Unreadable: this is not text.
    """
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    if len(CONTROLS.findall(head)) > MOST_CONTROLS * len(head):
        raise Unreadable("binary, not text")
    text = head.decode("utf-8", "surrogateescape")
    invalid = sum("\udc80" <= c <= "\udcff" for c in text[:-3])  # the last character may be cut in two
    return "cp1252" if invalid > MOST_INVALID * len(text) else "utf-8"
