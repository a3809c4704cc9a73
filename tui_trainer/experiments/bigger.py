"""`bigger`: what size is worth, at equal compute.

1. Models of several widths, each trained for the same few sums of compute. A law of size and text is fitted
   to some of the widths, and has to foresee the loss of those left out.
2. A small model that was pretrained and tuned against a larger one that spent as much on pretraining alone,
   on what an assistant is asked. The larger one may be asked as it was trained, with examples in front.
3. The small one, on filtered text, before it was tuned, against a larger one that read everything, with more
   compute; on the same clean held-out documents.
"""

from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from math import log10
from pathlib import Path
from statistics import fmean

import msgspec

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.prepare import prepare
from tui_trainer.errors import UserError
from tui_trainer.experiments.sizes import (
    NEVER,
    Sized,
    bits_per_byte,
    pretrained,
    shape_of,
    through,
)
from tui_trainer.experiments.untuned import by_example
from tui_trainer.formulas.intervals import mean_interval, paired_interval
from tui_trainer.formulas.scaling import Law, exponent_interval, fit, r_squared
from tui_trainer.learning.answering import answer_questions
from tui_trainer.learning.evaluation import share
from tui_trainer.learning.exam_figures import (
    Judge,
    adds_up,
    declines,
    doesnt_know,
    gives_the_answer,
    gives_the_steps,
)
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.messages.events import Event, Line, Measured, Noticed, Plotted, Showed
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import Settings, changed

WIDTHS = (32, 48, 64, 96, 128)
LEFT_OUT = (48, 96)
COMPUTE = (6e10, 1.2e11, 2.4e11)  # FLOPs of each model
SMALL, LARGE = 64, 192
# Small documents and pieces of words: what a token costs is then in the blocks, not in a table of words.
MADE_OF = ("data.tokenizer=bpe", "data.vocabulary=512", "data.documents=4000", "model.layers=2")
EACH = 60  # questions of each kind
SHOWN = 2  # of each kind, in front of whoever watches
# What an assistant is asked: the exam's group, what counts, the pairs that show what is wanted, which of it.
TASKS: tuple[tuple[str, Judge, str, str], ...] = (
    ("recall_heldout", gives_the_answer, "fact", ""),
    ("dont_know_unknown", doesnt_know, "unknown", ""),
    ("refusal_new_verbs", declines, "harmful", ""),
    ("false_refusal", gives_the_steps, "how-to", "new_verb"),
    ("sums_one_digit", adds_up, "sum", ""),
)
LOSS_TITLE = "Loss against compute, powers of ten"
SIZE_TITLE = "Sizes at equal compute"


def bigger(settings: Settings, seed: int, folder: Path) -> Iterator[Event]:
    """All three; see the module's docstring."""
    own = changed(settings, MADE_OF)
    corpus = yield from _made(own, seed, folder / "filtered")
    yield from _law(corpus, own, seed)
    small, large, compute = yield from _tuned_or_large(corpus, own, seed)
    yield from _clean_or_large(corpus, small, large, compute, own, seed, folder / "unfiltered")


def _made(settings: Settings, seed: int, folder: Path) -> Generator[Event, None, Corpus]:
    folder.mkdir()
    yield Noticed(f"writing the world: {'filtered' if settings.data.filters else 'everything, junk and all'}")
    for _ in prepare(settings, seed, (), folder):
        pass
    return Corpus.load(folder)


# -- the law -------------------------------------------------------------------------------------------------


def _law(corpus: Corpus, settings: Settings, seed: int) -> Iterator[Event]:
    done: list[tuple[float, Sized]] = []  # compute given, and what came of it
    for compute in COMPUTE:
        for width in WIDTHS:
            done.append((compute, (yield from pretrained(corpus, settings, width, compute, seed))))
            yield _picture(done, None, corpus, settings)
    fitted = [_run(sized) for _, sized in done if sized.width not in LEFT_OUT]
    left = [_run(sized) for _, sized in done if sized.width in LEFT_OUT]
    law = fit(fitted)
    if law is None:
        raise UserError("a loss was no number: no law can be fitted")
    foreseen = [law.loss(parameters, tokens) for parameters, tokens, _ in left]
    found = [nats for *_, nats in left]
    yield _picture(done, law, corpus, settings)
    yield Plotted(
        SIZE_TITLE,
        "parameters, powers of ten",
        "nats a token",
        tuple(
            Line(
                f"{compute:.1e} FLOPs",
                tuple(log10(s.model.parameter_count) for c, s in done if c == compute),
                tuple(s.nats for c, s in done if c == compute),
            )
            for compute in COMPUTE
        ),
    )
    yield Measured("law/r2_left_out", r_squared(foreseen, found), n=len(left), baseline=0.0)
    errors = [abs(f - y) / y for f, y in zip(foreseen, found, strict=True)]
    low, high = mean_interval(errors) or (0.0, 1.0)
    yield Measured("law/error_left_out", fmean(errors), (max(0.0, low), high), len(errors))  # none is below 0
    yield Measured("law/exponent", law.exponent, exponent_interval(fitted), len(fitted))
    yield Measured("law/floor", law.floor, n=len(fitted))


def _run(sized: Sized) -> tuple[float, float, float]:
    return float(sized.model.parameter_count), float(sized.tokens), sized.nats


def _picture(
    done: Sequence[tuple[float, Sized]], law: Law | None, corpus: Corpus, settings: Settings
) -> Plotted:
    """Each model as a point; with the law, its best size for each compute as a line."""
    lines = [
        Line(
            f"width {width}" + (", left out" if width in LEFT_OUT else ""),
            tuple(log10(s.flops) for _, s in done if s.width == width),
            tuple(log10(s.nats) for _, s in done if s.width == width),
            points=True,
        )
        for width in WIDTHS
        if any(s.width == width for _, s in done)
    ]
    if law is not None:
        low, high = log10(min(COMPUTE)), log10(max(COMPUTE))
        at = [low + (high - low) * i / 30 for i in range(31)]
        best = [_at_best_size(law, 10**x, corpus, settings) for x in at]
        lines.insert(0, Line("the law, at its best size", tuple(at), tuple(map(log10, best))))
    return Plotted(LOSS_TITLE, "FLOPs", "nats a token", tuple(lines))


def _at_best_size(law: Law, compute: float, corpus: Corpus, settings: Settings) -> float:
    """What the law foresees for this compute, at the best of the widths."""
    losses = []
    for width in range(min(WIDTHS), max(WIDTHS) + 1, 8):
        shape = shape_of(corpus, settings, width)
        parameters = 12 * shape.layers * width**2 + shape.vocabulary * width
        losses.append(law.loss(parameters, compute / shape.flops_per_token))
    return min(losses)


# -- tuned or larger -----------------------------------------------------------------------------------------


def _tuned_or_large(
    corpus: Corpus, settings: Settings, seed: int
) -> Generator[Event, None, tuple[list[float], list[float], float]]:
    """Returns bits per byte of each document by the small pretrained model and by the large one, and the
    compute of the large one."""
    fine, context = settings.finetune, settings.model.context
    a_token = shape_of(corpus, settings, SMALL).flops_per_token
    reading = float(a_token * settings.pretrain.steps * settings.pretrain.batch * context)
    tuning = float(a_token * fine.steps * (fine.pair_rows + fine.document_rows) * context)
    small = yield from pretrained(corpus, settings, SMALL, reading, seed)
    small_bits = bits_per_byte(small.model, corpus)
    yield Noticed(f"width {SMALL} learns to answer: {fine.steps:,} steps")
    quiet = msgspec.structs.replace(fine, measure_every=NEVER)
    yield from through(
        Finetuning(small.model, corpus, msgspec.structs.replace(settings, finetune=quiet), seed)
    )
    large = yield from pretrained(corpus, settings, LARGE, reading + tuning, seed)
    yield from _asked(corpus, small.model, large.model, settings, seed)
    return small_bits, bits_per_byte(large.model, corpus), reading + tuning


def _asked(
    corpus: Corpus, small: Transformer, large: Transformer, settings: Settings, seed: int
) -> Iterator[Event]:
    questions: list[Question] = []
    judges: list[Judge] = []
    kinds: list[str] = []
    for group, judge, kind, only in TASKS:
        asked = [q for q in corpus.questions.get(group, ()) if only in ("", q.kind)][:EACH]
        questions += asked
        judges += [judge] * len(asked)
        kinds += [kind] * len(asked)
    longest = settings.feedback.answer_tokens
    tuned = [text if ended else "" for text, ended in answer_questions(small, corpus, questions, longest)]
    # As the chat would ask it, which it never saw; and by example, which is how it was trained to read.
    as_chat = [text for text, _ in answer_questions(large, corpus, questions, longest)]
    in_front = by_example(large, corpus, questions, kinds, longest, seed)

    def marked(texts: Sequence[str]) -> list[bool]:
        return [judge(text, q) for judge, text, q in zip(judges, texts, questions, strict=True)]

    right = marked(tuned)
    untuned, said = max(((marked(texts), texts) for texts in (in_front, as_chat)), key=lambda m: sum(m[0]))
    for kind in dict.fromkeys(kinds):
        for at in islice((i for i, k in enumerate(kinds) if k == kind), SHOWN):
            yield Showed("asked", questions[at].prompt)
            yield Showed("tuned", tuned[at], right[at])
            yield Showed("larger", said[at], untuned[at])
    own, other = share("small_tuned/tasks", right, None), share("large_untuned/tasks", untuned, None)
    yield own
    yield other
    for kind in dict.fromkeys(kinds):
        for arm, marks in (("small_tuned", right), ("large_untuned", untuned)):
            yield share(f"{arm}/{kind}", [m for m, k in zip(marks, kinds, strict=True) if k == kind], None)
    assert own.ci95 is not None and other.ci95 is not None  # there are questions
    yield Measured("tuning/worth", own.value - other.value, paired_interval(right, untuned), len(right), 0.0)
    yield Measured("tuning/between_intervals", own.ci95[0] - other.ci95[1], n=len(right), baseline=0.0)


# -- clean or larger -----------------------------------------------------------------------------------------


def _clean_or_large(
    corpus: Corpus,
    small: list[float],
    large: list[float],
    compute: float,
    settings: Settings,
    seed: int,
    folder: Path,
) -> Iterator[Event]:
    everything = msgspec.structs.replace(settings, data=msgspec.structs.replace(settings.data, filters=False))
    unclean = yield from _made(everything, seed, folder)
    sized = yield from pretrained(unclean, everything, LARGE, compute, seed)
    junk = bits_per_byte(sized.model, unclean)  # the same documents, in the same order
    for arm, bits in (("small_filtered", small), ("large_filtered", large), ("large_unfiltered", junk)):
        yield Measured(f"{arm}/bits_per_byte", fmean(bits), mean_interval(bits), len(bits))
    saved = [b - a for a, b in zip(small, junk, strict=True)]
    yield Measured("filtering/bits_saved_by_the_small", fmean(saved), mean_interval(saved), len(saved), 0.0)
