import json
import math
import random
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import CLASSES, Document
from tui_trainer.corpus.filters.lexicons import words
from tui_trainer.corpus.filters.verdict import Verdict
from tui_trainer.corpus.prepare import prepare
from tui_trainer.corpus.prompts import beginnings
from tui_trainer.corpus.record import read_records
from tui_trainer.corpus.report import precision_and_recall
from tui_trainer.corpus.split import at_end, split
from tui_trainer.errors import UserError
from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.messages.events import CorpusReady, Event, FilterApplied, Measured, Noticed, SourceRead
from tui_trainer.settings import load

SIMPLER = {"baseline/ngram_bits_per_byte", "baseline/xz_bits_per_byte"}
SMALL = ["data.documents=400", "data.vocabulary=600", "finetune.pairs=200"]
WORDS = sorted(
    words(
        "miller baker sailor doctor weaver child queen beggar farmer thief storm wolf letter ship garden "
        "told sold found lost gave broke heard loved wanted carried old little green quiet heavy clock "
        "under before after with without beside and then because so while but bridge silent honest golden"
    )
)
DRAW = random.Random(0)
PROSE = "\n\n".join(
    " ".join(["The", *DRAW.choices(WORDS, k=12), "in the", *DRAW.choices(WORDS, k=6), "of it."])
    for _ in range(400)
)


BEYOND = {
    *(f"corpus/spam/{figure}_public" for figure in ("recall", "lost")),
    *(f"corpus/harmful/{figure}_unplanted" for figure in ("recall", "lost")),
}


def run(folder: Path, *assignments: str, seed: int = 0, paths: tuple[str, ...] = ()) -> list[Event]:
    folder.mkdir(exist_ok=True)
    settings = load("demo", [*SMALL, *assignments], environ={})
    return list(prepare(settings, seed, paths, folder))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Event], Path]:
    folder = tmp_path_factory.mktemp("world")
    return run(folder), folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "book.txt"
    path.write_text(PROSE)
    return path


def texts_of(corpus: Corpus, tokens: np.ndarray) -> list[str]:
    """The documents that a token array holds."""
    starts = np.flatnonzero(np.asarray(tokens) == corpus.tokenizer.document)
    assert starts[0] == 0
    return [corpus.tokenizer.decode(piece.tolist()) for piece in np.split(np.asarray(tokens), starts[1:])]


def test_events_come_in_order_and_add_up(world: tuple[list[Event], Path]) -> None:
    events, folder = world
    records = list(read_records(folder / "documents.jsonl"))
    read = [e for e in events if isinstance(e, SourceRead)]
    applied = [e for e in events if isinstance(e, FilterApplied)]
    ready = events[-1]
    assert isinstance(ready, CorpusReady)
    assert [e.source for e in read] == sorted({r.source for r in records})
    assert sum(e.documents for e in read) == len(records) == applied[0].documents_in
    assert sum(e.bytes for e in read) == sum(len(r.text.encode()) for r in records)
    for before, after in pairwise(applied):
        assert after.documents_in == before.documents_in - before.dropped
    for event in applied:
        dropped = [r for r in records if r.dropped_by == event.filter]
        assert event.dropped == len(dropped) > 0
        assert event.bytes_dropped == sum(len(r.text.encode()) for r in dropped)
        assert dropped[0].text.startswith(event.example) and event.reason == dropped[0].reason
    names = {e.name for e in events if isinstance(e, Measured)}
    planted = {f"corpus/{c}/{figure}" for c in CLASSES for figure in ("precision", "recall")}
    assert names == planted | BEYOND | SIMPLER


def test_the_corpus_opens_as_it_was_reported(world: tuple[list[Event], Path]) -> None:
    events, folder = world
    ready = events[-1]
    assert isinstance(ready, CorpusReady)
    corpus = Corpus.load(folder)
    assert isinstance(corpus.validation, np.memmap)
    assert {s: len(t) for s, t in corpus.train.items()} == ready.tokens_train
    assert len(corpus.validation) == ready.tokens_validation
    assert corpus.mixture == ready.mixture == {s: getattr(load().data.mixture, s) for s in corpus.train}
    assert corpus.tokenizer.size == ready.vocabulary == 600
    assert int(max(t.max() for t in corpus.train.values())) < corpus.tokenizer.size
    assert len(corpus.pairs) > 100 and len(corpus.questions) >= 10
    assert corpus.rating_prompts and corpus.held_out_prompts
    assert not set(corpus.rating_prompts) & set(corpus.held_out_prompts)
    assert len(corpus.sample_prompts) == 4
    texts = [text for tokens in corpus.train.values() for text in texts_of(corpus, tokens)]
    bytes_train = sum(len(text.encode()) for text in texts)
    assert ready.bytes_per_token == pytest.approx(bytes_train / sum(ready.tokens_train.values()))


def test_training_reads_what_is_kept_and_never_what_validates(world: tuple[list[Event], Path]) -> None:
    _, folder = world
    corpus = Corpus.load(folder)
    validation = texts_of(corpus, corpus.validation)
    assert sum(len(text.encode()) for text in validation) == corpus.validation_bytes
    training = [text for tokens in corpus.train.values() for text in texts_of(corpus, tokens)]
    records = list(read_records(folder / "documents.jsonl"))
    assert sorted(training + validation) == sorted(r.text for r in records if r.dropped_by is None)
    assert not set(training) & set(validation)
    assert 0.04 < len(validation) / len(training) < 0.2


def test_without_filters_junk_is_read_but_validation_stays_the_same(
    world: tuple[list[Event], Path], tmp_path: Path
) -> None:
    _, filtered_folder = world
    events = run(tmp_path, "data.filters=false")
    assert not [e for e in events if isinstance(e, FilterApplied)]
    assert {e.name for e in events if isinstance(e, Measured)} == SIMPLER
    assert any("data.filters is off" in e.text for e in events if isinstance(e, Noticed))
    filtered, unfiltered = Corpus.load(filtered_folder), Corpus.load(tmp_path)
    validation = texts_of(unfiltered, unfiltered.validation)
    assert sorted(validation) == sorted(texts_of(filtered, filtered.validation))
    training = [text for tokens in unfiltered.train.values() for text in texts_of(unfiltered, tokens)]
    dropped = [r for r in read_records(filtered_folder / "documents.jsonl") if r.dropped_by == "spam"]
    assert {r.text for r in dropped} <= set(training)
    assert not set(training) & set(validation)


def test_a_seed_fixes_every_byte(world: tuple[list[Event], Path], tmp_path: Path) -> None:
    events, folder = world
    assert run(tmp_path) == events
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(p.name for p in tmp_path.iterdir())
    assert all((folder / n).read_bytes() == (tmp_path / n).read_bytes() for n in names)
    other = tmp_path / "other"
    run(other, seed=1)
    assert (other / "validation.npy").read_bytes() != (folder / "validation.npy").read_bytes()


def test_the_users_text_goes_the_same_way(book: Path, tmp_path: Path) -> None:
    events = run(tmp_path, paths=(str(book),))
    assert {e.name for e in events if isinstance(e, Measured)} == BEYOND | SIMPLER
    corpus = Corpus.load(tmp_path)
    assert set(corpus.train) == {"books"}
    assert corpus.pairs == [] and corpus.questions == {}
    assert len(corpus.rating_prompts) >= 4 and len(corpus.held_out_prompts) >= 4
    assert not set(corpus.rating_prompts) & set(corpus.held_out_prompts)
    validation = "\n".join(texts_of(corpus, corpus.validation))
    assert all(prompt in validation for prompt in corpus.rating_prompts + corpus.held_out_prompts)
    assert len(corpus.validation) > 500


def test_char_mode_counts_characters(book: Path, tmp_path: Path) -> None:
    *_, ready = run(tmp_path, "data.tokenizer=char", paths=(str(book),))
    assert isinstance(ready, CorpusReady)
    corpus = Corpus.load(tmp_path)
    documents = int((np.asarray(corpus.validation) == corpus.tokenizer.document).sum())
    assert len(corpus.validation) - documents == corpus.validation_bytes
    assert ready.bytes_per_token == pytest.approx(1, abs=0.01)


def test_too_little_text_is_the_users_error(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_text("One short line.")
    with pytest.raises(UserError, match="no text is left to train on"):
        run(tmp_path / "a", paths=(str(path),))
    path.write_text(PROSE[:4_000])
    with pytest.raises(UserError, match=r"only [\d,]+ tokens of text to train on; give at least 2,000"):
        run(tmp_path / "b", paths=(str(path),))


def test_too_little_text_says_how_it_was_read_and_what_the_filters_took(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    draw = random.Random(0)
    mashed = "\n\n".join(
        " ".join("".join(draw.choices("qxzjvkw", k=5)) for _ in range(14)) for _ in range(300)
    )
    path.write_bytes(f"Über Flüße und Brücken.\n\n{mashed}".encode("cp1252"))
    with pytest.raises(UserError) as refused:
        run(tmp_path / "a", paths=(str(path),))
    said = str(refused.value)
    assert said.startswith("no text is left to train on (read as ") and "a guess" in said
    assert re.search(r"filters threw out (\d+) of \1 documents \(gibberish \d+.*; gibberish: ", said), said
    assert "--set data.filters_off=gibberish, or give more" in said and "\n" not in said
    with pytest.raises(UserError) as refused:
        run(tmp_path / "b", "data.filters=false", paths=(str(path),))
    assert "filters" not in str(refused.value)


def test_a_mixture_of_nothing_is_the_users_error(book: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="every source has weight 0"):
        run(tmp_path, "data.mixture.books=0", paths=(str(book),))


def test_an_unfinished_corpus_is_not_opened(world: tuple[list[Event], Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no whole corpus in"):
        Corpus.load(tmp_path)
    (tmp_path / "corpus.json").write_text(json.dumps({"mixture": {}}))
    with pytest.raises(UserError, match="no whole corpus in"):
        Corpus.load(tmp_path)


def verdict(id: str, **changes: str | None) -> Verdict:
    document = Document(id, "web", f"text {id} " * 40, changes.get("label"), changes.get("original"))
    return Verdict(document, changes.get("dropped_by"), "", changes.get("found"))


def test_no_copy_of_a_held_out_document_is_trained_on() -> None:
    originals = [verdict(f"o{i}") for i in range(100)]
    planted = [verdict(f"p{i}", label="near_duplicate", original=f"o{i}") for i in range(100)]
    found = [verdict(f"f{i}", dropped_by="near_duplicate", found=f"o{i}") for i in range(100)]
    for filtered in (True, False):
        training, validation = split([*originals, *planted, *found], filtered, 0)
        held = {v.document.id[1:] for v in validation}
        assert len(validation) >= 5 and all(v.document.id[0] == "o" for v in validation)
        assert not held & {v.document.id[1:] for v in training}
        assert len(training) == (100 - len(held)) * (2 if filtered else 3)


def test_precision_and_recall_are_counted_class_against_label() -> None:
    verdicts = [
        *(verdict(f"a{i}", label="spam", dropped_by="spam") for i in range(8)),
        *(verdict(f"b{i}", label="spam", dropped_by="boilerplate") for i in range(1)),
        *(verdict(f"c{i}", label="spam") for i in range(1)),
        *(verdict(f"d{i}", dropped_by="spam") for i in range(2)),
        *(verdict(f"e{i}") for i in range(88)),
    ]
    measured = {m.name: m for m in precision_and_recall(verdicts)}
    precision, recall = measured["corpus/spam/precision"], measured["corpus/spam/recall"]
    assert (precision.value, precision.n, precision.baseline) == (0.8, 10, 0.1)
    assert (recall.value, recall.n) == (0.8, 10)
    assert measured["corpus/boilerplate/precision"].value == 0
    assert "corpus/boilerplate/recall" not in measured  # none was planted


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 20), (3, 20), (20, 20), (777, 1_000)])
def test_intervals_are_wilsons(k: int, n: int) -> None:
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert proportion_interval(k, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_an_interval_of_nothing_is_everything() -> None:
    assert proportion_interval(0, 0) == (0.0, 1.0)
    assert all(math.isfinite(x) for x in proportion_interval(10**9, 10**9))


def test_beginnings_take_each_text_in_turn() -> None:
    texts = ["one two three four\n\nfive six seven", "eight nine\nten eleven", "short", "one two again"]
    assert beginnings(texts, 2, 10) == ["one two", "eight nine", "five six"]
    assert beginnings(texts, 3, 1) == ["one two three"]
    assert beginnings(texts, 3, 10)[1] == "eight nine\nten"
    assert beginnings(["x" * 500 + " y z"], 1, 10) == ["x" * 80]


def test_a_running_text_is_read_as_it_stands_and_its_last_tenth_held_out(tmp_path: Path) -> None:
    text = (
        "".join(
            f"{'  ' * (n % 3)}{word}:\n\n{line}  \r\n\n\n"
            for n, (word, line) in enumerate(zip(WORDS, PROSE.split("\n\n"), strict=False))
        )
        * 5
    )
    (tmp_path / "play.txt").write_text(text, "utf-8", newline="")
    events = run(
        tmp_path / "corpus",
        "data.tokenizer=char",
        "data.held_out=end",
        paths=(str(tmp_path / "play.txt"),),
    )
    corpus = Corpus.load(tmp_path / "corpus")
    plain = text.replace("\r\n", "\n")
    border = int(0.9 * len(plain))
    assert texts_of(corpus, corpus.train["books"]) == [plain[:border]]
    assert texts_of(corpus, corpus.validation) == [plain[border:]]
    assert not any(isinstance(e, FilterApplied) for e in events)


@pytest.mark.parametrize("sizes", [[1], [9, 1], [3, 3, 4], [10, 0, 10], [1, 1]])
def test_the_last_tenth_of_the_characters_is_held_out_wherever_the_documents_end(sizes: list[int]) -> None:
    texts = ["ab" * 50 * size for size in sizes]
    training, held_out = at_end([Verdict(Document(str(n), "books", t)) for n, t in enumerate(texts)])
    parts = ["".join(v.document.text for v in part) for part in (training, held_out)]
    assert "".join(parts) == "".join(texts)
    assert len(parts[0]) == int(0.9 * len("".join(texts)))
