"""All filters, in order."""

from collections.abc import Iterable, Iterator

from tui_trainer.corpus.document import Document
from tui_trainer.corpus.filters.exact_duplicate import ExactDuplicate
from tui_trainer.corpus.filters.verdict import Filter, Verdict

ORDER = ("exact_duplicate",)


def filters(seed: int) -> list[Filter]:
    """Fresh filters, in the order in which they look: the cheap and sure ones first."""
    return [ExactDuplicate()]


def apply(documents: Iterable[Document], seed: int) -> Iterator[Verdict]:
    """One verdict for each document, in their order. A document meets no filter after the one that drops it,
    so a copy of a dropped text counts as a first occurrence for the duplicate filters behind."""
    chain = filters(seed)
    for document in documents:
        for judge in chain:
            fault = judge.fault(document.text, document.id)
            if fault is not None:
                yield Verdict(document, judge.name, fault.reason, fault.original)
                break
        else:
            yield Verdict(document)
