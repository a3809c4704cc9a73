"""A dialogue seen before with a few words of its answers changed.

Questions and answers of one kind share a form: "Who keeps the mill? Berta keeps it." and "Who keeps the inn?
Arno keeps it." have most of their words in common and are two facts. So dialogues are compared as what they
are: who asks something else, if only by a word, is no copy; who answers the same in almost the same words is.
"""

from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.filters.exact_duplicate import words_of
from tui_trainer.corpus.filters.near_duplicate import THRESHOLD, characters
from tui_trainer.corpus.filters.verdict import Fault

MOST_COMPARED = 64  # dialogues that ask the same


class NearDialogue:
    """Remembers the questions, and 4 bytes a word of the answers."""

    name = "near_duplicate"

    def __init__(self) -> None:
        self._answers: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._ids: dict[tuple[str, ...], list[str]] = defaultdict(list)

    def fault(self, pairs: Sequence[Pair], id: str) -> Fault | None:
        """As a filter's, of the pairs that a dialogue is made of."""
        asked = tuple(" ".join(words_of(pair.prompt)) or pair.prompt for pair in pairs)
        answered = characters(" ".join(pair.answer for pair in pairs))
        before = self._answers[asked]
        best = process.extractOne(
            answered, before, scorer=Levenshtein.normalized_similarity, score_cutoff=THRESHOLD
        )
        if best is not None:
            original = self._ids[asked][best[2]]
            return Fault(f"the same question as in {original}, and {best[1]:.0%} of the answer", original)
        if len(before) < MOST_COMPARED:
            before.append(answered)
            self._ids[asked].append(id)
        return None
