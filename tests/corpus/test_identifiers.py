"""Numbers with check digits against published examples, and what is masked of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.corpus.identifiers import is_card, is_iban, masked, numbers

# The test numbers that card networks publish, and examples of the IBAN registry.
CARDS = ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117"]
IBANS = [
    "GB29 NWBK 6016 1331 9268 19",
    "DE89 3704 0044 0532 0130 00",
    "FR14 2004 1010 0505 0001 3M02 606",
    "DK50 0040 0440 1162 43",
    "NO93 8601 1117 947",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    "TR33 0006 1005 1978 6457 8413 26",
]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_is_known_by_its_check_digit(card: str) -> None:
    assert is_card(card)
    last = int(card[-1])
    assert not any(is_card(f"{card[:-1]}{digit}") for digit in range(10) if digit != last)
    assert not is_card("0000 0000 0000 0000") and not is_card("4111 1111")


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_is_known_by_country_length_and_check_digits(iban: str) -> None:
    assert is_iban(iban) and is_iban(iban.replace(" ", ""))
    assert not is_iban(f"{iban}0") and not is_iban(iban[:-1])
    wrong = f"{iban[:2]}{(int(iban[2:4]) + 1) % 100:02}{iban[4:]}"
    assert not is_iban(wrong)
    assert numbers(f"Please pay to {iban} BY FRIDAY.") == ["an account number"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("-- Ada Berg <ada@berg.example>  Mon, 14 May 2007 00:06:49 +0200", "<<email>>  Mon, 14 May 2007"),
        ("Ring +44 20 7946 0123 or (030) 123-4567.", "Ring <phone> or <phone>."),
        ("Tel. 0171 234 5678", "Tel. <phone>"),
        ("Card 4111 1111 1111 1111, not 4111 1111 1111 1112", "Card <card>, not 4111 1111 1111 1112"),
        ("IBAN DE89 3704 0044 0532 0130 00 BANK", "IBAN <account> BANK"),
        ("Her number is 078-05-1120.", "Her number is <number>."),
    ],
)
def test_what_leads_to_a_person_is_masked(text: str, left: str) -> None:
    assert left in masked(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "version 10.0.22621 of 2019-11-12 10:20:30 +0200",
        "ISBN 978-3-16-148410-0, 312 pages, 1987 1988 1989 1990",
        "0x7f 1234 5678 9012 3456",
        "call f(12, 345, 6789) twice",
        "@decorated(key=1) and user @ host",
        "in 1999-2004 there were 212 555 0123 of them",
        "PR102753, CVE-2021-44228, 192.168.0.1",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert masked(text) == (text, [])


@given(st.text())
def test_no_text_crashes_it_and_it_says_whether_it_changed_one(text: str) -> None:
    left, found = masked(text)
    assert bool(found) == (left != text)
