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

from tui_trainer.corpus.common_words import words as listed

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

# What is looked for in an answer, by the measure that it counts for.
PHRASES: dict[str, tuple[str, ...]] = {
    "polite": listed(
        "please, thank you, thanks, of course, certainly, gladly, happy to help, happy to, glad to, glad "
        "you, my pleasure, with pleasure, good question, great question, nice question, kind of you, good "
        "day, you are welcome, you're welcome, welcome, hope that helps, hope this helps, i hope, dear, "
        "kindly, i beg, pray",
        ", ",
    ),
    "careful": listed(
        "i think, i believe, as far as i know, as far as i can tell, if i remember, if i am not mistaken, "
        "to my knowledge, perhaps, maybe, probably, possibly, it seems, seems, might, may be, could be, "
        "not sure, not certain, i may be wrong, i could be wrong, please check, worth checking, likely, "
        "methinks",
        ", ",
    ),
    "example": listed(
        "for example, for instance, such as, as an example, an example, e.g, to give one case, imagine",
        ", ",
    ),
    "kind": listed(
        "sorry, that is hard, it hurts, no shame, you did, i understand, take heart, do not worry, don't "
        "worry, with you, alas",
        ", ",
    ),
    "listing": listed(
        "two things, three things, four things, several things, the following, firstly, secondly, here is "
        "a list",
        ", ",
    ),
}

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")


def _any(phrases: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "happy to help" is one phrase and not also "happy to".
    ordered = sorted(phrases, key=lambda p: (-len(p), p))
    return re.compile(r"\b(?:" + "|".join(re.escape(p) for p in ordered) + r")\b")


_PATTERNS = {measure: _any(found) for measure, found in PHRASES.items()}


def words(text: str) -> list[str]:
    """The words and numbers of a text, in lower case."""
    return WORD.findall(text.lower())


def phrases(measure: str, text: str) -> list[str]:
    """The phrases of a measure in a text, in order, repetitions included."""
    plain = " ".join(text.lower().replace("’", "'").split())
    if measure == "polite":  # a "please check" is care, not courtesy
        plain = _PATTERNS["careful"].sub(";", plain)
    return _PATTERNS[measure].findall(plain)


def features(answer: str) -> NDArray[np.float64]:
    """The numbers of one answer, (9,) float64, in the order of `NAMES`; always finite."""
    found = words(answer)
    count = len(found)
    return np.array(
        [
            np.log1p(count),
            np.log1p(len(phrases("polite", answer))),
            np.log1p(len(phrases("careful", answer))),
            np.log1p(len(phrases("example", answer))),
            np.log1p(answer.count("!")),
            np.log1p(len(phrases("kind", answer))),
            np.log1p(len(phrases("listing", answer))),
            sum(map(len, found)) / count if count else 0.0,
            len(set(found)) / count if count else 1.0,
        ]
    )
