"""How much of a text came through: precision, recall and F1 over words, as SQuAD counts them."""

import re
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

WORD = re.compile(r"\w+")


class Overlap(Struct, frozen=True):
    """Of all words of all texts together; 0 where there are none."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def overlap(texts: Iterable[tuple[str, str]]) -> Overlap:
    """Pairs of a text as it was found and as it should be; words count as often as they stand there, in any
    order."""
    shared = found = wanted = 0
    for one, other in texts:
        got, want = (Counter(WORD.findall(text.lower())) for text in (one, other))
        shared += (got & want).total()
        found += got.total()
        wanted += want.total()
    return Overlap(shared / found if found else 0.0, shared / wanted if wanted else 0.0)
