"""Letters that form no word: what of an answer stands in none of the texts that its model has read."""

import re
from collections.abc import Iterable

from msgspec import Struct

from tui_trainer.sanitize import LONGEST, one_line
from tui_trainer.view import words

WORD = re.compile(r"[^\W\d_]+")
NAMED = 2  # of them, in one line
LETTERS = 24  # of one that is named


class Vocabulary(Struct, frozen=True):
    """All words that a model has read, in small letters; none: they are not known, and nothing is noise."""

    read: frozenset[str] = frozenset()

    def noise(
        self, text: str, heard: Iterable[str] = (), *, ended: bool = True, goes_on: bool = False
    ) -> tuple[str, ...]:
        """What looks like a word in a text, and is none that the model has read.

        Args:
            heard: what else it was given, as the question: whatever stands there it may say again.
            ended: the text did so by itself; else its last word may be the beginning of one.
            goes_on: it is a text gone on with: its first word may be the end of one.
        """
        if not self.read:
            return ()
        text = text[:LONGEST]
        found = {match.start(): match[0] for match in WORD.finditer(text)}
        if not ended and text[-1:].isalpha():
            found.popitem()
        if goes_on:
            found.pop(0, None)
        strange = dict.fromkeys(word for word in found.values() if word.lower() not in self.read)
        if not strange:
            return ()
        known = {word.lower() for said in heard for word in WORD.findall(said[:LONGEST])}
        return tuple(word for word in strange if word.lower() not in known)


def told(found: Iterable[str]) -> tuple[str, ...]:
    """That there is noise, if there is any: in full, and in short."""
    named = [f"“{one_line(word[:LETTERS])}”" for word in found]
    if not named:
        return ()
    more = len(named) - NAMED
    listed = ", ".join(named[:NAMED])
    which = f"{listed} and {more} more" if more > 0 else " and ".join(named)
    stand = "stands" if len(named) == 1 else "stand"
    whole = f"noise: {which} {stand} nowhere in what it read"
    return (whole, f"noise: {which}", f"noise: {named[0]}", "noise")


def strange(vocabulary: Vocabulary, texts: Iterable[str], heard: Iterable[str] = ()) -> tuple[str, ...]:
    """The same of several answers to one prompt, and what signs among them stand for no letter."""
    answers, given = list(texts), list(heard)
    found = dict.fromkeys(word for text in answers for word in vocabulary.noise(text, given))
    noise, signs = told(found), words.of_no_letters(*answers)
    if not noise or not signs:
        return noise or signs
    return (*(f"{said}; {sign}" for said, sign in zip(noise, signs, strict=False)), *noise)
