"""All filters, in order."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from msgspec.structs import replace

from tui_trainer.corpus.document import Document
from tui_trainer.corpus.filters.boilerplate import Boilerplate
from tui_trainer.corpus.filters.exact_duplicate import ExactDuplicate
from tui_trainer.corpus.filters.gibberish import Gibberish
from tui_trainer.corpus.filters.harmful import Harmful
from tui_trainer.corpus.filters.lexicons import messages, other_harm
from tui_trainer.corpus.filters.near_dialogue import NearDialogue
from tui_trainer.corpus.filters.near_duplicate import NearDuplicate
from tui_trainer.corpus.filters.personal_data import PersonalData
from tui_trainer.corpus.filters.spam import Spam
from tui_trainer.corpus.filters.verdict import Filter, Verdict
from tui_trainer.corpus.identifiers import masked
from tui_trainer.corpus.planted import reference_documents

COPIES = ("exact_duplicate", "near_duplicate")
HAM_TIMES = 6  # so often people's messages are read: they are few beside the documents
LETTERS_FROM = 400  # good texts are plenty to learn letter statistics from


def filters(seed: int) -> list[Filter]:
    """Fresh ones, in the order of `settings.FILTERS`: cheap and sure ones first, copies of junk as junk."""
    gibberish, spam = _learnt(seed)
    return [ExactDuplicate(), gibberish, Boilerplate(), spam, Harmful(), PersonalData(), NearDuplicate(seed)]


def public_spam(seed: int) -> tuple[list[bool], list[bool]]:
    """Whether the spam filter drops each message of a public collection: of its spam, and of what is none."""
    _, judge = _learnt(seed)
    spam, ham = messages("public_messages")
    return _drops(judge, spam), _drops(judge, ham)


def unplanted_harm() -> tuple[list[bool], list[bool]]:
    """Whether the filter of harm drops texts of kinds that are not planted: of harm, and of what is none."""
    harm, harmless = other_harm()
    return _drops(Harmful(), harm), _drops(Harmful(), harmless)


def _drops(judge: Filter, texts: Iterable[str]) -> list[bool]:
    return [judge.fault(text, "") is not None for text in texts]


@lru_cache(maxsize=1)
def _learnt(seed: int) -> tuple[Gibberish, Spam]:
    """The filters that learn: from labelled documents of another world, made for this alone.

    They remember no text that they judge, so one of each serves every chain.
    """
    examples = [d for d in reference_documents(seed) if d.label not in COPIES]
    good = [d.text for d in examples if d.label is None]
    spam, ham = messages()
    texts = [*(d.text for d in examples), *spam, *ham * HAM_TIMES]
    labels = [*(d.label for d in examples), *["spam"] * len(spam), *[None] * (len(ham) * HAM_TIMES)]
    return Gibberish([*good[:LETTERS_FROM], *ham * HAM_TIMES]), Spam(texts, labels)


def apply(
    documents: Iterable[Document], seed: int, off: Collection[str] = (), mask: bool = True
) -> Iterator[Verdict]:
    """One verdict for each document, in their order. A document meets no filter after the one that drops it,
    so a copy of a dropped text counts as a first occurrence for the duplicate filters behind.

    Args:
        off: names of filters that are left out.
        mask: take out what leads to a private person, of documents that are kept. Dialogues stay as they are:
            whoever has a model learn to say an address wants it said.
    """
    chain, dialogues = [judge for judge in filters(seed) if judge.name not in off], NearDialogue()
    mask = mask and PersonalData.name not in off
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
            yield _masked(document) if mask and not document.pairs else Verdict(document)


def _masked(document: Document) -> Verdict:
    text, found = masked(document.text)
    if not found:
        return Verdict(document)
    counts = Counter(found)
    what = ", ".join(kind if count == 1 else f"{kind} ({count} times)" for kind, count in counts.items())
    return Verdict(replace(document, text=text), reason=f"masked: {what}", masked=True)
