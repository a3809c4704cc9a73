"""The same text again, but for case, spaces and punctuation."""

import hashlib
import re
from functools import lru_cache

from tui_trainer.corpus.filters.verdict import Fault

WORDS = re.compile(r"\w+")


@lru_cache(maxsize=1)  # one filter after another asks for those of a document
def words_of(text: str) -> list[str]:
    """Words and numbers, without case."""
    return WORDS.findall(text.casefold())


class ExactDuplicate:
    """Keeps 16 bytes a text: two texts are one when their words and numbers are the same in the same order.

    A text without any word (pure punctuation, say) is compared as it stands.
    """

    name = "exact_duplicate"

    def __init__(self) -> None:
        self._seen: dict[bytes, str] = {}

    def fault(self, text: str, id: str) -> Fault | None:
        normal = " ".join(words_of(text)) or text.strip()
        digest = hashlib.blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        first = self._seen.setdefault(digest, id)
        return None if first == id else Fault(f"the same words as {first}", original=first)
