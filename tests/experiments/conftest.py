"""A model of random weights that has read nothing, with the exam of a world, made in a moment."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.exam.questions import evaluation_questions, finetuning_pairs, probe_questions
from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.corpus.world import World, make_world
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.settings import load

SEED = 5


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(SEED)


@pytest.fixture(scope="session")
def corpus(world: World) -> Corpus:
    pairs = finetuning_pairs(world, 300, SEED)
    tokenizer = train_bpe([pair.answer for pair in pairs] + [pair.prompt for pair in pairs], 500)
    tokens = np.array([tokenizer.document, *tokenizer.encode("The town is known for lace. " * 40)], np.uint16)
    return Corpus(
        tokenizer=tokenizer,
        train={"web": tokens},
        validation=tokens[:100],
        validation_bytes=400,
        mixture={"web": 1.0},
        pairs=pairs,
        questions={**evaluation_questions(world, SEED), **probe_questions(world)},
        rating_prompts=[],
        held_out_prompts=[],
        sample_prompts=[],
    )


@pytest.fixture
def tuned(corpus: Corpus, tmp_path: Path) -> Tuned:
    model = Transformer(Shape(corpus.tokenizer.size, layers=2, width=32, heads=2, context=96), seed=0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3, generator=generator)
    settings = load("quick", ["feedback.answer_tokens=16"], environ={})
    return Tuned(corpus, model, settings, tmp_path)
