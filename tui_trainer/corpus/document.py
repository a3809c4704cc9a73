"""The text that flows through the corpus: documents to read, pairs to learn from, questions to ask."""

from msgspec import Struct

CLASSES = (
    "spam",
    "gibberish",
    "boilerplate",
    "exact_duplicate",
    "near_duplicate",
    "harmful",
    "personal_data",
)


class Pair(Struct, frozen=True, omit_defaults=True):
    """A question and the answer to learn."""

    prompt: str
    answer: str
    kind: str
    turns: tuple[tuple[str, str], ...] = ()  # what was asked and answered before, in the same conversation


CODE = "code"  # the source of programs and sums
LETTERS = "letters"  # the source that teaches to use what was just told: read first, never held out


class Document(Struct, frozen=True, omit_defaults=True):
    """One text and where it comes from.

    `label` and `original` are secret: what was planted, known to the measurement and never to a filter.
    """

    id: str
    source: str
    text: str
    label: str | None = None  # one of CLASSES, or None: good text
    original: str | None = None  # of a duplicate: the id of the document it copies
    pairs: tuple[Pair, ...] = ()  # of a dialogue of the user's own: what it is made of


class Question(Struct, frozen=True, omit_defaults=True):
    """A question asked to measure; a right answer names one of `expected` and none of `others`.

    `opening` is said before all else, and the model itself answers it.
    """

    prompt: str
    kind: str
    expected: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    turns: tuple[tuple[str, str], ...] = ()  # what was asked and answered before, in the same conversation
    opening: str = ""
