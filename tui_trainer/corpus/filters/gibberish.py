"""Text that is no language: random letters, mashed keys, symbols, broken encodings, one word over and over.

After Gopher's rules (Rae et al. 2021), rescaled: those want 50 words at least, which no page of a tiny world
has. A text that says enough small words of some language is never gibberish for its letters alone, so prose
in a language that the letter statistics do not know passes.
"""

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tui_trainer.corpus.filters.verdict import Fault

# The commonest small words of languages in Latin letters, and of programs. Words of one letter are left out:
# in a text of random letters they come by chance.
SMALL_WORDS = frozenset(
    (
        "the an of to and in is it that for on was with as at by be this are or from not he she they you we "
        "his her my if so no but have has had do all there what which who when how "
        "der die das und ist nicht ein eine zu den mit von auf es ich sie im dem des war er sich "
        "le la les de des et un une est que qui dans pour pas il elle je vous nous au ce du en son sur "
        "el los las una por con su se lo al del para como más "
        "di che non per sono ha si della gli dei delle "
        "os um uma com não da em ao dos na no nos "
        "het een van ik te dat niet zijn op met en aan voor "
        "och att det som är jag inte på för av har og ikke til jeg på den "
        "ja ei on se että hän mutta oli ovat kun niin "
        "do się nie że jest są ich od za po jak ale tak jego przez co je to jsou na ve si "
        "és az hogy nem egy van ez is meg "
        "și în să nu cu pe este ce mai "
        "ve bir bu da için ne ile çok olan gibi "
        "dan yang ini dengan untuk tidak itu pada mereka "
        "là và của có không một người cho các được những "
        "ya wa kwa ni za katika "
        "yn ac ar yr mae eu eta bat da dira ez ir kad bet iš su yra ir un ka ar "
        "int char void static const struct return while else include define var let function null true false "
        "def self import class elif pass str len print float double bool string public private final new "
        "end begin then local fi esac echo div span px color margin padding width select where insert into "
        "mov add sub push pop call ret jmp cmp lea xor eax ebx ecx rax rdi rsi rbp rsp fn mut impl use pub"
    ).split()
)
WORDS = re.compile(r"[^\W\d_]{2,}")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
SYMBOLS = re.compile(r"[^\w\s.,;:'\"()\-–—’“”‘«»]|_")
AROUND = ".,;:!?\"'()[]{}<>«»“”‘’-–—"
FEWEST_WORDS = 12
MOST_SYMBOLS = 0.45  # of the characters that are not space
FEWEST_DISTINCT = 0.08  # of the words
# What the letters of a text (nats each, see `plausibility`) and its small words (share) must come to together.
# English prose has -2.8 and 0.4; a language that the statistics do not know -4.5 and 0.2; random letters
# -5 and 0.02; English backwards -4.3 and 0.01.
SMALL_WORD_WORTH = 12
LEAST = -3.9
ENOUGH_SMALL_WORDS = 0.3  # no letters are so unlikely that they could outweigh this
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
        distinct = Counter(words)
        if len(words) >= 20 and len(distinct) <= max(2, FEWEST_DISTINCT * len(words)):
            return Fault(f"{len(distinct)} words over and over")
        small = sum(word.strip(AROUND) in SMALL_WORDS for word in spaced) / max(FEWEST_WORDS, len(words))
        if small > ENOUGH_SMALL_WORDS:
            return None
        if not text.isascii() and len(LATIN.findall(text)) < 0.5 * sum(map(len, words)):
            return None  # another script: its letters are unknown here
        plausible = self.plausibility(text)
        if plausible + SMALL_WORD_WORTH * small < LEAST:
            return Fault(
                f"its letters follow each other as in no language ({plausible:.1f} nats), "
                f"and {small:.0%} of its words are common ones"
            )
        return None

    def plausibility(self, text: str) -> float:
        """Mean log-probability of each letter or gap, given the two before it: near -2 for English prose."""
        codes = _codes(text)
        if len(codes) < 3:
            return 0.0
        return float(self._logs[codes[:-2], codes[1:-1], codes[2:]].mean())


def _codes(text: str) -> NDArray[np.uint8]:
    """Letters as 1 to 26, each run of anything else as one 0."""
    raw = np.frombuffer(text.lower().encode("utf-8", "replace"), dtype=np.uint8)
    codes = np.where((raw >= 97) & (raw <= 122), raw - 96, 0).astype(np.uint8)
    if not len(codes):
        return codes
    return codes[np.append(True, (codes[1:] != 0) | (codes[:-1] != 0))]
