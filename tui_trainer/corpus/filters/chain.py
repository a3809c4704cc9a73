"""All filters, in order."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from tui_trainer.corpus.document import Document
from tui_trainer.corpus.filters.boilerplate import Boilerplate
from tui_trainer.corpus.filters.exact_duplicate import ExactDuplicate
from tui_trainer.corpus.filters.gibberish import Gibberish
from tui_trainer.corpus.filters.harmful import Harmful
from tui_trainer.corpus.filters.near_dialogue import NearDialogue
from tui_trainer.corpus.filters.near_duplicate import NearDuplicate
from tui_trainer.corpus.filters.personal_data import PersonalData
from tui_trainer.corpus.filters.spam import Spam
from tui_trainer.corpus.filters.verdict import Filter, Verdict
from tui_trainer.corpus.planted import reference_documents

ORDER = (
    "exact_duplicate",
    "gibberish",
    "boilerplate",
    "spam",
    "harmful",
    "personal_data",
    "near_duplicate",
)
COPIES = ("exact_duplicate", "near_duplicate")
LETTERS_FROM = 400  # good texts are plenty to learn letter statistics from


def filters(seed: int) -> list[Filter]:
    """Fresh filters, in the order of `ORDER`: the cheap and sure ones first, and copies of junk as junk."""
    gibberish, spam = _learnt(seed)
    return [ExactDuplicate(), gibberish, Boilerplate(), spam, Harmful(), PersonalData(), NearDuplicate(seed)]


@lru_cache(maxsize=1)
def _learnt(seed: int) -> tuple[Gibberish, Spam]:
    """The filters that learn: from labelled documents of another world, made for this alone.

    They remember no text that they judge, so one of each serves every chain.
    """
    examples = [d for d in reference_documents(seed) if d.label not in COPIES]
    good = [d.text for d in examples if d.label is None]
    return (
        Gibberish(good[:LETTERS_FROM]),
        Spam([d.text for d in examples], [d.label for d in examples]),
    )


def apply(documents: Iterable[Document], seed: int) -> Iterator[Verdict]:
    """One verdict for each document, in their order. A document meets no filter after the one that drops it,
    so a copy of a dropped text counts as a first occurrence for the duplicate filters behind."""
    chain, dialogues = filters(seed), NearDialogue()
    for document in documents:
        for judge in chain:
            if document.pairs and judge.name == dialogues.name:
                fault = dialogues.fault(document.pairs, document.id)
            else:
                fault = judge.fault(document.text, document.id)
            if fault is not None:
                yield Verdict(document, judge.name, fault.reason, fault.original)
                break
        else:
            yield Verdict(document)
