"""`tui-trainer data`: the data stage by itself, in figures."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from tui_trainer.console import tables
from tui_trainer.console.tables import table
from tui_trainer.corpus.prepare import prepare
from tui_trainer.corpus.record import read_records
from tui_trainer.messages.events import (
    CorpusReady,
    CrawlRead,
    Event,
    FilterApplied,
    Measured,
    Noticed,
    SourceRead,
)
from tui_trainer.messages.results import Metric
from tui_trainer.sanitize import one_line
from tui_trainer.settings import Settings
from tui_trainer.view import words
from tui_trainer.view.numbers import count, figure, percent, size
from tui_trainer.view.text import cut

EXAMPLE_CELLS = 60


class SourceShown(Struct):
    """One source: what was read, what is left, how often that is read again."""

    source: str
    documents: int
    bytes: int
    kept: int = 0  # documents
    tokens: int = 0  # of what is kept, for training
    readings: float = 0.0  # the mixture's weight
    share: float = 0.0  # of all tokens that training reads


class FilterShown(Struct):
    """One filter: what it saw, what it dropped, and an example with the reason."""

    filter: str
    documents_in: int
    dropped: int
    bytes_dropped: int
    example: str
    reason: str
    masked: int = 0  # documents that it kept, with addresses and numbers in them masked


class CorpusShown(Struct):
    """What `--json` prints."""

    sources: list[SourceShown]
    filters: list[FilterShown]
    documents: dict[str, int]  # read, dropped, kept
    tokens: dict[str, int]  # train, validation
    vocabulary: int
    bytes_per_token: float
    notices: list[str]
    metrics: dict[str, Metric]  # of the filters, where the tiny world's labels tell
    crawls: list[dict[str, Any]] = []  # pages of the web that were read, by file


def prepared(settings: Settings, seed: int, texts: tuple[str, ...]) -> CorpusShown:
    """Do the data stage in a folder that is thrown away. Raises `UserError` when there is no text to use."""
    with tempfile.TemporaryDirectory(prefix="tui-trainer-") as name:
        folder = Path(name)
        events = list(prepare(settings, seed, texts, folder))
        kept = _kept_shares(folder / "documents.jsonl") if settings.data.filters else {}
    return summary(events, kept)


def _kept_shares(path: Path) -> dict[str, float]:
    """By source, the share of documents that the filters left (of many documents, the file is a sample)."""
    read, kept = Counter[str](), Counter[str]()
    for record in read_records(path):
        read[record.source] += 1
        kept[record.source] += record.dropped_by is None
    return {source: kept[source] / read[source] for source in read}


def summary(events: Iterable[Event], kept: Mapping[str, float]) -> CorpusShown:
    """The data stage's events as one thing.

    Args:
        kept: by source, the share of documents that the filters left; all, where it is not given.
    """
    shown = CorpusShown(
        [], [], {"read": 0, "dropped": 0, "kept": 0}, {"train": 0, "validation": 0}, 0, 0.0, [], {}
    )
    measured = []
    for event in events:
        match event:
            case SourceRead():
                left = round(event.documents * kept.get(event.source, 1.0))
                shown.sources.append(SourceShown(event.source, event.documents, event.bytes, left))
                shown.documents["read"] += event.documents
            case CrawlRead():
                shown.crawls.append(asdict(event))
                shown.notices.append(words.crawl_read(event))
            case FilterApplied():
                shown.filters.append(
                    FilterShown(
                        event.filter,
                        event.documents_in,
                        event.dropped,
                        event.bytes_dropped,
                        event.example,
                        event.reason,
                        event.masked,
                    )
                )
                shown.documents["dropped"] += event.dropped
            case CorpusReady():
                _mix(shown, event)
            case Noticed():
                shown.notices.append(event.text)
            case Measured():
                measured.append(event)
    shown.documents["kept"] = shown.documents["read"] - shown.documents["dropped"]
    shown.metrics = tables.metrics(measured)
    return shown


def _mix(shown: CorpusShown, ready: CorpusReady) -> None:
    shown.tokens = {"train": sum(ready.tokens_train.values()), "validation": ready.tokens_validation}
    shown.vocabulary, shown.bytes_per_token = ready.vocabulary, ready.bytes_per_token
    read = {source: n * ready.mixture.get(source, 0.0) for source, n in ready.tokens_train.items()}
    for source in shown.sources:
        source.tokens = ready.tokens_train.get(source.source, 0)
        source.readings = ready.mixture.get(source.source, 0.0)
        source.share = read.get(source.source, 0.0) / (sum(read.values()) or 1.0)


def text(shown: CorpusShown) -> str:
    """The same for people."""
    sources = table(
        (
            [
                s.source,
                count(s.documents),
                size(s.bytes),
                count(s.kept),
                count(s.tokens),
                f"{s.readings:g}",
                percent(s.share),
            ]
            for s in shown.sources
        ),
        ["source", "documents", "size", "kept", "tokens", "readings", "of training"],
    )
    filters = table(
        (
            [f.filter, count(f.documents_in), count(f.dropped), cut(f.reason, EXAMPLE_CELLS), _example(f)]
            for f in shown.filters
        ),
        ["filter", "documents in", "dropped", "why, for example", "this one"],
    )
    documents, tokens = shown.documents, shown.tokens
    total = (
        f"{count(documents['read'])} documents read, {count(documents['dropped'])} dropped, "
        f"{count(documents['kept'])} kept: {count(tokens['train'])} tokens to train on and "
        f"{count(tokens['validation'])} to validate, of a vocabulary of {count(shown.vocabulary)}; "
        f"{figure(shown.bytes_per_token)} bytes a token"
    )
    if masked := sum(f.masked for f in shown.filters):
        total += f". In {count(masked)} of those kept, addresses or numbers of people are masked"
    notices = "\n".join(cut(one_line(notice), 200) for notice in shown.notices)
    against_labels = tables.figures(shown.metrics) if shown.metrics else ""
    return "\n\n".join(block for block in (notices, sources, filters, total, against_labels) if block)


def _example(shown: FilterShown) -> str:
    return cut(one_line(shown.example), EXAMPLE_CELLS)
