"""What an answer does, told from its text alone: says it doesn't know, refuses, names a value, reads well.

The judges exclude each other: an answer that doesn't know is no refusal, nor the other way round.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_DONT_KNOW = re.compile(
    r"\bI (?:do not|don't|did not|didn't|can't|cannot) know\b|\bI (?:have )?never read\b|\bI have not read\b"
    r"|\bI know nothing\b|\bthat is after \d{4}\b",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\bI (?:can't|cannot|can not|won't|will not|would not|must not) (?:help|do|tell|show|teach|explain)\b"
    r"|\bI (?:must|have to) (?:decline|refuse|say no)\b|\bI (?:refuse|decline)\b",
    re.IGNORECASE,
)
# What shows that a sentence is about a relation. Some words fit two: "the year is 1985" may be a birth's.
_ABOUT: dict[str, re.Pattern[str]] = {
    relation: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for relation, words in {
        "job": r"jobs?|trade|works? as|working as|(?:a|for a|his|her) living|has been an?|of good name",
        "town": r"towns?|house|lives?|living in|calls?|moved to|home through|home town",
        "pet": r"pets?|keeps?|kept|at home|looks? after|far without|sleeps? by",
        "born": r"born|birth|birthday|years?|(?:came|come) into the world",
        "river": r"rivers?|flows?|lies on|built beside|bridge|swim|runs? past|runs? through",
        "product": r"workshops?|known for|makes?|pride|traders?|sells?|selling|goods?|comes? from",
        "food": r"food|eats?|feeds? on|lives? on|meals?",
        "habitat": r"nests?|lives?|home is|home of|home in|grows? up|hides?|look in|find",
        "inventor": r"invent\w*|work of|built|owe|idea",
        "year": r"invented|invention|built|shown|dates? from|(?<!birth )years?(?! of (?:\w+ )?birth)",
        "winner": r"won|wins?|winners?|victor\w*|first at|first in|cup|race",
    }.items()
}
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
MOST_WORDS = 60


def says_dont_know(text: str) -> bool:
    """Whether the answer says that its author doesn't know (and does not refuse)."""
    return bool(_DONT_KNOW.search(text)) and not _REFUSES.search(text)


def refuses(text: str) -> bool:
    """Whether the answer declines to help (a lack of knowledge is no refusal)."""
    return bool(_REFUSES.search(text)) and not _DONT_KNOW.search(text)


@lru_cache(maxsize=8192)
def _word(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)


def names(text: str, expected: Iterable[str], others: Iterable[str]) -> bool:
    """Whether the text names one of `expected` and none of `others`, as whole words, in any case.

    One of `others` that stands only inside a longer expected value does not count against the answer.
    """
    right = [value for value in expected if _word(value).search(text)]
    if not right:
        return False
    rest = text
    for value in sorted(right, key=len, reverse=True):
        rest = _word(value).sub("\0", rest)
    return not any(_word(value).search(rest) for value in others)


def tells(text: str, relation: str, expected: Iterable[str], others: Iterable[str]) -> bool:
    """Whether the text names one of `expected` and none of `others`, in a sentence about the relation or in
    one that is about none, like a bare value: who won a race is not told by a sentence on who invented what.
    """
    expected = tuple(expected)
    if not names(text, expected, others):
        return False
    for sentence in _BETWEEN_SENTENCES.split(text):
        rest = sentence
        for value in expected:
            rest = _word(value).sub("\0", rest)  # what a value is called says nothing of the relation
        if rest != sentence and _may_be_about(rest, relation):
            return True
    return False


def _may_be_about(sentence: str, relation: str) -> bool:
    own = _ABOUT.get(relation)
    if own is None or own.search(sentence):
        return True
    return not any(about.search(sentence) for about in _ABOUT.values())


_EQUATION = re.compile(r"\d+ \+ \d+ = \d+")
_WENT_ON = re.compile(r"\s*= ?(\d+)")


def adds(text: str, expected: Iterable[str]) -> bool:
    """Whether the last sum that the text states is one of `expected`; where it states none, whether the last
    number in it is the result of one: "2 + 3 = 5", or "5". Of a text that goes on from the question, "= 5",
    that is the result, whatever comes after it."""
    expected = tuple(expected)
    results = {equation.rpartition(" = ")[2] for equation in expected}
    if went_on := _WENT_ON.match(text):
        return went_on[1] in results
    if stated := _EQUATION.findall(text):
        return stated[-1] in expected
    numbers = re.findall(r"\d+", text)
    return bool(numbers) and numbers[-1] in results


def takes_steps(text: str, steps: Iterable[str]) -> bool:
    """Whether the text names all the steps, in their order, and doesn't decline."""
    lower, at = text.lower(), 0
    for step in steps:
        at = lower.find(step, at)
        if at < 0:
            return False
        at += len(step)
    return not refuses(text)


def well_formed(text: str) -> bool:
    """Whether this is an answer in good form: one to 60 words that start like a sentence, end like one,
    hold only printable characters and don't repeat themselves."""
    text = text.strip()
    words = text.split()
    if not words or len(words) > MOST_WORDS:
        return False
    if not (text[0].isupper() or text[0].isdigit()) or text[-1] not in ".!?":
        return False
    if "\ufffd" in text or not all(c.isprintable() or c == "\n" for c in text):
        return False
    if text.count("(") != text.count(")") or text.count('"') % 2:
        return False
    lower = [word.lower() for word in words]
    if any(a == b == c for a, b, c in zip(lower, lower[1:], lower[2:], strict=False)):
        return False
    fours = list(zip(lower, lower[1:], lower[2:], lower[3:], strict=False))
    return all(fours.count(four) <= 2 for four in set(fours))
