"""What can be measured about an answer by reading it: nine numbers with names a person can check.

Two dozen picks cannot train a head on hidden states, but they can weigh a few named features; so the
reward model sees an answer through these, and the screen can say in words what it learnt. They read the text
alone, so they hold for answers in a chat and for continuations of any text.

Counts enter as ln(1 + count): the second "please" says less than the first, but more is always more. That the
proxy can be overdone is wanted: it is how a reward model is gamed, and what the leash is for.
"""

import re

import numpy as np
from numpy.typing import NDArray

NAMES: tuple[str, ...] = (
    "length",  # ln(1 + words)
    "polite words",  # ln(1 + count)
    "careful words",  # ln(1 + count)
    "examples",  # ln(1 + count)
    "exclamations",  # ln(1 + count)
    "kind words",  # ln(1 + count)
    "lists",  # ln(1 + count)
    "word length",  # letters a word, mean
    "variety",  # distinct words / words
)

POLITE: tuple[str, ...] = (
    "please",
    "thank you",
    "thanks",
    "of course",
    "certainly",
    "gladly",
    "happy to help",
    "happy to",
    "glad to",
    "glad you",
    "my pleasure",
    "with pleasure",
    "good question",
    "great question",
    "nice question",
    "kind of you",
    "good day",
    "you are welcome",
    "you're welcome",
    "welcome",
    "hope that helps",
    "hope this helps",
    "i hope",
    "dear",
    "kindly",
    "i beg",
    "pray",
)
CAREFUL: tuple[str, ...] = (
    "i think",
    "i believe",
    "as far as i know",
    "as far as i can tell",
    "if i remember",
    "if i am not mistaken",
    "to my knowledge",
    "perhaps",
    "maybe",
    "probably",
    "possibly",
    "it seems",
    "seems",
    "might",
    "may be",
    "could be",
    "not sure",
    "not certain",
    "i may be wrong",
    "i could be wrong",
    "please check",
    "worth checking",
    "likely",
    "methinks",
)
EXAMPLE: tuple[str, ...] = (
    "for example",
    "for instance",
    "such as",
    "as an example",
    "an example",
    "e.g",
    "to give one case",
    "imagine",
)

KIND: tuple[str, ...] = (
    "sorry",
    "that is hard",
    "it hurts",
    "no shame",
    "you did",
    "i understand",
    "take heart",
    "do not worry",
    "don't worry",
    "with you",
    "alas",
)
LIST: tuple[str, ...] = (
    "two things",
    "three things",
    "four things",
    "several things",
    "the following",
    "firstly",
    "secondly",
    "here is a list",
)

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")


def _any(phrases: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "happy to help" is one phrase and not also "happy to".
    ordered = sorted(phrases, key=lambda p: (-len(p), p))
    return re.compile(r"\b(?:" + "|".join(re.escape(p) for p in ordered) + r")\b")


_POLITE, _CAREFUL, _EXAMPLE = _any(POLITE), _any(CAREFUL), _any(EXAMPLE)
_KIND, _LIST = _any(KIND), _any(LIST)


def words(text: str) -> list[str]:
    """The words and numbers of a text, in lower case."""
    return WORD.findall(text.lower())


def polite_phrases(text: str) -> list[str]:
    """The polite phrases in a text, in order; a "please check" is care, not courtesy."""
    return _POLITE.findall(_CAREFUL.sub(";", _plain(text)))


def careful_phrases(text: str) -> list[str]:
    """The phrases in a text that leave room for doubt, in order, repetitions included."""
    return _CAREFUL.findall(_plain(text))


def example_phrases(text: str) -> list[str]:
    """The phrases in a text that bring an example, in order, repetitions included."""
    return _EXAMPLE.findall(_plain(text))


def kind_phrases(text: str) -> list[str]:
    """The phrases in a text that feel with its reader, in order, repetitions included."""
    return _KIND.findall(_plain(text))


def list_phrases(text: str) -> list[str]:
    """The phrases in a text that begin a list, in order, repetitions included."""
    return _LIST.findall(_plain(text))


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())


def features(prompt: str, answer: str) -> NDArray[np.float64]:
    """The numbers of one answer, (9,) float64, in the order of `NAMES`; always finite.

    The prompt is part of the signature, and of none of today's features.
    """
    del prompt
    found = words(answer)
    count = len(found)
    return np.array(
        [
            np.log1p(count),
            np.log1p(len(polite_phrases(answer))),
            np.log1p(len(careful_phrases(answer))),
            np.log1p(len(example_phrases(answer))),
            np.log1p(answer.count("!")),
            np.log1p(len(kind_phrases(answer))),
            np.log1p(len(list_phrases(answer))),
            sum(map(len, found)) / count if count else 0.0,
            len(set(found)) / count if count else 1.0,
        ]
    )
