"""Claims put to the test: each changes one thing, and compares.

- `pretraining`: fine-tuning alone, from random weights, on the same pairs. What is known about entities never
  asked about must come from reading; a control near zero proves that the questions do not leak.
- `filters`: the same number of tokens from the filtered text, and from everything, junk and all, measured on
  the same clean held-out text and facts.
"""

from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

import msgspec

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.prepare import prepare
from tui_trainer.experiments.curves import Curves, Point
from tui_trainer.learning.evaluation import Evaluation
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.stage import Stage
from tui_trainer.messages.events import Event, Measured, Stepped, Validated
from tui_trainer.model.precision import compute_dtype
from tui_trainer.model.transformer import Transformer
from tui_trainer.run.stages import model_shape
from tui_trainer.settings import Settings

PLOT_EVERY = 10  # steps


def new_model(corpus: Corpus, settings: Settings, seed: int) -> Transformer:
    """A model with random weights, of the size that settings and vocabulary ask for."""
    return Transformer(model_shape(settings, corpus.tokenizer.size), seed, compute_dtype(settings.model))


def _through(stage: Stage) -> Iterator[Event]:
    while stage.step < stage.steps:
        yield from stage.advance()


def trained(
    settings: Settings, seed: int, folder: Path
) -> Generator[Event, None, tuple[Transformer, Corpus]]:
    """A model that has read the world and learnt to answer, made in a folder."""
    yield from prepare(settings, seed, (), folder)
    corpus = Corpus.load(folder)
    model = new_model(corpus, settings, seed)
    yield from _through(Pretraining(model, corpus, settings, seed))
    yield from _through(Finetuning(model, corpus, settings, seed))
    return model, corpus


def _renamed(events: Iterator[Event], name: str) -> Iterator[Event]:
    """Put the figures under the experiment's arm: `tuned/sums` becomes `NAME/sums`."""
    for event in events:
        if isinstance(event, Measured):
            event = msgspec.structs.replace(event, name=f"{name}/{event.name.split('/')[1]}")
        yield event


def without_pretraining(settings: Settings, seed: int, folder: Path) -> Iterator[Event]:
    """Fine-tune random weights, and the pretrained ones, and ask both the same questions.

    Random weights read the pairs alone: the documents that fine-tuning reads along, so that nothing is
    forgotten, would be a pretraining of hundreds of steps to them.
    """
    yield from prepare(settings, seed, (), folder)
    corpus = Corpus.load(folder)
    pairs_alone = msgspec.structs.replace(
        settings, finetune=msgspec.structs.replace(settings.finetune, document_rows=0)
    )
    curves = Curves("Loss while answers are learnt", "step of fine-tuning", "nats a token")
    for arm, name in (("pretrained", "pretrained first"), ("not_pretrained", "from random weights")):
        model = new_model(corpus, settings, seed)
        if arm == "pretrained":
            yield from _through(Pretraining(model, corpus, settings, seed))
        own = settings if arm == "pretrained" else pairs_alone
        points = partial(_losses, name)
        yield from curves.along(_through(Finetuning(model, corpus, own, seed)), points)
        yield from _renamed(Evaluation("tuned", model, corpus, settings).advance(), arm)


def _losses(name: str, event: Event) -> list[Point]:
    if not isinstance(event, Stepped) or event.step % PLOT_EVERY:
        return []
    return [(name, event.step, event.loss)]


def _validated(name: str, event: Event) -> list[Point]:
    return [(name, event.step, event.bits_per_byte)] if isinstance(event, Validated) else []


def filtered_or_not(settings: Settings, seed: int, folder: Path) -> Iterator[Event]:
    """Pretrain on filtered and on unfiltered text, equally long, and measure on the same clean text."""
    curves = Curves("Unseen clean text", "step of pretraining", "bits a byte")
    for arm in ("filtered", "unfiltered"):
        place = folder / arm
        place.mkdir()
        data = msgspec.structs.replace(settings.data, filters=arm == "filtered")
        own = msgspec.structs.replace(settings, data=data)
        yield from prepare(own, seed, (), place)
        corpus = Corpus.load(place)
        model = new_model(corpus, own, seed)
        points = partial(_validated, arm)
        yield from curves.along(_through(Pretraining(model, corpus, own, seed)), points)
        yield from _renamed(Evaluation("base", model, corpus, own).advance(), arm)
