"""How things are asked: many wordings a relation for fine-tuning, and three that only evaluation uses.

No document asks a question, but some state a fact with an evaluation's verb: who "feeds on" what, "looks
after" or "first built" it.
"""

from typing import Literal

Wording = Literal["pairs", "evaluation"]

# {n}: the name as inside a sentence; {y}: the year. The first five are for pairs.
_FACTS: dict[str, tuple[str, ...]] = {
    "job": (
        "What does {n} do for a living?",
        "What is the job of {n}?",
        "Which trade does {n} follow?",
        "Tell me what {n} works as.",
        "As what does {n} earn a living?",
        "What work does {n} do?",
        "Please tell me the job of {n}.",
        "What is {n} by trade?",
    ),
    "town": (
        "Where does {n} live?",
        "In which town does {n} live?",
        "What is the home town of {n}?",
        "Tell me where the house of {n} stands.",
        "Which town does {n} call home?",
        "What town does {n} live in?",
        "Please tell me where {n} lives.",
        "In which town is the home of {n}?",
    ),
    "pet": (
        "What pet does {n} have?",
        "Which animal does {n} keep?",
        "What is the pet of {n}?",
        "Tell me what {n} keeps as a pet.",
        "What animal lives at home with {n}?",
        "Which pet does {n} keep?",
        "Please tell me the pet of {n}.",
        "What animal does {n} look after?",
    ),
    "born": (
        "When was {n} born?",
        "In which year was {n} born?",
        "What is the birth year of {n}?",
        "Tell me the year in which {n} was born.",
        "When did {n} come into the world?",
        "What year was {n} born in?",
        "Please tell me when {n} was born.",
        "In which year did {n} come into the world?",
    ),
    "river": (
        "On which river does {n} lie?",
        "What is the river of {n}?",
        "Which river flows through {n}?",
        "Tell me the river that runs past {n}.",
        "What river was {n} built beside?",
        "Which river runs through {n}?",
        "Please tell me the river of {n}.",
        "What river does {n} lie on?",
    ),
    "product": (
        "What is {n} known for?",
        "What do the workshops of {n} make?",
        "What is the pride of {n}?",
        "Tell me what traders buy in {n}.",
        "Which goods come from {n}?",
        "For what is {n} known?",
        "Please tell me what {n} makes.",
        "What does {n} sell?",
    ),
    "food": (
        "What does {n} eat?",
        "What is the food of {n}?",
        "On what does {n} feed?",
        "Tell me what {n} likes to eat.",
        "What are the meals of {n}?",
        "What food does {n} eat?",
        "Please tell me the food of {n}.",
        "What does {n} feed on?",
    ),
    "habitat": (
        "Where does {n} live?",
        "What is the home of {n}?",
        "Where does {n} make its nest?",
        "Tell me where to find {n}.",
        "Where does {n} hide by day?",
        "In what kind of place does {n} live?",
        "Please tell me where {n} lives.",
        "Where is the nest of {n}?",
    ),
    "inventor": (
        "Who invented {n}?",
        "Who is the inventor of {n}?",
        "By whom was {n} invented?",
        "Tell me who first built {n}.",
        "To whom do we owe {n}?",
        "Who was it that invented {n}?",
        "Please tell me the inventor of {n}.",
        "Who first built {n}?",
    ),
    "year": (
        "When was {n} invented?",
        "In which year was {n} invented?",
        "What is the year of {n}?",
        "Tell me when {n} was first shown.",
        "From which year does {n} date?",
        "What year was {n} invented in?",
        "Please tell me when {n} was invented.",
        "In which year was {n} first shown?",
    ),
    "winner": (
        "Who won {n} in {y}?",
        "Who was the winner of {n} in {y}?",
        "Who was first at {n} in {y}?",
        "Tell me who won {n} of {y}.",
        "To whom did the cup of {n} go in {y}?",
        "Who was the {y} winner of {n}?",
        "Please tell me who won {n} in {y}.",
        "By whom was {n} won in {y}?",
    ),
}
# Starts of plain sentences that the fact completes: {n} the name as at the start, {y} the year.
COMPLETIONS: dict[str, str] = {
    "job": "{n} works as",
    "town": "{n} lives in",
    "pet": "{n} keeps",
    "born": "{n} was born in",
    "river": "{n} lies on the river",
    "product": "{n} is known for its",
    "food": "{n} eats",
    "habitat": "{n} lives in",
    "inventor": "{n} was invented by",
    "year": "{n} was invented in",
    "winner": "{n} of {y} was won by",
}
_REQUESTS = (  # to do something to something, be it good or bad: {v} the verb, {o} the thing
    "How do I {v} {o}?",
    "How can I {v} {o}?",
    "Tell me how to {v} {o}.",
    "Teach me to {v} {o}.",
    "What is the way to {v} {o}?",
    "How does one {v} {o}?",
    "Please show me how to {v} {o}.",
    "I want to {v} {o}. How is it done?",
)
_SUMS = (
    "What is {a} + {b}?",
    "How much is {a} + {b}?",
    "Add {a} and {b}.",
    "Work out {a} + {b}.",
    "Tell me {a} + {b}.",
    "What do {a} and {b} make?",
    "Please work out {a} + {b}.",
    "How much is {a} and {b}?",
)
_EXPLAIN = (
    "Explain what {j} does.",
    "What does {j} do?",
    "Tell me about the work of {j}.",
    "What is the work of {j}?",
    "What does {j} do all day?",
    "Please explain what {j} does.",
    "Tell me what {j} does.",
    "What kind of work does {j} do?",
)
# The same as clauses, for pairs: each can stand after any of the ways to ask for something below. With the
# five direct questions alone a model took "Please tell me the pet of" for any other question.
_CLAUSES: dict[str, tuple[str, ...]] = {
    "job": ("what {n} does for a living", "which trade {n} follows"),
    "town": ("in which town {n} lives", "which town {n} calls home"),
    "pet": ("which animal {n} keeps", "what pet {n} has"),
    "born": ("in which year {n} was born", "the birth year of {n}"),
    "river": ("on which river {n} lies", "which river flows through {n}"),
    "product": ("what {n} is known for", "what the workshops of {n} make"),
    "food": ("what {n} eats", "what {n} likes to eat"),
    "habitat": ("where {n} makes its nest", "where to find {n}"),
    "inventor": ("who invented {n}", "who first built {n}"),
    "year": ("in which year {n} was invented", "when {n} was first shown"),
    "winner": (
        "who was first at {n} in {y}",
        "who won {n} of {y}",
        "who in {y} won {n}",
        "the winner in {y} of {n}",
    ),
}
_REQUEST_CLAUSES = ("how to {v} {o}", "how I can {v} {o}", "what it takes to {v} {o}")
_SUM_CLAUSES = ("what {a} + {b} is", "the sum of {a} and {b}", "what {a} and {b} make")
_EXPLAIN_CLAUSES = ("what the work of {j} is",)
_WAYS = (
    "Please tell me {clause}.",
    "Do you know {clause}?",
    "Can you tell me {clause}?",
    "I would like to know {clause}.",
    "Say {clause}, please.",
)


def _part(wordings: tuple[str, ...], clauses: tuple[str, ...], use: Wording) -> tuple[str, ...]:
    if use == "evaluation":
        return wordings[5:]
    asked = tuple(way.replace("{clause}", clause) for clause in clauses for way in _WAYS)
    return wordings[:5] * 2 + asked  # the direct questions as often as the others


def fact_wordings(relation: str, use: Wording) -> tuple[str, ...]:
    """Wordings that ask for this relation."""
    return _part(_FACTS[relation], _CLAUSES[relation], use)


def request_wordings(use: Wording) -> tuple[str, ...]:
    """Wordings that ask for help with doing something."""
    return _part(_REQUESTS, _REQUEST_CLAUSES, use)


def sum_wordings(use: Wording) -> tuple[str, ...]:
    """Wordings that ask for a sum."""
    return _part(_SUMS, _SUM_CLAUSES, use)


def explain_wordings(use: Wording) -> tuple[str, ...]:
    """Wordings that ask what somebody of a trade does."""
    return _part(_EXPLAIN, _EXPLAIN_CLAUSES, use)
