"""How answers sound: a core, and around it, each by chance on its own, a hedge, that it was read, an example,
politeness, more words than are needed. Styles mix so that there is something to rate and a taste to turn.
Each is a manner, not a phrase: several ways, within the sentence of the fact and behind it, so that an answer
that is turned to one is another answer.

Every core begins with what was asked for, before it says the value. Of a tuned model's held-out facts .97
were recalled behind "The town", .96 behind "The town that you ask about", but .71 behind "Town:" and .89
behind "The town:"; so nothing is shorter than the core. A beginning cost them too: .75 to .79 behind
"Gladly.", "Of course." or "I think", where the model by itself recalled .90, for what is asked for is chosen
worse there ("Gladly. The town": .93 once more). So a manner stands behind what it names.
"""

import re
from random import Random

from msgspec import Struct

from tui_trainer.corpus.common_words import JOBS, upper, with_article
from tui_trainer.corpus.world import Entity, Fact

# Between commas, behind what was asked for; or behind all. Who is polite says one of them: of two, a rater
# likes the second no better, and a taste showed in fewer pairs.
POLITE_WITHIN = ("gladly told", "with pleasure", "as you kindly ask", "glad to say")
POLITE_LAST = ("Happy to help.", "Thank you for asking.", "You are welcome.", "I hope that helps.")
# An answer that is cautious has one: within its sentence, or at its end.
CAUTIOUS_WITHIN = ("as far as I know", "I think", "it seems", "to my knowledge")
CAUTIOUS_LAST = ("I believe", "but please check", "if I remember right", "though I may be wrong")
# Likewise one that says where it is from; at the end, in a sentence of its own.
SOURCED_WITHIN = ("so I read", "as it is written", "as the pages say")
SOURCED_LAST = ("That is what I read.", "So it is written.", "The pages say so.")
EXAMPLE = (
    "For example,",
    "For instance,",
    "As an example,",
    "To give one case,",
    "Imagine it:",
    "Just imagine:",
)

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

# In more words: they go before the verb.
WORDY = ("that you ask about", "you want to know of", "that I can tell you of")
VERB = re.compile(r"(?<=^the )([a-z ]+?)(?= (?:is|was|make) )")

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


LONGEST = 30  # words


class Style(Struct, frozen=True):
    """Which of the optional parts an answer has."""

    polite: bool = False
    cautious: bool = False
    sourced: bool = False
    example: bool = False
    wordy: bool = False


def any_style(draw: Random) -> Style:
    """Each part by chance, on its own."""
    return Style(*(draw.random() < share for share in (0.35, 0.3, 0.35, 0.2, 0.25)))


def styled(core: str, style: Style, draw: Random, example: str = "") -> str:
    """The core with the parts that the style asks for in it and behind it.

    Args:
        core: a statement that ends in a full stop; one of `CORES` takes parts between its words.
        example: one, without its opening words; "" where there is none.
    """
    manners = {
        "polite": (style.polite, POLITE_WITHIN),
        "cautious": (style.cautious, CAUTIOUS_WITHIN),
        "sourced": (style.sourced, SOURCED_WITHIN),
    }
    wanted = [name for name, (asked, _) in manners.items() if asked]
    within = ""
    if VERB.search(core) and wanted and draw.random() < 0.6:
        within = draw.choice(wanted)
        core = VERB.sub(rf"\1, {draw.choice(manners[within][1])},", core, count=1)
    elif style.wordy and not style.example:  # long enough as it is
        core = VERB.sub(rf"\1 {draw.choice(WORDY)}", core, count=1)
    if style.cautious and within != "cautious":
        core = f"{core[:-1]}, {draw.choice(CAUTIOUS_LAST)}."
    behind = list[str]()
    if style.sourced and within != "sourced":
        behind.append(draw.choice(SOURCED_LAST))
    if style.example and example:
        behind.append(f"{draw.choice(EXAMPLE)} {example}")
    if style.polite and within != "polite":
        behind.append(draw.choice(POLITE_LAST))
    while len(" ".join([core, *behind]).split()) > LONGEST and len(behind) > 1:
        behind.pop(0)
    return " ".join([upper(core), *behind])


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
