"""Letters: about strangers alone, each fact said twice in different words."""

import re
from collections import Counter
from random import Random

import pytest

from tui_trainer.corpus.filters.near_duplicate import NearDuplicate
from tui_trainer.corpus.names import SYLLABLES, names
from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing.letters import LetterWriter

WORLD = make_world(5)
STRANGERS = {name: kind for kind in ("animal", "invention", "race") for name in names(5, kind, "letters")}


def syllables(part: str) -> str:
    """A pattern of the names of three syllables."""
    starts, ends = ("|".join(each.split()) for each in SYLLABLES[part])
    return f"(?:{starts}){{2}}(?:{ends})"


FRESH = re.compile(rf"\b(?:{syllables('first')} {syllables('last')}|{syllables('town')})\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def letters() -> list[str]:
    writer = LetterWriter(WORLD, Random(1))
    return [writer.next() for _ in range(600)]


def stands_in(name: str, text: str) -> bool:
    """As a word or as several, in any case. There are more names than `re` remembers patterns."""
    found = name.lower() in text.lower()
    return found and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def named(text: str) -> list[str]:
    return [name for name in STRANGERS if stands_in(name, text)] + FRESH.findall(text)


def test_they_name_strangers_and_nobody_of_the_world(letters: list[str]) -> None:
    known = {entity.name for entity in WORLD.entities}
    for letter in letters:
        assert named(letter), letter
        assert not any(stands_in(name, letter) for name in known), letter


def test_what_is_said_once_is_said_again_in_other_words(letters: list[str]) -> None:
    for letter in letters:
        sentences = re.split(r"(?<=\.) ", letter)
        assert len(sentences) in (2, 4, 6) and len(set(sentences)) == len(sentences), letter
        first, again = sentences[: len(sentences) // 2], sentences[len(sentences) // 2 :]
        subjects = [sorted(named(" ".join(half))) for half in (first, again)]
        assert subjects[0] == subjects[1], letter


def test_hardly_any_is_taken_for_a_copy(letters: list[str]) -> None:
    seen = NearDuplicate(0)
    assert sum(seen.fault(letter, str(i)) is not None for i, letter in enumerate(letters)) <= 3


def test_some_are_without_capitals(letters: list[str]) -> None:
    assert 0.2 < sum(letter == letter.lower() for letter in letters) / len(letters) < 0.4


def test_hardly_anybody_is_named_in_two(letters: list[str]) -> None:
    """Or what follows the beginning of a name could be learnt by heart."""
    named_in = Counter(
        name for letter in letters for name in {found.lower() for found in FRESH.findall(letter)}
    )
    assert len(named_in) > 600 and sum(count > 1 for count in named_in.values()) < 0.02 * len(named_in)
