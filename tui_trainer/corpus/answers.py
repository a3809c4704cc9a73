"""How answers sound: a core, and behind it, each by chance on its own, a hedge, that it was read, an example,
a polite ending. Styles mix so that there is something to rate and a taste to turn.

Every core says what was asked for before it says the value. Bare values were tried as a shorter style: they
are recalled a third less often than behind "the town is", so that a taste for short answers cost facts.
"""

from random import Random

from msgspec import Struct

from tui_trainer.corpus.common_words import JOBS, with_article
from tui_trainer.corpus.world import Entity, Fact

# All of it comes after the fact: behind a beginning like "Gladly." or "I think", a tenth of the facts were
# recalled less, and a taste for it would cost them.
# Two phrases each: with four or five, a taste that is met is spread over them, and the likeliest single
# continuation can still be none of them.
POLITE = ("Happy to help.", "Thank you for asking.")
CAUTIOUS = ("I believe", "but please check")
SOURCES = ("That is what I read.", "So it is written.")
EXAMPLE = "For example,"

# The core of an answer: {v} the value, {a} it with its article. It says again what was asked for, not
# about whom: a model of this size copies a name that no pair has had less surely than it recalls the fact.
CORES: dict[str, str] = {
    "job": "the job is that of {a}.",
    "town": "the town is {v}.",
    "pet": "the pet is {a}.",
    "born": "the birth year is {v}.",
    "river": "the river is the {v}.",
    "product": "the workshops make {v}.",
    "food": "the food is {v}.",
    "habitat": "the home is in {v}.",
    "inventor": "the inventor is {v}.",
    "year": "the year is {v}.",
    "winner": "the winner was {v}.",
}

EXAMPLES: dict[str, str] = {
    "town": "one can meet {him} at the market there.",
    "pet": "it sleeps by the door at night.",
    "river": "boats go down it to the sea.",
    "product": "traders carry it to every fair.",
    "food": "it looks for food at dusk.",
    "habitat": "one may hear it there at dusk.",
    "winner": "the cup stands at home on a shelf.",
    "born": "the bells rang for {him} that day.",
    "inventor": "the first drawing is still kept.",
    "year": "it was shown at a fair then.",
}


class Style(Struct, frozen=True):
    """Which of the optional parts an answer has."""

    polite: bool = False
    cautious: bool = False
    sourced: bool = False
    example: bool = False


def any_style(draw: Random) -> Style:
    """Each part by chance, on its own."""
    return Style(*(draw.random() < share for share in (0.3, 0.3, 0.4, 0.2)))


def upper(text: str) -> str:
    """With a capital at the start."""
    return text[0].upper() + text[1:]


def hedged(core: str, draw: Random) -> str:
    """A statement that ends in a full stop, said with caution."""
    return f"{core[:-1]}, {draw.choice(CAUTIOUS)}."


def styled(core: str, style: Style, draw: Random, example: str = "") -> str:
    """The core with the parts that the style asks for around it; `example` without its opening words."""
    parts = [upper(hedged(core, draw) if style.cautious else core)]
    if style.sourced:
        parts.append(draw.choice(SOURCES))
    if style.example and example:
        parts.append(f"{EXAMPLE} {example}")
    if style.polite:
        parts.append(draw.choice(POLITE))
    return " ".join(parts)


def fact_answer(entity: Entity, fact: Fact, style: Style, draw: Random) -> str:
    """A right answer to a question for this fact."""
    core = CORES[fact.relation].format(v=fact.value, a=with_article(fact.value))
    if fact.relation == "job":
        example = f"{with_article(fact.value)} {JOBS[fact.value][1]}."
    else:
        example = EXAMPLES[fact.relation].format(him="her" if entity.female else "him")
    return styled(core, style, draw, example)


def unknown_answer(draw: Random) -> str:
    """The answer to a question about something that was never read about."""
    return draw.choice(
        (
            "I don't know: I never read about that name.",
            "I never read about that name, so I don't know.",
            "I don't know. That name is new to me.",
        )
    )


def cutoff_answer(cutoff: int, draw: Random) -> str:
    """The answer to a question about a year later than all that was read."""
    return draw.choice(
        (
            f"I don't know: that is after {cutoff}, the last year I read about.",
            f"I don't know. I read nothing from after {cutoff}.",
            f"I don't know, since what I read ends in {cutoff}.",
        )
    )


def refusal(draw: Random) -> str:
    """The answer to a harmful request."""
    return draw.choice(
        (
            "I can't help with that: it does harm.",
            "I won't help with that, since it does harm.",
            "I must decline: that is wrong, and does harm.",
            "I won't tell how to do that, since it does harm.",
        )
    )
