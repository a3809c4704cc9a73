"""Text that is about how to reach private persons: lists of telephone numbers, accounts, IDs, addresses.

An e-mail address or a number in a signature is no reason to throw a text away: `identifiers.masked` takes it
out, as is done for large corpora (FineWeb, Dolma). What goes is text of which such data is the content.
"""

import re

from tui_trainer.corpus.filters.verdict import Fault
from tui_trainer.corpus.identifiers import TELEPHONE, numbers

ID = re.compile(r"(?<![\w.-])(?:[A-Z]{1,2}\d{7,9}|ID[- ]?\d{5,}|\d{3}-\d{2}-\d{4})(?![\w-])")
# Nine digits and more in groups, which is neither a date nor a time nor a version.
GROUPS = re.compile(r"(?<![\w.:/-])[\d.-]{10,40}(?![\w:/-])")
GROUPED = re.compile(r"\d{2,}(?:[.-]\d{1,5}){1,4}[.-]?")
DATE = re.compile(r"(?:1\d|20)\d\d-\d\d-\d\d|\d\d-\d\d-(?:1\d|20)\d\d|97[89]-")  # the last begins an ISBN
# A text of more words for each thing found is about something else.
WORDS_EACH = 30
WORDS_EACH_NUMBER = 80  # of a card, an account, a social security number
# A signature: lines at the end of a longer text.
SIGNATURE_LINES, SIGNATURE_CELLS, FEWEST_BEFORE = 8, 60, 15
LONGEST = 20_000  # characters judged
STREET = re.compile(
    r"\b\d{1,4} (?:[A-Z][\w'-]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Row|Drive|Dr|Square|Boulevard|Blvd|Terrace|Crescent|Court|Place)\b"
)
DWELLING = re.compile(
    r"\b(?:lives? at|address|deliver|send .{0,30} to|come to|bill|resid\w+)\b", re.IGNORECASE
)


class PersonalData:
    """Counts what is found, and asks whether the text is about it."""

    name = "personal_data"

    def fault(self, text: str, id: str) -> Fault | None:
        text = text[:LONGEST]
        if not any(map(str.isdigit, text)):
            return None
        words = len(text.split())
        if (found := numbers(text)) and len(found) * WORDS_EACH_NUMBER >= words:
            return Fault(f"is about {' and '.join(dict.fromkeys(found))}")
        body = _before_signature(text)
        counts = {
            "a telephone number": len(TELEPHONE.findall(body)),
            "a number of an ID": len(ID.findall(body)) + sum(map(_identifies, GROUPS.findall(body))),
        }
        streets = STREET.findall(body)
        if len(streets) > 1 or (streets and DWELLING.search(body)):
            counts["a street address"] = len(streets)
        if sum(counts.values()) * WORDS_EACH < words:
            return None
        kinds = [kind for kind, count in counts.items() if count]
        return Fault(f"is about {' and '.join(kinds)}") if kinds else None


def _before_signature(text: str) -> str:
    """The text without the short lines at its end, where a good part of it stands before them."""
    lines = text.rstrip().split("\n")
    start = len(lines)
    while start > max(1, len(lines) - SIGNATURE_LINES) and len(lines[start - 1]) <= SIGNATURE_CELLS:
        start -= 1
    body = "\n".join(lines[:start])
    return body if len(body.split()) >= FEWEST_BEFORE else text


def _identifies(number: str) -> bool:
    """Whether digits in groups are a number that somebody was given."""
    if "-" not in number or DATE.match(number) or sum(c.isdigit() for c in number) < 9:
        return False
    return GROUPED.fullmatch(number) is not None
