"""Beginnings of texts, for a model to continue."""

import re
from collections.abc import Iterable

PARAGRAPHS = re.compile(r"\n[ \t]*\n")
LONGEST = 80  # characters; keeps the prompt of a text without spaces within any context


def beginnings(texts: Iterable[str], words: int, most: int) -> list[str]:
    """The first words of paragraphs, line ends and all: of each text's first, then of each one's second, ...

    No beginning comes twice; paragraphs that are not longer than a beginning give none.
    """
    start = re.compile(rf"(?:\S+\s+){{{words - 1}}}\S+(?=\s+\S)")
    split = [PARAGRAPHS.split(text) for text in texts]
    found: dict[str, None] = {}
    for rank in range(max(map(len, split), default=0)):
        for paragraphs in split:
            if rank < len(paragraphs) and (match := start.match(paragraphs[rank].strip())):
                found.setdefault(match.group()[:LONGEST].rstrip())
                if len(found) == most:
                    return list(found)
    return list(found)
