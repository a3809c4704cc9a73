"""What leads to a private person: telephone and account numbers, IDs, e-mail and street addresses."""

import re

from tui_trainer.corpus.filters.verdict import Fault

# Found once, these are enough.
NUMBERS = {
    "an account number": re.compile(
        r"(?<![\w.-])(?:\d{4}[ -]){3}\d{1,4}(?![\w-])"
        r"|(?<!\w)[A-Z]{2}\d{2}(?: ?\d{4}){3,7}(?: ?\d{1,4})?(?!\w)"
    ),
    "a number of an ID": re.compile(r"(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w-])"),
}
# These, when much of the text is about them: the header of a program may name its author.
CONTACTS = {
    "an e-mail address": re.compile(
        r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,8}\.[A-Za-z]{2,}\b"
    ),
    "a telephone number": re.compile(
        r"(?<![\w.,/-])(?:"
        r"\+\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,6}"  # +49 30 1234567
        r"|\(0?\d{2,4}\)[ -]?\d{3,4}[ -]?\d{2,5}"  # (030) 123-4567
        r"|0\d{1,4}[ /-]\d{3,4}[ -]?\d{2,5}"  # 0171 234 5678
        r"|\d{3}[ .-]\d{3}[ .-]\d{4}"  # 212-555-0123
        r")(?![\w-])"
    ),
    "a number of an ID": re.compile(r"(?<![\w.-])(?:[A-Z]{1,2}\d{6,9}|ID[- ]?\d{5,})(?![\w-])"),
}
# Nine digits and more in groups, which is neither a date nor a time nor a version.
GROUPS = re.compile(r"(?<![\w.:/-])[\d.-]{10,40}(?![\w:/-])")
GROUPED = re.compile(r"\d{2,}(?:[.-]\d{1,5}){1,4}[.-]?")
YEARS = re.compile(r"(?:1\d\d\d[ -]|20\d\d[ -])+\d*")  # 1987 1988 1989 1990: a table's head, no card
DATE = re.compile(r"(?:1\d|20)\d\d-\d\d-\d\d|\d\d-\d\d-(?:1\d|20)\d\d|97[89]-")  # the last begins an ISBN
WORDS_EACH = 80  # a text of more words for each thing found is about something else
LONGEST = 20_000  # characters judged
STREET = re.compile(
    r"\b\d{1,4} (?:[A-Z][\w'-]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Row|Drive|Dr|Square|Boulevard|Blvd|Terrace|Crescent|Court|Place)\b"
)
DWELLING = re.compile(
    r"\b(?:lives? at|address|deliver|send .{0,30} to|come to|bill|resid\w+)\b", re.IGNORECASE
)


class PersonalData:
    """Numbers of accounts and IDs; other ways to reach somebody where there is one in every few sentences."""

    name = "personal_data"

    def fault(self, text: str, id: str) -> Fault | None:
        text = text[:LONGEST]
        if not any(c.isdigit() for c in text) and "@" not in text:
            return None
        for kind, pattern in NUMBERS.items():
            if any(not YEARS.fullmatch(match.group()) for match in pattern.finditer(text)):
                return Fault(f"holds {kind}")
        found = {kind: len(pattern.findall(text)) for kind, pattern in CONTACTS.items()}
        found["a number of an ID"] += sum(map(_identifies, GROUPS.findall(text)))
        streets = STREET.findall(text)
        if len(streets) > 1 or (streets and DWELLING.search(text)):
            found["a street address"] = len(streets)
        if sum(found.values()) * WORDS_EACH < len(text.split()):
            return None
        kinds = [kind for kind, count in found.items() if count]
        return Fault(f"holds {' and '.join(kinds)}") if kinds else None


def _identifies(number: str) -> bool:
    """Whether digits in groups are a number that somebody was given."""
    if "-" not in number or DATE.match(number) or sum(c.isdigit() for c in number) < 9:
        return False
    return GROUPED.fullmatch(number) is not None
