"""Which documents are held out for validation."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from tui_trainer.corpus.document import LETTERS
from tui_trainer.corpus.filters.verdict import Verdict
from tui_trainer.corpus.randomness import derive, rng

SHARE = 0.05  # of the documents
FEWEST_BYTES = 8_000  # held out of a small text, so that its validation loss means something ...
LARGEST_SHARE = 0.2  # ... but never more than this share of its documents
MOST_BYTES = 1_000_000
BEFORE_THE_END = 0.9  # of the characters of a running text: what is trained on


def split(
    verdicts: Sequence[Verdict], filtered: bool, seed: int, held_out: Collection[str] = ()
) -> tuple[list[Verdict], list[Verdict]]:
    """Training and validation documents, each in an order of the seed.

    Validation is drawn from what the filters keep and what was not planted, by a hash of the document's id.
    So it is the same whether or not the filters are used (`filtered`), and bits per byte compare. Letters are
    never among it: they are exercises about names drawn by chance, which nobody could foresee, and what they
    teach is measured by questions. Copies of a validation document, found or planted, are in neither part.
    Its sentences may be: many documents tell the same facts (71 % of a tiny world's validation sentences
    stand in a training document, too).

    Args:
        held_out: ids of dialogues that were held out before: they validate, and no other dialogue does.
    """
    fit = [v for v in verdicts if _fit(v)]
    validation = [v for v in fit if v.document.id in held_out]
    ranked = _ranked([v for v in fit if not (held_out and v.document.pairs)], seed)
    held_bytes = 0
    most = max(int(LARGEST_SHARE * len(ranked)), min(0 if held_out else 1, len(ranked) - 1))
    for n, verdict in enumerate(ranked[: max(0, most)]):
        if n >= SHARE * len(ranked) and held_bytes >= FEWEST_BYTES:
            break
        if held_bytes >= MOST_BYTES:
            break
        validation.append(verdict)
        held_bytes += len(verdict.document.text)
    held = {v.document.id for v in validation}.union(held_out)
    training = [
        v
        for v in verdicts
        if not (filtered and v.dropped_by)
        and held.isdisjoint((v.document.id, v.original, v.document.original))
    ]
    rng(seed, "training order").shuffle(training)
    return training, validation


def _fit(verdict: Verdict) -> bool:
    document = verdict.document
    return verdict.dropped_by is None and document.label is None and document.source != LETTERS


def at_end(verdicts: Sequence[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """Training and validation documents of a running text: the last tenth of its characters is held out, and
    the document that holds the border comes in two."""
    left = int(BEFORE_THE_END * sum(len(v.document.text) for v in verdicts))
    training, held_out = list[Verdict](), list[Verdict]()
    for verdict in verdicts:
        text = verdict.document.text
        for part, documents in ((text[:left], training), (text[left:], held_out)):
            if part:
                documents.append(replace(verdict, document=replace(verdict.document, text=part)))
        left = max(0, left - len(text))
    return training, held_out


def _ranked(verdicts: Sequence[Verdict], seed: int) -> list[Verdict]:
    """In an order of chance whose every beginning holds the sources in their proportions.

    Sums cost four times the bits of a story: a few too many of them would hide what a change has done.
    """
    sources: dict[str, list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda v: derive(seed, "validation", v.document.id)):
        sources.setdefault(verdict.document.source, []).append(verdict)
    placed = [
        ((place + 0.5) / len(members), source, verdict)
        for source, members in sources.items()
        for place, verdict in enumerate(members)
    ]
    return [verdict for *_, verdict in sorted(placed, key=lambda item: item[:2])]
