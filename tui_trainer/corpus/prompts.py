"""Beginnings of texts, for a model to continue."""

from collections.abc import Iterable

LONGEST = 80  # characters; keeps the prompt of a text without spaces within any context


def beginnings(texts: Iterable[str], words: int) -> list[str]:
    """The first words of each text, without repeats, in order; texts that are too short give none."""
    found: dict[str, None] = {}
    for text in texts:
        start = text.split(maxsplit=words)[:words]
        if len(start) == words:
            found.setdefault(" ".join(start)[:LONGEST].rstrip())
    return list(found)
