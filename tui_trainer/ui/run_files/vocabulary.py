"""The words that a run's model has read: those of the documents that were kept, and of its pairs."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from tui_trainer.errors import UserError
from tui_trainer.files import read_own
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.view.noise import WORD, Vocabulary

Line = TypeVar("Line")


class _Kept(Struct):
    text: str = ""
    dropped_by: str | None = None


class _Pair(Struct):
    prompt: str = ""
    answer: str = ""
    turns: list[tuple[str, str]] = []


def vocabulary(folder: RunFolder, documents: int) -> Vocabulary:
    """Its words; none where the text is the user's own, whose words no one has counted, or where not all that
    was read is at hand. Takes a second: for a thread.

    Args:
        documents: so many were read; of very many only a sample is kept in the folder.
    """
    try:
        if folder.plan.data:
            return Vocabulary()
        read = _lines(folder, "documents.jsonl", _Kept)
        pairs = _lines(folder, "pairs.jsonl", _Pair)
    except (UserError, OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Vocabulary()
    if len(read) != documents:
        return Vocabulary()
    found = set[str]()
    for text in (kept.text for kept in read if kept.dropped_by is None):
        found.update(WORD.findall(text.lower()))
    for pair in pairs:
        said = (pair.prompt, pair.answer, *(text for turn in pair.turns for text in turn))
        found.update(WORD.findall(" ".join(said).lower()))
    return Vocabulary(frozenset(found))


def _lines(folder: RunFolder, name: str, kind: type[Line]) -> list[Line]:
    return msgspec.json.Decoder(kind).decode_lines(read_own(folder.corpus / name))
