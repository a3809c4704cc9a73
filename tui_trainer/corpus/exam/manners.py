"""How people put things to a model, for pairs: frames for each relation, and manners over any of them.

What is asked for and how it is asked are drawn independently, so that no manner stands for a relation. The
exam's wordings are others: `wordings.py` keeps those of the generator, an outsider's stand in their own file.
"""

import re
from collections.abc import Sequence
from random import Random

from tui_trainer.corpus.exam.wordings import fact_wordings
from tui_trainer.corpus.world import Entity
from tui_trainer.corpus.writing.sentences import subject_words

# Nouns for what is asked, the commonest first.
_NOUNS: dict[str, tuple[str, ...]] = {
    "job": ("trade", "occupation", "profession", "line of work", "job"),
    "town": ("home", "town", "home town", "place to live"),
    "pet": ("pet", "animal at home", "pet animal"),
    "born": ("birth year", "year of birth"),
    "river": ("river", "water"),
    "product": ("pride", "goods", "product", "main product"),
    "food": ("food", "diet", "favourite food", "meal"),
    "habitat": ("habitat", "home", "nesting place", "usual place"),
    "inventor": ("inventor", "maker"),
    "year": ("invention year", "date", "first year", "date of origin"),
    "winner": ("winner", "champion", "victor"),
}
# {p}: whose it is ("Mara Velden's", "her"); {x}: the noun.
_WHOSE = (
    "What is {p} {x}?",
    "What's {p} {x}?",
    "And {p} {x}?",
    "So what is {p} {x}?",
    "{p} {x}, what is it?",
    "Name {p} {x}.",
    "Give me {p} {x}.",
    "What about {p} {x}?",
    "Remind me of {p} {x}.",
    "I forgot {p} {x}. What was it?",
    "Any idea what {p} {x} is?",
    "Do you happen to know {p} {x}?",
    "Let me know {p} {x}.",
    "need {p} {x}",
    "looking for {p} {x}",
    "say {p} {x}",
)
# {s}: the name, which no pronoun can stand for here.
_OF_WHOM = (
    "The {x} of {s}?",
    "The {x} of {s}, please.",
    "Which {x} is {p}?",
)
# The name and a noun, by those who type no more; the nouns are such as stand alone in no exam.
_BARE = ("{s}, {x}?", "{s}: {x}", "{s} {x}", "{s} {x}?")
_BARE_NOUNS: dict[str, tuple[str, ...]] = {
    "job": ("trade", "line of work"),
    "town": ("home", "home town", "place to live"),
    "pet": ("animal at home", "pet animal"),
    "born": ("year of birth",),
    "river": ("river name",),
    "product": ("pride", "goods", "product", "main product"),
    "food": ("favourite food", "meal"),
    "habitat": ("home", "nesting place", "usual place"),
    "inventor": ("maker", "first maker"),
    "year": _NOUNS["year"],
}
BARE = 0.15  # of the questions
# {s}: the name or she, he, it.
_FRAMES: dict[str, tuple[str, ...]] = {
    "job": (
        "What sort of work does {s} do?",
        "How does {s} make money?",
        "How does {s} earn a living?",
        "Is {s} working, and as what?",
        "Working as what, {s}?",
        "What did {s} become?",
        "What is it that {s} does every day?",
    ),
    "town": (
        "Where is {p} home?",
        "Where is {p} house?",
        "Where could I visit {s}?",
        "Where has {s} settled?",
        "Living where, {s}?",
        "In what place does {s} live?",
        "To which town should I send a letter for {s}?",
    ),
    "pet": (
        "What animal does {s} own?",
        "Does {s} have an animal, and which?",
        "What kind of pet is {p}?",
        "Which animal is at home with {s}?",
        "What does {s} keep at home?",
    ),
    "born": (
        "Which year saw the birth of {s}?",
        "Since when is {s} alive?",
        "How long ago was {s} born? The year, I mean.",
        "The year {s} was born in?",
        "Born in which year, {s}?",
    ),
    "river": (
        "By which river is {s}?",
        "What water runs by {s}?",
        "What is the name of the river at {s}?",
        "Which river would I cross in {s}?",
        "A river flows by {s}. Which one?",
    ),
    "product": (
        "What do they make in {s}?",
        "What is made in {s}?",
        "What should I buy in {s}?",
        "What does one get in {s}?",
        "Why do traders come to {s}?",
        "What is {s} famous for?",
    ),
    "food": (
        "What do I feed {s}?",
        "What does {s} live on?",
        "What is eaten by {s}?",
        "What should one give {s} to eat?",
        "Eating what, {s}?",
        "What would {s} have for dinner?",
    ),
    "habitat": (
        "Where would I see {s}?",
        "Where do I look for {s}?",
        "In which surroundings does {s} live?",
        "Where does {s} sleep?",
        "Where can one meet {s}?",
        "Living where, {s}?",
    ),
    "inventor": (
        "Who made {s} first?",
        "Who is behind {s}?",
        "Who thought of {s} first?",
        "Which person gave us {s}?",
        "Invented by whom, {s}?",
    ),
    "year": (
        "How old is {s}? I mean the year.",
        "Since which year is there {s}?",
        "When did {s} first come up?",
        "When was {s} made for the first time?",
        "Which year gave us {s}?",
    ),
    "winner": (
        "Who came first in {s} in {y}?",
        "Who got the cup of {s} in {y}?",
        "{y}, {s}: who came first?",
        "In {y}, who was the winner of {s}?",
        "Who took {s} in {y}?",
        "Which person won {s} in {y}?",
        "{s} {y}: the winner?",
        "{s} in {y}, who stood on top?",
        "The winner of {s} in {y}, please.",
    ),
}
_GREETINGS = (
    "Hi. ",
    "Hi! ",
    "Hello, ",
    "Hey, ",
    "Good day. ",
    "Quick question: ",
    "Tell me, ",
    "Um, ",
    "OK, ",
)
_PLEAS = (" Thanks!", " Thanks.", " Please.", " Thank you.", " I need to know.", " Do you know?")


def asked(entity: Entity, relation: str, year: int | None, draw: Random, pronoun: bool = False) -> str:
    """A question for a relation of an entity, in any frame and manner.

    Args:
        pronoun: it stands for the name, which an earlier turn has said.
    """
    name, whose = subject_words(entity, "pronoun" if pronoun else "name")
    kind = draw.random()
    frames: Sequence[str]
    nouns = _NOUNS[relation]
    if relation in _BARE_NOUNS and not pronoun and draw.random() < BARE:
        frames, nouns = _BARE, _BARE_NOUNS[relation]
    elif relation == "winner" or kind < 0.35:
        frames = [f for f in _FRAMES[relation] if not pronoun or _takes_pronoun(f, entity)]
    elif kind < 0.6 and not pronoun:
        frames = fact_wordings(relation, "pairs")
    else:
        frames = _WHOSE if pronoun else _WHOSE + _OF_WHOM
    text = draw.choice(frames).format(n=name, s=name, p=whose, x=draw.choice(nouns), y=year)
    return in_a_manner(text[0].upper() + text[1:], entity.name, draw)


def _takes_pronoun(frame: str, entity: Entity) -> bool:
    """Whether she or he may stand where the frame has the name: only as the subject (it stands anywhere)."""
    return (
        entity.kind != "person"
        or re.search(r"\b(does|did|is|has|was) \{s\}|\{s\} was|\{p\}", frame) is not None
    )


def in_a_manner(text: str, name: str, draw: Random) -> str:
    """The text as one or another types it: politely, hastily, without capitals or marks, with a slip.

    Args:
        name: is spared by slips.
    """
    if draw.random() < 0.12:
        text = draw.choice(_GREETINGS) + text
    if draw.random() < 0.08:
        text += draw.choice(_PLEAS)
    if draw.random() < 0.1:
        text = _slip(text, name, draw)
    lower = draw.random() < 0.35
    if lower:
        text = text.lower()
    if draw.random() < (0.6 if lower else 0.12):
        text = text.rstrip("?.!")
    return text


def _slip(text: str, name: str, draw: Random) -> str:
    """A letter twice; or, in a longer word, two neighbors the wrong way round."""
    spared = set(re.findall(r"\w+", name.lower()))
    words = [m for m in re.finditer(r"[A-Za-z]{4,}", text) if m.group().lower() not in spared]
    if not words:
        return text
    word = draw.choice(words)
    at = draw.randrange(word.start() + 1, word.end() - 1)
    turned = len(word.group()) > 5 and draw.random() < 0.5
    return text[:at] + (text[at + 1] + text[at] + text[at + 2 :] if turned else text[at] + text[at:])
