"""What leads to a private person, and how it is found in text and masked.

Numbers that are given out with check digits are believed by their check digits: cards by Luhn's (ISO/IEC
7812), accounts by ISO 13616's, with the lengths of its registry. A library for them was looked for:
python-stdnum is LGPL, and what the permissive ones do beyond these few lines is not needed here.
"""

import re
from collections.abc import Callable

CARD = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\w-])")
ACCOUNT = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?!\w)")
SOCIAL_SECURITY = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,8}\.[A-Za-z]{2,24}\b")
TELEPHONE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"\+(?=[1-9](?:[ ./()-]{0,2}\d){6})\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,6}"  # +49 30 1234567, not +0200
    r"|\(0?\d{2,4}\)[ -]?\d{3,4}[ -]?\d{2,5}"  # (030) 123-4567
    r"|0\d{1,4}[ /-]\d{3,4}[ -]?\d{2,5}"  # 0171 234 5678
    r"|\d{3}[ .-]\d{3}[ .-]\d{4}"  # 212-555-0123
    r")(?![\w-])"
)
# Digits in groups are a telephone number for sure where it says so.
TOLD_TELEPHONE = re.compile(
    r"\b(?:tel(?:ephone|efon|éfono|\.)?|phone|mobile|cell|fax|call|ring|handy|mob\.)\W{0,3}(?:\w{2,4}\W{1,2})?$",
    re.IGNORECASE,
)
FEWEST_DIGITS = 7  # of a telephone number
# Characters of an IBAN by country, of the registry.
LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK",
        21: "CH CR HR LI LV", 22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC",
    }.items()
    for country in countries.split()
}  # fmt: skip


def is_card(text: str) -> bool:
    """Whether digits in groups have the length and the check digit of a payment card's number."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    return (sum(digits[-1::-2]) + sum(sum(divmod(2 * d, 10)) for d in digits[-2::-2])) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether letters and digits in groups have the length and the check digits of an IBAN."""
    plain = "".join(c for c in text if c.isalnum()).upper()
    if len(plain) != LENGTHS.get(plain[:2]):
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def numbers(text: str) -> list[str]:
    """What kinds of validated numbers a text holds, one entry for each."""
    found = ["a card number" for match in CARD.finditer(text) if is_card(match.group())]
    found += ["an account number" for match in ACCOUNT.finditer(text) if _iban_of(match.group())]
    return found + ["a social security number"] * len(SOCIAL_SECURITY.findall(text))


def masked(text: str) -> tuple[str, list[str]]:
    """The text with what leads to a person masked, and what that was, one entry for each.

    Street addresses and names stay: no pattern knows them from any other words.
    """
    found: list[str] = []

    def mask(kind: str, by: str, of: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            if not (part := of(match)):
                return match.group()
            found.append(kind)
            return by + match.group().removeprefix(part)

        return replace

    if "@" in text:
        text = EMAIL.sub(mask("an e-mail address", "<email>", re.Match.group), text)
    if any(c.isdigit() for c in text):
        text = CARD.sub(mask("a card number", "<card>", _card_of), text)
        text = ACCOUNT.sub(mask("an account number", "<account>", _iban_in), text)
        text = SOCIAL_SECURITY.sub(mask("a social security number", "<number>", re.Match.group), text)
        text = TELEPHONE.sub(mask("a telephone number", "<phone>", _telephone_of), text)
    return text, found


def _card_of(match: re.Match[str]) -> str:
    return match.group() if is_card(match.group()) else ""


def _iban_in(match: re.Match[str]) -> str:
    return _iban_of(match.group())


def _iban_of(text: str) -> str:
    """The IBAN that it begins with, or nothing: words in capitals may stand behind."""
    ends = [*(n for n, c in enumerate(text) if c == " "), len(text)]
    return next((text[:end] for end in reversed(ends) if is_iban(text[:end])), "")


def _telephone_of(match: re.Match[str]) -> str:
    number = match.group()
    if sum(c.isdigit() for c in number) < FEWEST_DIGITS:
        return ""
    told = TOLD_TELEPHONE.search(match.string, max(0, match.start() - 20), match.start())
    return number if number[0] in "+(" or told else ""
