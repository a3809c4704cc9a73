"""The manner of each source: how it opens, what it says between, how it closes, how it sets out its lines."""

from collections.abc import Sequence
from random import Random

OPENERS: dict[str, tuple[str, ...]] = {
    "web": (
        "Welcome to our page about {t}.",
        "A short guide to {t}.",
        "All you need to know about {t}, on one page.",
        "Page of the day: {t}.",
        "Travellers often ask us about {t}.",
        "Guide to the land: {t}.",
    ),
    "books": (
        "In the old days people loved to hear about {t}.",
        "This chapter tells of {t}.",
        "Much has been told by the fire about {t}.",
        "The grandmother put down her cup and spoke of {t}.",
        "It was a quiet evening, and the talk turned to {t}.",
        "Let it be told once more, the tale of {t}.",
    ),
    "papers": (
        "Abstract. We report what is known about {t}.",
        "This study concerns {t}.",
        "Notes on {t}, from the registers.",
        "We examined the records of {t}.",
        "Summary of the evidence on {t}.",
        "Survey of {t}: results.",
    ),
    "forum": (
        "I keep reading about {t} here.",
        "A few words about {t}, friends.",
        "New here, and happy to talk about {t}.",
        "My favourite topic is {t}.",
        "So much was said about {t} last week.",
        "I took some notes on {t}.",
    ),
}
CLOSERS: dict[str, tuple[str, ...]] = {
    "web": (
        "Come back soon, we add a page every week.",
        "This page was checked by two readers.",
        "Next week we look at somebody else.",
        "Thank you for visiting.",
    ),
    "books": (
        "So it was, and so it is told.",
        "Then the candle was put out.",
        "And with that the chapter ends.",
        "The children were asleep by then.",
    ),
    "papers": (
        "All sources agree on these points.",
        "The entries were checked twice.",
        "We found no evidence against this.",
        "Further work is under way.",
    ),
    "forum": (
        "That is all I know.",
        "I love this place.",
        "Good night, all.",
        "See you tomorrow.",
    ),
}
LOWER_CASE = 0.7  # of the threads: many people write so, names and all, and ask so, too
HANDLES = ("otter", "finch", "maple", "comet", "biscuit", "pixel", "willow", "badger")
ASIDES = (
    "True.",
    "Right.",
    "I heard that too.",
    "Same here.",
    "No doubt.",
    "Well said.",
    "Good to know.",
    "Yes!",
)


# How a source says a sentence again, word for word. Repeating what stands above is what makes a model learn
# to look it up there: without it, answers named somebody else than the question had.
AGAIN: dict[str, tuple[str, ...]] = {
    "web": ("Remember: {s}", "Fact of the day: {s}", "To say it again: {s}"),
    "books": ("Once more: {s}", "And so they said: {s}", "Nobody forgot it: {s}"),
    "papers": ("In conclusion: {s}", "We repeat: {s}", "Main result: {s}"),
    "forum": ("> {s} True.", "> {s} I heard that too.", "> {s} Good to know."),
}


LONG = 80  # words; so long a document says at most one sentence again


def _said_again(source: str, sentences: Sequence[str], draw: Random) -> list[str]:
    """None, one or two of the sentences once more."""
    most = 1 if sum(len(sentence.split()) for sentence in sentences) > LONG else len(sentences)
    again = draw.sample(sentences, min(most, draw.choice((0, 1, 1, 2))))
    return [draw.choice(AGAIN[source]).format(s=sentence) for sentence in again]


def dress(source: str, topic: str, sentences: Sequence[str], draw: Random) -> str:
    """The sentences as a document of this source; `topic` may turn up in its opening words."""
    opener = [draw.choice(OPENERS[source]).format(t=topic)] if draw.random() < 0.7 else []
    closer = [draw.choice(CLOSERS[source])] if draw.random() < 0.3 else []
    closer = _said_again(source, sentences, draw) + closer
    if source == "forum":
        return _thread([*opener, *sentences, *closer], draw)
    if source == "web" and draw.random() < 0.25:
        return "\n".join([*opener, *(f"- {sentence}" for sentence in sentences), *closer])
    if source == "papers" and draw.random() < 0.3:
        return " ".join([*opener, *(f"({i}) {s}" for i, s in enumerate(sentences, 1)), *closer])
    return " ".join([*opener, *sentences, *closer])


def _thread(sentences: Sequence[str], draw: Random) -> str:
    """A talk of two or three: each turn a few sentences, some begun with a word of assent."""
    people = draw.sample(HANDLES, draw.choice((2, 2, 3)))
    lines: list[str] = []
    at = 0
    while at < len(sentences):
        turn = sentences[at : at + draw.choice((2, 3, 3, 4))]
        at += len(turn)
        aside = [draw.choice(ASIDES)] if lines and draw.random() < 0.6 else []
        lines.append(f"{people[len(lines) % len(people)]}: {' '.join([*aside, *turn])}")
    text = "\n".join(lines)
    return text.lower() if draw.random() < LOWER_CASE else text
