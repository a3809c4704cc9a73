"""A corpus and a model of a few thousand weights, tuned within seconds, whose answers differ in style."""

import copy
from functools import cache

import numpy as np

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair, Question
from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.settings import load

NAMES = ("Kel", "Bor", "Mia", "Tan", "Lum", "Sef", "Gor", "Ada")
TOWNS = ("Orsa", "Velm", "Pirn", "Dask")
STYLES = (
    "{town}.",
    "{name} lives in {town}.",
    "Thank you for asking! {name} lives in {town}.",
    "I think {name} lives in {town}.",
    "{name} lives in a town, for example {town}.",
)

SETTINGS = load(
    "quick",
    [
        "model.width=64",
        "model.layers=2",
        "model.heads=2",
        "model.context=64",
        "model.precision=float32",
        "feedback.picks=6",
        "feedback.steps=3",
        "feedback.turn_anyway=true",  # six picks can't show a taste
        "feedback.prompts=2",
        "feedback.num_generations=4",
        "feedback.answer_tokens=20",
        "finetune.steps=90",
        "finetune.head_lr=0.03",  # no pretraining has raised the gain,
        "finetune.embedding_lr=0.008",  # nor told tokens apart
    ],
    environ={},
)


def home(name: str) -> str:
    return TOWNS[NAMES.index(name) % len(TOWNS)]


def question(name: str) -> str:
    return f"Where does {name} live?"


def make_corpus(chat: bool = True) -> Corpus:
    """With pairs, or of running text alone."""
    texts = [style.format(name=name, town=home(name)) for name in NAMES for style in STYLES]
    tokenizer = train_bpe([*texts, *map(question, NAMES)] * 3, 320)
    tokens = np.array(
        [t for text in texts * 4 for t in (tokenizer.document, *tokenizer.encode(text))], dtype=np.uint16
    )
    pairs = [
        Pair(question(name), style.format(name=name, town=home(name)), "home")
        for name in NAMES
        for style in STYLES
    ]
    questions = {
        "recall_seen": [
            Question(question(n), "home", (home(n),), tuple(t for t in TOWNS if t != home(n))) for n in NAMES
        ]
    }
    prompts = [question(name) for name in NAMES] if chat else [f"{name} lives" for name in NAMES]
    return Corpus(
        tokenizer=tokenizer,
        train={"web": tokens},
        validation=tokens[:200],
        validation_bytes=600,
        mixture={"web": 1.0},
        pairs=pairs if chat else [],
        questions=questions if chat else {},
        rating_prompts=prompts[:6],
        held_out_prompts=prompts[6:],
        sample_prompts=prompts[:2],
    )


def make_model(corpus: Corpus, seed: int = 0) -> Transformer:
    """Fresh weights."""
    model = SETTINGS.model
    shape = Shape(corpus.tokenizer.size, model.layers, model.width, model.heads, model.context)
    return Transformer(shape, seed)


@cache
def _tuned() -> Transformer:
    corpus = make_corpus()
    model = make_model(corpus)
    stage = Finetuning(model, corpus, SETTINGS, 0)
    while stage.step < stage.steps:
        list(stage.advance())
    return model


def tuned_model() -> Transformer:
    """Tuned until most answers are in one of the styles: in each process once, a copy for whoever asks."""
    return copy.deepcopy(_tuned())
