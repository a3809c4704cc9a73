"""How answers sound: a core that is short or full, and around it, each by chance on its own, a polite
opening, a cautious hedge, an example. Styles mix so that there is something to rate and a taste to turn."""

from random import Random

from msgspec import Struct

from tui_trainer.corpus.common_words import JOBS, with_article
from tui_trainer.corpus.world import Entity, Fact

POLITE = (
    "Of course!",
    "Gladly.",
    "Thank you for asking.",
    "With pleasure.",
    "Good question!",
    "Happy to help.",
)
POLITE_WITHOUT_ANSWER = ("Thank you for asking.", "Good question!")
CAUTIOUS_BEFORE = ("I believe", "I think", "As far as I know,")
CAUTIOUS_AFTER = ("but please check", "if I am not mistaken", "though I may be wrong")
EXAMPLE = "For example,"

# The full core of an answer: {v} the value, {a} it with its article. It says again what was asked for, not
# about whom: a model of this size copies a name that no pair has had less surely than it recalls the fact.
CORES: dict[str, str] = {
    "job": "The job is that of {a}.",
    "town": "The town is {v}.",
    "pet": "The pet is {a}.",
    "born": "The birth year is {v}.",
    "river": "The river is the {v}.",
    "product": "The workshops make {v}.",
    "food": "The food is {v}.",
    "habitat": "The home is in {v}.",
    "inventor": "The inventor is {v}.",
    "year": "The year is {v}.",
    "winner": "The winner was {v}.",
}
SHORT: dict[str, str] = {"job": "{a}", "pet": "{a}", "habitat": "in {v}", "river": "the {v}"}

EXAMPLES: dict[str, str] = {
    "town": "one can meet {him} at the market there.",
    "pet": "it sleeps by the door at night.",
    "river": "boats go down it to the sea.",
    "product": "traders carry it to every fair.",
    "food": "it looks for food at dusk.",
    "habitat": "one may hear it there at dusk.",
    "winner": "the cup stands at home on a shelf.",
}


class Style(Struct, frozen=True):
    """Which of the optional parts an answer has."""

    full: bool
    polite: bool
    cautious: bool
    example: bool


def any_style(draw: Random) -> Style:
    """Each part by chance, on its own."""
    return Style(*(draw.random() < share for share in (0.65, 0.4, 0.4, 0.4)))


def upper(text: str) -> str:
    """With a capital at the start."""
    return text[0].upper() + text[1:]


def hedged(core: str, draw: Random) -> str:
    """A statement (no capital needed at its start, a full stop at its end), said with caution."""
    if draw.random() < 0.5:
        return f"{draw.choice(CAUTIOUS_BEFORE)} {core}"
    return f"{core[:-1]}, {draw.choice(CAUTIOUS_AFTER)}."


def styled(core: str, style: Style, draw: Random, example: str = "") -> str:
    """The core with the parts that the style asks for around it; `example` without its opening words."""
    parts = [draw.choice(POLITE)] if style.polite else []
    parts.append(upper(hedged(core, draw) if style.cautious else core))
    if style.example and example:
        parts.append(f"{EXAMPLE} {example}")
    return " ".join(parts)


def fact_answer(entity: Entity, fact: Fact, style: Style, draw: Random) -> str:
    """A right answer to a question for this fact."""
    core = CORES[fact.relation] if style.full else SHORT.get(fact.relation, "{v}") + "."
    core = core.format(v=fact.value, a=with_article(fact.value))
    if fact.relation == "job":
        example = f"{with_article(fact.value)} {JOBS[fact.value][1]}."
    else:
        example = EXAMPLES.get(fact.relation, "").format(him="her" if entity.female else "him")
    return styled(core, style, draw, example)


def unknown_answer(style: Style, draw: Random) -> str:
    """The answer to a question about something that was never read about."""
    core = draw.choice(
        (
            "I don't know: I never read about that name.",
            "I never read about that name, so I don't know.",
            "I don't know. That name is new to me.",
        )
    )
    return f"{draw.choice(POLITE_WITHOUT_ANSWER)} {core}" if style.polite else core


def cutoff_answer(cutoff: int, style: Style, draw: Random) -> str:
    """The answer to a question about a year later than all that was read."""
    core = draw.choice(
        (
            f"I don't know: that is after {cutoff}, the last year I read about.",
            f"I don't know. I read nothing from after {cutoff}.",
            f"I don't know, since what I read ends in {cutoff}.",
        )
    )
    return f"{draw.choice(POLITE_WITHOUT_ANSWER)} {core}" if style.polite else core


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
