"""What somebody tells in a conversation, and whether an answer has anything of it: by its words alone."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal

from tui_trainer.corpus.common_words import words
from tui_trainer.corpus.exam.judging import says_dont_know
from tui_trainer.corpus.exam.pairs import HEARD
from tui_trainer.corpus.writing.letters import TOLD_RELATIONS
from tui_trainer.corpus.writing.sentences import TEMPLATES

BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
PERSON = re.compile(r"(?<!in )(?<!to )\b[A-Z]\w+ [A-Z]\w+\b(?! [A-Z])")  # no place: "in New Harbour"
PRONOUN = re.compile(r"\b(?:she|he|her|his|him)\b", re.IGNORECASE)
SLOT = re.compile(r"\\\{\w+\\\}")  # of an escaped template
MEANING = re.compile(r"\d+|[^\W\d_]{3,}")  # words that may be a value
SMALL = frozenset(words("and are but for had has have her his its not now she the they too was who with"))
_ASKS = re.compile(
    r"\s*(?:who\w*|what\w*|which|where\w*|when|why|how|is|are|was|were|do|does|did|can|could|will|would"
    r"|tell|give|say|list|explain|describe|write|show|help|please)\b"
    r"|.*\b(?:need|want|wonder\w*|looking|curious|remind|forgot\w*)\b|.*\?\s*$",
    re.IGNORECASE | re.DOTALL,
)
# What a sentence has that tells something; others may be requests.
_TELLS = re.compile(
    r"\b(?:am|are|is|was|were|has|have|had|lives?|works?|keeps?|loves?|likes?)\b|'[ms]\b", re.IGNORECASE
)
_SELF = re.compile(r"\b(?:I|me|my|mine)\b", re.IGNORECASE)
_OF_ONESELF = re.compile(r"\b(?:my|mine|am I)\b", re.IGNORECASE)
# Who or what a sentence begins with and tells of, in small letters as well: "ada lives ..."
_TOLD_OF = re.compile(
    r"([^\W\d_]{2,}(?: [^\W\d_]{2,})?) (?:lives?|works?|keeps?|has|is|was|moved)\b", re.IGNORECASE
)
_NO_NAME = SMALL | frozenset(
    words("my your our their this that these those there here it he him you we one who what which where when")
)
_STEM = 4  # characters by which two forms of a word are taken for one: lives, live

Unheard = Literal["left out", "told"]


def told_in(prompt: str, told: Sequence[str]) -> Iterator[str]:
    """The sentences that tell something; the last of a prompt asks, with a question mark or without.

    Args:
        told: texts that were read before the prompt, as earlier messages and notes.
    """
    texts = [BETWEEN_SENTENCES.split(text) for text in told]
    for sentences in (*texts, BETWEEN_SENTENCES.split(prompt.strip())[:-1]):
        yield from (sentence for sentence in sentences if not sentence.endswith("?"))


def tells_of(sentence: str) -> str | None:
    """Whom or what a sentence begins with and tells of, by one word or two; None: that is not plain."""
    found = _TOLD_OF.match(sentence)
    return found[1] if found and _NO_NAME.isdisjoint(found[1].lower().split()) else None


@cache
def _put_plainly() -> re.Pattern[str]:
    """The sentences that pairs tell facts in, whoever they are about."""
    forms = {form for relation in TOLD_RELATIONS for form in TEMPLATES[relation]}
    return re.compile("|".join(SLOT.sub(".+?", re.escape(form)) for form in sorted(forms)), re.IGNORECASE)


def is_plain(sentence: str) -> bool:
    """Whether it tells something as pairs do."""
    return _put_plainly().fullmatch(sentence.strip()) is not None


def unheard(prompt: str, answer: str, told: Sequence[str] = ()) -> Unheard | None:
    """Whether an answer has nothing of what was told and is asked for ("left out"), or comes to what only
    tells something and is not one of those that pairs give to that ("told").

    Args:
        told: as in `told_in`.
    """
    asked = BETWEEN_SENTENCES.split(prompt.strip())[-1]
    if not _ASKS.match(asked):
        heard = any(said.rstrip(".") in answer for said in HEARD)
        return "told" if _TELLS.search(asked) and not heard else None
    if says_dont_know(answer):
        return None
    about = (sentence for sentence in told_in(prompt, told) if _about(asked, sentence))
    new = _stems(word for sentence in about for word in _new(asked, sentence))
    return "left out" if new and not new & _stems(MEANING.findall(answer)) else None


def _about(asked: str, sentence: str) -> bool:
    """Whether a question may ask for what a sentence tells."""
    if _ASKS.match(sentence):
        return False
    by_pronoun = PERSON.search(sentence) and PRONOUN.search(asked)
    of_oneself = _SELF.search(sentence) and _OF_ONESELF.search(asked)
    by_a_word = _stems(MEANING.findall(sentence)) & _stems(MEANING.findall(asked))
    return bool(by_pronoun or of_oneself or by_a_word)


def _new(asked: str, sentence: str) -> list[str]:
    """The words of a sentence that a question has not: names and numbers behind the first, else all."""
    of, found = _stems(MEANING.findall(asked)), MEANING.findall(sentence)
    new = [word for word in found if not _stems([word]) <= of]
    return [word for word in new if not word.islower() and word != found[0]] or new


def _stems(found: Iterable[str]) -> set[str]:
    """The beginnings of the words that mean something."""
    return {word.lower()[:_STEM] for word in found if word.lower() not in SMALL}
