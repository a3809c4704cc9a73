"""The data stage in figures: what was read, what each filter dropped, and how right it was to."""

from collections.abc import Collection, Iterator, Sequence

from tui_trainer.corpus.document import CLASSES, Document
from tui_trainer.corpus.filters.chain import public_spam, unplanted_harm
from tui_trainer.corpus.filters.verdict import Verdict
from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.messages.events import FilterApplied, Measured, SourceRead
from tui_trainer.settings import FILTERS

EXAMPLE = 200  # characters


def source_events(documents: Sequence[Document]) -> Iterator[SourceRead]:
    """One event a source, by name."""
    for source in sorted({d.source for d in documents}):
        texts = [d.text for d in documents if d.source == source]
        yield SourceRead(source, len(texts), sum(_bytes(text) for text in texts))


def filter_events(verdicts: Sequence[Verdict], off: Collection[str] = ()) -> Iterator[FilterApplied]:
    """One event a filter that is not off, in order; what one filter drops, the next never sees."""
    remaining = len(verdicts)
    for name in FILTERS:
        if name in off:
            continue
        dropped = [v for v in verdicts if v.dropped_by == name]
        first = dropped[0] if dropped else None
        yield FilterApplied(
            filter=name,
            documents_in=remaining,
            dropped=len(dropped),
            bytes_dropped=sum(_bytes(v.document.text) for v in dropped),
            example=first.document.text[:EXAMPLE] if first else "",
            reason=first.reason if first else "",
            masked=sum(v.masked for v in verdicts) if name == "personal_data" else 0,
        )
        remaining -= len(dropped)


def precision_and_recall(verdicts: Sequence[Verdict]) -> Iterator[Measured]:
    """How the verdicts agree with the planted labels, class by class.

    A document counts as found only by the filter of its own class. The baseline is the share of the class:
    the precision of dropping at random.
    """
    for name in CLASSES:
        planted = sum(v.document.label == name for v in verdicts)
        dropped = sum(v.dropped_by == name for v in verdicts)
        right = sum(v.document.label == name == v.dropped_by for v in verdicts)
        share = planted / max(1, len(verdicts))
        for figure, n in (("precision", dropped), ("recall", planted)):
            if n:
                yield Measured(
                    f"corpus/{name}/{figure}", right / n, proportion_interval(right, n), n, baseline=share
                )


def beyond_the_planted(seed: int, off: Collection[str] = ()) -> Iterator[Measured]:
    """What two filters do on text of kinds that nothing is planted after, which is less than on what is.

    Spam on messages of a public collection; harm on texts that were written by hand for this.
    """
    if "spam" not in off:
        yield from _found("corpus/spam", "public", *public_spam(seed))
    if "harmful" not in off:
        yield from _found("corpus/harmful", "unplanted", *unplanted_harm())


def _found(name: str, kind: str, junk: Sequence[bool], good: Sequence[bool]) -> Iterator[Measured]:
    for figure, found in (("recall", junk), ("lost", good)):
        k, n = sum(found), len(found)
        yield Measured(f"{name}/{figure}_{kind}", k / n, proportion_interval(k, n), n)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
