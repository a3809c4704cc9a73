"""A text seen before with a few words changed.

MinHash finds candidates (Broder 1997), locality-sensitive hashing finds them fast, and an exact comparison
word by word decides: at a few dozen words a text, the estimate alone is too coarse.
"""

from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from rensa import RMinHash, RMinHashLSH

from tui_trainer.corpus.filters.exact_duplicate import words_of
from tui_trainer.corpus.filters.verdict import Fault

THRESHOLD = 0.75  # share of words, in order, that two texts have in common (1 - Levenshtein / longer)
FEWEST_WORDS = 8  # below, one other word is another text
# Two words in a row make a shingle. Bands of 3 rows: texts with Jaccard similarity s become candidates with
# probability 1 - (1 - s^3)^64. With every fifth word edited, s = 0.47: 0.999; with every second, 0.14: 0.16.
BANDS, ROWS = 64, 3
MOST_WORDS = 8_000_000  # remembered; later texts are still compared, with these


class NearDuplicate:
    """Remembers 4 bytes a word and 1 kB a text, up to `MOST_WORDS`."""

    name = "near_duplicate"

    def __init__(self, seed: int) -> None:
        self._seed = seed & 0xFFFFFFFF
        self._index = RMinHashLSH(THRESHOLD, BANDS * ROWS, BANDS)
        self._ids: list[str] = []
        self._texts: list[str] = []
        self._words = 0

    def fault(self, text: str, id: str) -> Fault | None:
        words = words_of(text)
        if len(words) < FEWEST_WORDS:
            return None
        sketch = RMinHash(BANDS * ROWS, self._seed)
        sketch.update([f"{a} {b}" for a, b in pairwise(words)])
        told = characters(text)
        candidates = sorted(self._index.query(sketch))
        best = process.extractOne(
            told,
            [self._texts[key] for key in candidates],
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=THRESHOLD,
        )
        if best is not None:
            _, similarity, position = best
            original = self._ids[candidates[position]]
            return Fault(f"{similarity:.0%} of the words as in {original}", original=original)
        if self._words < MOST_WORDS:
            self._index.insert(len(self._ids), sketch)
            self._ids.append(id)
            self._texts.append(told)
            self._words += len(words)
        return None


def characters(text: str) -> str:
    """One character a word: the library compares strings in C++, many at once."""
    return "".join(map(_character, words_of(text)))


@lru_cache(maxsize=1 << 16)
def _character(word: str) -> str:
    """One of a million characters for each word, none of them a surrogate."""
    return chr(0x10000 + crc32(word.encode("utf-8", "surrogatepass")) % 0x100000)
