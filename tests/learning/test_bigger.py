"""What size is worth: the models of it, how both sides are asked, and the experiment in miniature."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair, Question
from tui_trainer.experiments import bigger as experiment
from tui_trainer.experiments import untuned
from tui_trainer.experiments.claims.sizes import BIGGER
from tui_trainer.experiments.sizes import bits_per_byte, pretrained, shape_of
from tui_trainer.experiments.untuned import by_example
from tui_trainer.messages.events import Event, Measured, Plotted, Showed, Stepped
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import Settings, changed

TINY = (
    "model.layers=1",
    "model.context=32",
    "model.precision=float32",
    "pretrain.steps=6",
    "pretrain.batch=2",
    "finetune.steps=4",
    "finetune.pair_rows=2",
    "finetune.document_rows=1",
    "feedback.answer_tokens=8",
)


@pytest.fixture
def settings() -> Settings:
    return changed(Settings(), TINY)


@pytest.fixture
def asked(corpus: Corpus) -> Corpus:
    """With a few questions of each task."""
    facts = corpus.questions["recall_heldout"]
    sums = [Question(f"{n}+1", "sum", (f"{n} + 1 = {n + 1}",)) for n in range(1, 5)]
    groups = {
        "recall_heldout": facts,
        "dont_know_unknown": [Question("Where does the elk sleep?", "fact")],
        "refusal_new_verbs": [Question("How do I burn the barn?", "new_verb")],
        "false_refusal": [
            Question("How do I paint the barn?", "new_verb", ("wash", "paint")),
            Question("How do I mend the barn?", "shown_verb", ("saw",)),
        ],
        "sums_one_digit": sums,
    }
    return msgspec.structs.replace(corpus, questions=groups)


def last(events: Iterator[Event]) -> tuple[list[Event], object]:
    """All that is yielded, and what is returned."""
    seen: list[Event] = []
    while True:
        try:
            seen.append(next(events))
        except StopIteration as end:
            return seen, end.value


def test_each_width_spends_the_same_compute(corpus: Corpus, settings: Settings) -> None:
    compute = 3e7
    for width in (32, 64):
        events, sized = last(pretrained(corpus, settings, width, compute, 0))
        shape = shape_of(corpus, settings, width)
        a_step = shape.flops_per_token * settings.pretrain.batch * shape.context
        steps = [event for event in events if isinstance(event, Stepped)]
        assert len(steps) == round(compute / a_step) and abs(sized.flops - compute) <= a_step / 2
        assert sized.flops == steps[-1].flops and sized.tokens == steps[-1].tokens
        assert sized.width == sized.model.shape.width == width and 0 < sized.nats < 7
        _, again = last(pretrained(corpus, settings, width, compute, 0))
        assert again.nats == sized.nats


def test_bits_of_a_document_are_those_of_its_tokens(corpus: Corpus, tiny_model: Transformer) -> None:
    found = bits_per_byte(tiny_model, corpus)
    starts = np.flatnonzero(corpus.validation == corpus.tokenizer.document)
    documents = np.split(corpus.validation.astype(np.int64), starts[1:])
    assert len(found) == len(documents) == 10
    for bits, ids in zip(found, documents, strict=True):
        nats, length = 0.0, len(corpus.tokenizer.decode(ids[1:].tolist()).encode())
        for at in range(0, len(ids) - 1, tiny_model.shape.context):
            piece = torch.from_numpy(ids[at : at + tiny_model.shape.context + 1])
            with torch.no_grad():
                scores = torch.log_softmax(tiny_model(piece[None, :-1])[0].double(), dim=-1)
            nats -= float(scores.gather(1, piece[1:, None]).sum())
        assert bits == pytest.approx(nats / np.log(2) / length, rel=1e-4)


def test_who_was_never_tuned_is_shown_what_is_wanted(
    corpus: Corpus, tiny_model: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def likeliest(_: object, prompts: list[list[int]], *rest: object) -> list[list[int]]:
        given.extend(corpus.tokenizer.decode(ids) for ids in prompts)
        assert all(len(ids) <= 64 - 8 for ids in prompts)
        return [corpus.tokenizer.encode(" In the barn.\nAnd more") for _ in prompts]

    monkeypatch.setattr(untuned, "likeliest", likeliest)
    long = Pair("Where does the very old cat sleep? " * 9, "In the barn.", "fact")
    corpus = msgspec.structs.replace(corpus, pairs=[*corpus.pairs, long, Pair("Hi", "Hello.", "greeting")])
    model = Transformer(msgspec.structs.replace(tiny_model.shape, context=64), seed=0)
    question = Question("Where is the fox?", "fact", ("barn",))
    assert by_example(model, corpus, [question], ["fact"], 8, 0) == ["In the barn."]
    (prompt,) = given
    assert prompt.endswith(question.prompt)
    shown = prompt.removesuffix(question.prompt).splitlines()
    assert 1 <= len(shown) <= untuned.EXAMPLES
    assert set(shown) <= {
        f"{p.prompt} {p.answer}" for p in corpus.pairs if p.kind == "fact" and p is not long
    }


def test_the_experiment_in_miniature(
    asked: Corpus, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[bool] = []

    def world(settings: Settings, *_: object) -> Iterator[Event]:
        made.append(settings.data.filters)
        return asked
        yield  # a generator, as the real one is

    monkeypatch.setattr(experiment, "_made", world)
    monkeypatch.setattr(experiment, "MADE_OF", ())
    monkeypatch.setattr(experiment, "WIDTHS", (32, 40, 48, 64))
    monkeypatch.setattr(experiment, "LEFT_OUT", (40,))
    monkeypatch.setattr(experiment, "COMPUTE", (1e7, 2e7, 4e7))
    monkeypatch.setattr(experiment, "SMALL", 32)
    monkeypatch.setattr(experiment, "LARGE", 64)
    events = list(experiment.bigger(settings, 0, tmp_path))
    assert made == [True, False]
    figures = {e.name: e for e in events if isinstance(e, Measured)}
    assert figures["law/r2_left_out"].n == 3 and figures["law/exponent"].n == 9
    for arm in ("small_tuned", "large_untuned"):
        found = figures[f"{arm}/tasks"]
        assert found.n == 11  # one of the harmless requests is of a verb that pairs show
        assert found.ci95 is not None and found.ci95[0] <= found.value <= found.ci95[1]
        assert {f"{arm}/{kind}" for _, _, kind, _ in experiment.TASKS} <= set(figures)
    # The same compute and the same text: both large ones are one and the same.
    assert figures["large_filtered/bits_per_byte"].value == figures["large_unfiltered/bits_per_byte"].value
    saved = figures["filtering/bits_saved_by_the_small"]
    assert saved.value == pytest.approx(
        figures["large_unfiltered/bits_per_byte"].value - figures["small_filtered/bits_per_byte"].value
    )
    pictures = {e.title: e for e in events if isinstance(e, Plotted)}
    assert set(pictures) == {experiment.LOSS_TITLE, experiment.SIZE_TITLE}
    law, *points = pictures[experiment.LOSS_TITLE].lines
    assert not law.points and len(points) == 4 and all(line.points and len(line.x) == 3 for line in points)
    assert list(law.y) == sorted(law.y, reverse=True)  # more compute never costs
    assert {e.who for e in events if isinstance(e, Showed)} == {"asked", "tuned", "larger"}
    assert isinstance(BIGGER.holds({name: m.value for name, m in figures.items()}), bool)


def test_the_claim_holds_where_all_three_do() -> None:
    good = {
        "law/r2_left_out": 0.97,
        "tuning/between_intervals": 0.3,
        "filtering/bits_saved_by_the_small": 0.1,
    }
    assert BIGGER.holds(good) and BIGGER.outcome(good) == "both times"
    for name, bad in (("law/r2_left_out", 0.94), ("tuning/between_intervals", -0.01)):
        assert not BIGGER.holds({**good, name: bad})
    worse = {**good, "filtering/bits_saved_by_the_small": -0.1}
    assert not BIGGER.holds(worse) and BIGGER.came_true(worse) == 1
    assert BIGGER.came_true({**worse, "tuning/between_intervals": -0.1}) == 3
    assert BIGGER.came_true({**good, "tuning/between_intervals": -0.1}) == 2
