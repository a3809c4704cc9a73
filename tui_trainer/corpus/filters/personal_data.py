"""What identifies or reaches a private person: telephone and account numbers, IDs, e-mail and street addresses."""

import re

from tui_trainer.corpus.filters.verdict import Fault

# What is enough by itself, and the name it goes by.
STRONG = {
    "an e-mail address": re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"),
    "a telephone number": re.compile(
        r"(?<![\w.,/-])(?:"
        r"\+\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,6}"  # +49 30 1234567
        r"|\(0?\d{2,4}\)[ -]?\d{3,4}[ -]?\d{2,5}"  # (030) 123-4567
        r"|0\d{1,4}[ /-]\d{3,4}[ -]?\d{2,5}"  # 0171 234 5678
        r"|\d{3}[ .-]\d{3}[ .-]\d{4}"  # 212-555-0123
        r")(?![\w-])"
    ),
    "an account number": re.compile(
        r"(?<![\w.-])(?:\d{4}[ -]){3}\d{1,4}(?![\w-])|(?<!\w)[A-Z]{2}\d{2}(?: ?\d{4}){3,7}(?: ?\d{1,4})?(?!\w)"
    ),
    "a number of an ID": re.compile(
        r"(?<![\w.-])(?:\d{3}-\d{2}-\d{4}|[A-Z]{1,2}\d{6,9}|ID[- ]?\d{5,})(?![\w-])"
    ),
}
# Nine digits and more in groups, which is neither a date nor a time nor a version.
GROUPED = re.compile(r"(?<![\w.:/-])\d{2,}(?:[.-]\d{1,5}){1,4}(?![\w.:/-]*\w)")
DATE = re.compile(r"(?:1\d|20)\d\d-\d\d-\d\d|\d\d-\d\d-(?:1\d|20)\d\d|97[89]-")  # the last begins an ISBN
STREET = re.compile(
    r"\b\d{1,4} (?:[A-Z][\w'-]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Row|Drive|Dr|Square|Boulevard|Blvd|Terrace|Crescent|Court|Place)\b"
)
DWELLING = re.compile(
    r"\b(?:lives? at|address|deliver|send .{0,30} to|come to|bill|resid\w+)\b", re.IGNORECASE
)


class PersonalData:
    """Any one number or address that leads to a person; a street address needs to be somebody's."""

    name = "personal_data"

    def fault(self, text: str, id: str) -> Fault | None:
        if not any(c.isdigit() for c in text) and "@" not in text:
            return None
        for kind, pattern in STRONG.items():
            if pattern.search(text):
                return Fault(f"holds {kind}")
        for match in GROUPED.finditer(text):
            number = match.group()
            if "-" in number and sum(c.isdigit() for c in number) >= 9 and not DATE.match(number):
                return Fault("holds a number of an ID")
        streets = STREET.findall(text)
        if len(streets) > 1 or streets and DWELLING.search(text):
            return Fault("holds a street address")
        return None
