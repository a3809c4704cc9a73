"""Sixteen ways to write what is no language."""

import string
from collections.abc import Callable, Sequence
from random import Random

from tui_trainer.corpus.common_words import words as listed

CONSONANTS = "bcdfghjklmnpqrstvwxz"
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
WORDS = listed(
    "the of river and stone to light under a tree run seven blue with wind soft door never salt on"
)


def _words(draw: Random, letters: Sequence[str], low: int = 2, high: int = 10) -> str:
    sizes = [draw.randint(low, high) for _ in range(draw.randint(25, 50))]
    return " ".join("".join(draw.choice(letters) for _ in range(size)) for size in sizes)


def _letters(draw: Random) -> str:
    return _words(draw, string.ascii_lowercase)


def _capitals(draw: Random) -> str:
    return _words(draw, string.ascii_letters)


def _consonants(draw: Random) -> str:
    return _words(draw, CONSONANTS)


def _without_vowels(draw: Random) -> str:
    return _words(draw, "rstlnmdgkpw", 3, 8)


def _keyboard(draw: Random) -> str:
    rows = []
    for _ in range(draw.randint(20, 40)):
        row = draw.choice(ROWS)
        start = draw.randrange(len(row) - 3)
        rows.append(row[start : start + draw.randint(3, 7)] * draw.randint(1, 2))
    return " ".join(rows)


def _mashed(draw: Random) -> str:
    return _words(draw, "asdfjkl;ghasdfjk", 3, 14)


def _symbols(draw: Random) -> str:
    return _words(draw, "#$%&@*~^|<>{}[]=+_/\\!?", 1, 8)


def _mixed(draw: Random) -> str:
    return _words(draw, string.ascii_lowercase + "13456789#$%@*~^|", 3, 10)


def _mojibake(draw: Random) -> str:
    return _words(draw, ("Ã©", "Ã¼", "â€™", "Â", "ÃŸ", "Ã¶", "ï¿½", "e", "n", "r"), 2, 6)


def _accents(draw: Random) -> str:
    return _words(draw, "éüß¤¶öÂÃ±¿½ðþ¬¦abc", 2, 8)


def _hex(draw: Random) -> str:
    return _words(draw, "13456789abcdef", 8, 8)


def _base64(draw: Random) -> str:
    return _words(draw, string.ascii_letters + "13456789+/", 16, 40)


def _scrambled(draw: Random) -> str:
    """Words of English with their letters in disorder."""
    words = [draw.choice(WORDS) + draw.choice(WORDS) for _ in range(draw.randint(25, 45))]
    return " ".join("".join(draw.sample(word, len(word))) for word in words)


def _reversed(draw: Random) -> str:
    return " ".join(draw.choice(WORDS) + draw.choice(WORDS) for _ in range(draw.randint(25, 45)))[::-1]


def _stuck(draw: Random) -> str:
    """A word or two, over and over."""
    words = draw.sample(WORDS, 2)
    return " ".join(draw.choice(words) for _ in range(draw.randint(30, 60)))


def _repeated(draw: Random) -> str:
    """Letters, over and over."""
    return " ".join(draw.choice("ahlxzo") * draw.randint(3, 20) for _ in range(draw.randint(20, 40)))


# Alike in pairs, so that each half of the list has something of everything.
MAKERS: tuple[Callable[[Random], str], ...] = (
    _letters,
    _capitals,
    _consonants,
    _without_vowels,
    _keyboard,
    _mashed,
    _symbols,
    _mixed,
    _mojibake,
    _accents,
    _hex,
    _base64,
    _scrambled,
    _reversed,
    _stuck,
    _repeated,
)
