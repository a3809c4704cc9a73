"""Text that is no language: random letters, mashed keys, symbols, broken encodings, one word over and over.

After Gopher's rules (Rae et al. 2021), rescaled: those want 50 words at least, which no page of a tiny world
has. A text that says enough small words of one language is never gibberish for its letters alone, so prose in
a language that the letter statistics do not know passes: `small_words.toml` has those of 40. Letters are
judged without their accents. `tests/bench/real_text.py` measures what is lost of good text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from tui_trainer.corpus.filters.lexicons import UNSPACED, small_words
from tui_trainer.corpus.filters.verdict import Fault

WORDS = re.compile(r"[^\W\d_]{2,}")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
SYMBOLS = re.compile(r"[^\w\s.,;:'\"()\-–—’“”‘«»]|_")
# f(x), a = b, a.b, and lines that end in a bracket or a semicolon.
CODE = re.compile(r"\w\(|\w [=+*/<>!:&|-]?= \w|\w\.\w|[;{},(]\s*\n|::|->|</?\w")
PLAIN = str.maketrans("đĐłŁıøØ", "dDlLioO")  # letters whose marks are no accents to Unicode
# UTF-8 that was read as Windows-1252: Ã¼ for ü, â€™ for an apostrophe.
BROKEN = re.compile("[ÂÃ][\u00a0-\u00bf\u0152-\u0192\u2013-\u203a\u20ac\u2122]|â€|ï¿½")
MOST_BROKEN = 0.2  # of the words
AROUND = ".,;:!?\"'()[]{}<>«»“”‘’-–—"
FEWEST_WORDS = 12
MOST_SYMBOLS = 0.45  # of the characters that are not space
FEWEST_DISTINCT = 0.08  # of the words
FEWEST_LETTERS = 0.008  # kinds of `UNSPACED` letters, of all: a text without spaces has many
# What the letters of a text (nats each, see `plausibility`) and its small words (share) must come to
# together. English prose has -3 and 0.35; a language that the statistics do not know -4.7 and 0.15; random
# letters -5.2 and 0.01; English backwards -4.7 and 0.
SMALL_WORD_WORTH = 18
LEAST = -4.15
ENOUGH_SMALL_WORDS = 0.3  # no letters are so unlikely that they could outweigh this
MOST_LATIN = (
    0.8  # of the letters: with more of another script, it is that script's, whose letters are unknown
)
MOST_CODE = 0.15  # marks of a program, per word: its names need be no words
LONGEST = 4_000  # characters judged


class Gibberish:
    """Judges by letter statistics learnt from good text."""

    name = "gibberish"

    def __init__(self, good: Iterable[str]) -> None:
        """Args: good: some hundred good texts, to learn from which letters follow which."""
        counts = np.full((27, 27, 27), 0.05)
        codes = _codes(" ".join(good))
        np.add.at(counts, (codes[:-2], codes[1:-1], codes[2:]), 1)
        self._logs = np.log(counts / counts.sum(axis=2, keepdims=True))
        self._languages = small_words()

    def fault(self, text: str, id: str) -> Fault | None:
        text = text[:LONGEST]
        spaced = text.lower().split()
        solid = sum(map(len, spaced))
        symbols = len(SYMBOLS.findall(text)) / max(1, solid)
        if symbols > MOST_SYMBOLS and solid > 2 * FEWEST_WORDS:
            return Fault(f"{symbols:.0%} of its characters are symbols")
        words = [word.lower() for word in WORDS.findall(text)]
        if len(words) < FEWEST_WORDS:
            return None
        if not text.isascii() and len(BROKEN.findall(text)) > MOST_BROKEN * len(words):
            return Fault("its letters were read in the wrong encoding")
        letters = [] if text.isascii() else UNSPACED.findall(text)
        if 2 * len(letters) > sum(map(len, words)):
            kinds = len(set(letters))
            few = kinds <= max(2, FEWEST_LETTERS * len(letters))
            return Fault(f"{kinds} letters over and over") if few else None
        distinct = Counter(words)
        if len(words) >= 20 and len(distinct) <= max(2, FEWEST_DISTINCT * len(words)):
            return Fault(f"{len(distinct)} words over and over")
        small = self._small(spaced) / max(FEWEST_WORDS, len(words))
        if small > ENOUGH_SMALL_WORDS or len(CODE.findall(text)) > MOST_CODE * len(words):
            return None
        if not text.isascii() and len(LATIN.findall(text)) < MOST_LATIN * sum(map(len, words)):
            return None
        plausible = self.plausibility(text)
        if plausible + SMALL_WORD_WORTH * small < LEAST:
            return Fault(
                f"its letters follow each other as in no language ({plausible:.1f} nats), "
                f"and {small:.0%} of its words are common ones"
            )
        return None

    def _small(self, spaced: Sequence[str]) -> int:
        """How many of the words are small ones of the language that has most of them."""
        said = Counter[str]()
        for word in spaced:
            said.update(self._languages.get(word.strip(AROUND), ()))
        return max(said.values(), default=0)

    def plausibility(self, text: str) -> float:
        """Mean log-probability of each letter or gap, given the two before it: near -2 for English prose."""
        codes = _codes(text)
        if len(codes) < 3:
            return 0.0
        return float(self._logs[codes[:-2], codes[1:-1], codes[2:]].mean())


def _codes(text: str) -> NDArray[np.uint8]:
    """Letters as 1 to 26, each run of anything else as one 0."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = text.translate(PLAIN)
    raw = np.frombuffer(text.lower().encode("utf-8", "replace"), dtype=np.uint8)
    codes = np.where((raw >= 97) & (raw <= 122), raw - 96, 0).astype(np.uint8)
    if not len(codes):
        return codes
    kept: NDArray[np.uint8] = codes[np.append(True, (codes[1:] != 0) | (codes[:-1] != 0))]
    return kept
