"""The data stage: from the tiny world, or the user's own text, to tokens on disk."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from tui_trainer.corpus.baselines import baselines
from tui_trainer.corpus.document import Document
from tui_trainer.corpus.filters.chain import apply
from tui_trainer.corpus.filters.verdict import Verdict
from tui_trainer.corpus.gathered import Gathered
from tui_trainer.corpus.on_base import OnBase
from tui_trainer.corpus.own_pairs import GROUP, exam, to_learn
from tui_trainer.corpus.prompts import beginnings
from tui_trainer.corpus.record import write_records
from tui_trainer.corpus.report import (
    beyond_the_planted,
    filter_events,
    precision_and_recall,
    source_events,
)
from tui_trainer.corpus.split import at_end, split
from tui_trainer.corpus.summary import Summary, write
from tui_trainer.corpus.tokenizer import Tokenizer, train_bpe, train_char
from tui_trainer.errors import UserError
from tui_trainer.messages.events import CorpusReady, Event, Noticed
from tui_trainer.settings import Settings

TOKENIZER_BYTES = 8_000_000  # text the tokenizer learns from; of more, an even sample
FEWEST_TOKENS = 2_000
SAMPLE_PROMPTS = 4
CONTINUATIONS = 100  # prompts to rate, and as many to measure with, where there are no pairs


def prepare(
    settings: Settings, seed: int, paths: Sequence[str], folder: Path, base: Path | None = None
) -> Iterator[Event]:
    """Do the whole data stage; `Corpus.load(folder)` opens what it leaves.

    Args:
        paths: files or folders of the user's own text; none: the tiny world.
        folder: exists; is filled with documents.jsonl, tokenizer.json, train-<source>.npy, validation.npy,
            pairs.jsonl, questions.json and, last, corpus.json.
        base: the corpus of another run: its tokenizer is taken, its documents and pairs are read along.

    Raises:
        UserError: no readable text, or too little of it.
    """
    running = bool(paths) and settings.data.held_out == "end"
    if paths:
        from tui_trainer.corpus.user_text import gather

        gathered = yield from gather(paths, settings.data.max_bytes, seed, running)
    else:
        gathered = _tiny_world(settings, seed)
    yield from source_events(gathered.documents)

    filtered, off = settings.data.filters, filters_off(settings)
    judged = map(Verdict, gathered.documents) if running else apply(gathered.documents, seed, off, filtered)
    verdicts = list(judged)
    if running:
        yield Noticed("one running text, unfiltered; its last tenth is held out")
    elif filtered:
        yield from filter_events(verdicts, off)
        if off:
            yield Noticed(f"filters left out: {', '.join(off)}")
        if paths and any(v.dropped_by for v in verdicts):
            yield Noticed("the filters are advice: --set data.filters_off=NAME,... leaves out any of them")
    else:
        yield Noticed("data.filters is off: what the filters would drop is trained on")
    write_records(folder / "documents.jsonl", verdicts)
    if filtered and not paths:
        yield from precision_and_recall(verdicts)
    if filtered and not running:
        yield from beyond_the_planted(seed, off)

    if running:
        training, validation = at_end([v for v in verdicts if v.document.id not in gathered.held_out])
    else:
        training, validation = split(verdicts, filtered, seed, gathered.held_out)
    _ask_own(gathered, training, [v for v in verdicts if not (filtered and v.dropped_by)])
    if not training or not validation:
        raise UserError(
            f"no text is left to train on{gathered.why_less()}; "
            f"{_thrown_out(verdicts if filtered else ())}give more"
        )
    below = None if base is None else OnBase(base)
    tokenizer = below.tokenizer if below else _tokenizer(settings, [v.document.text for v in training])
    tokenizer.save(folder / "tokenizer.json")
    tokens, bytes_train = _write_training(tokenizer, training, folder, running)
    tokens_train = sum(tokens.values())
    if tokens_train < FEWEST_TOKENS and below is None:
        raise UserError(
            f"only {tokens_train:,} tokens of text to train on{gathered.why_less()}; "
            f"{_thrown_out(verdicts if filtered else ())}give at least {FEWEST_TOKENS:,} (about 8 kB), or "
            "go on from another run's base: --base RUN"
        )
    tokens_validation = _write_tokens(tokenizer, validation, folder / "validation.npy", running)
    yield from baselines(
        [np.load(folder / f"train-{source}.npy", mmap_mode="r") for source in tokens],
        np.load(folder / "validation.npy"),
        tokenizer.size,
        tokenizer.document,
        ([v.document.text for v in training], [v.document.text for v in validation]),
    )
    mixture = {source: getattr(settings.data.mixture, source, 1.0) for source in tokens}
    bytes_per_token = bytes_train / max(1, tokens_train)
    if below is not None:
        tokens, mixture = below.added(folder, tokens)
        below.along(gathered)
    if not any(mixture.values()):
        raise UserError("every source has weight 0; raise one, as in --set data.mixture.web=1")
    _write_the_rest(gathered, validation, mixture, seed, folder)
    yield CorpusReady(
        vocabulary=tokenizer.size,
        tokens_train=tokens,
        tokens_validation=tokens_validation,
        mixture=mixture,
        bytes_per_token=bytes_per_token,
    )


def filters_off(settings: Settings) -> tuple[str, ...]:
    """The names of the filters that are left out."""
    names = settings.data.filters_off.split(",")
    return tuple(name.strip() for name in names if name.strip())


def _thrown_out(verdicts: Sequence[Verdict]) -> str:
    """What the filters took and how to keep it, for a line about too little text; "": nothing."""
    dropped = [(v.dropped_by, v.reason) for v in verdicts if v.dropped_by]
    if not dropped:
        return ""
    by = Counter(name for name, _ in dropped).most_common()
    most, why = by[0][0], next(reason for name, reason in dropped if name == by[0][0])
    return (
        f"filters threw out {len(dropped):,} of {len(verdicts):,} documents "
        f"({', '.join(f'{name} {count:,}' for name, count in by)}; {most}: {why[:100]}): "
        f"leave one out by --set data.filters_off={most}, or "
    )


def _tiny_world(settings: Settings, seed: int) -> Gathered:
    from tui_trainer.corpus.exam.questions import (
        evaluation_questions,
        finetuning_pairs,
        probe_questions,
        rated_questions,
        rating_prompts,
    )
    from tui_trainer.corpus.exam.upset import upset_prompts
    from tui_trainer.corpus.planted import plant
    from tui_trainer.corpus.world import make_world
    from tui_trainer.corpus.writing import write_documents

    world, digits = make_world(seed, settings.data.cutoff), settings.data.sum_digits
    rating, held_out = rating_prompts(world, seed)
    return Gathered(
        documents=plant(world, write_documents(world, settings.data.documents, seed, digits), seed),
        pairs=finetuning_pairs(world, settings.finetune.pairs, seed, settings.finetune.sums, digits),
        questions={
            **evaluation_questions(world, seed, digits),
            **probe_questions(world),
            "rated": rated_questions(world, [*rating, *held_out]),
        },
        rating_prompts=rating,
        held_out_prompts=held_out,
        upset_prompts=[prompt for prompt, _ in upset_prompts("pairs")],
        upset_held_out=[prompt for prompt, _ in upset_prompts("evaluation")],
    )


def _ask_own(gathered: Gathered, training: Sequence[Verdict], fit: Sequence[Verdict]) -> None:
    """Of the user's own dialogues: learn those that are trained on, ask those that were held out."""
    held = [v.document for v in fit if v.document.id in gathered.held_out]
    if own := to_learn([v.document for v in training]):
        gathered.pairs = own
    if asked := exam(held):
        gathered.questions = {**gathered.questions, GROUP: asked}


def _tokenizer(settings: Settings, texts: Sequence[str]) -> Tokenizer:
    step = max(1, -(-sum(map(len, texts)) // TOKENIZER_BYTES))
    train = train_char if settings.data.tokenizer == "char" else train_bpe
    return train(texts[::step], settings.data.vocabulary)


def _write_training(
    tokenizer: Tokenizer, training: Sequence[Verdict], folder: Path, running: bool
) -> tuple[dict[str, int], int]:
    """One array a source. Returns the tokens by source and the bytes of all text."""
    by_source: dict[str, list[Verdict]] = {}
    for verdict in training:
        by_source.setdefault(verdict.document.source, []).append(verdict)
    tokens = {
        source: _write_tokens(tokenizer, by_source[source], folder / f"train-{source}.npy", running)
        for source in sorted(by_source)
    }
    return tokens, sum(_bytes(v.document) for v in training)


def _write_tokens(tokenizer: Tokenizer, verdicts: Sequence[Verdict], path: Path, running: bool) -> int:
    """Write the documents' tokens, each behind a `document` token, or only the first; returns how many."""
    kind = np.uint16 if tokenizer.size <= 2**16 else np.uint32
    pieces = []
    for start in range(0, len(verdicts), 1000):  # the ids of a batch are Python ints: keep it small
        encoded = tokenizer.encode_batch([v.document.text for v in verdicts[start : start + 1000]])
        pieces += [np.array([tokenizer.document], dtype=kind)] if running and not start else []
        mark = [] if running else [tokenizer.document]
        pieces.append(np.array([i for ids in encoded for i in (*mark, *ids)], dtype=kind))
    tokens = np.concatenate(pieces)
    np.save(path, tokens, allow_pickle=False)
    return len(tokens)


def _write_the_rest(
    gathered: Gathered, validation: Sequence[Verdict], mixture: dict[str, float], seed: int, folder: Path
) -> None:
    encode = msgspec.json.encode
    texts = [v.document.text for v in validation]
    rating, held_out = gathered.rating_prompts, gathered.held_out_prompts
    if not rating:
        prompts = beginnings(texts, 8, 2 * CONTINUATIONS)
        rating, held_out = prompts[::2], prompts[1::2]
    summary = Summary(
        mixture=mixture,
        validation_bytes=sum(_bytes(v.document) for v in validation),
        rating_prompts=rating,
        held_out_prompts=held_out,
        upset_prompts=gathered.upset_prompts,
        upset_held_out=gathered.upset_held_out,
        sample_prompts=beginnings(texts, 5, SAMPLE_PROMPTS),
    )
    (folder / "pairs.jsonl").write_bytes(b"".join(encode(pair) + b"\n" for pair in gathered.pairs))
    (folder / "questions.json").write_bytes(encode(gathered.questions))
    write(folder, summary)


def _bytes(document: Document) -> int:
    return len(document.text.encode("utf-8", "surrogatepass"))
