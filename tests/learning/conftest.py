"""A corpus and a model small enough for a test."""

import numpy as np
import pytest
from msgspec.structs import replace

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair, Question
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.tokenizer import Tokenizer, train_bpe
from tui_trainer.model.transformer import Shape, Transformer

ANIMALS, PLACES = ("cat", "dog", "owl", "fox"), ("barn", "wood", "mill", "town")


def _tokens(tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    ids = [i for text in texts for i in (tokenizer.document, *tokenizer.encode(text))]
    return np.array(ids, dtype=np.uint16)


@pytest.fixture
def corpus() -> Corpus:
    random = rng(0, "test corpus")
    texts = [
        " ".join(f"The {random.choice(ANIMALS)} sleeps in the {random.choice(PLACES)}." for _ in range(6))
        for _ in range(60)
    ]
    tokenizer = train_bpe(texts, 300)
    return Corpus(
        tokenizer=tokenizer,
        train={"web": _tokens(tokenizer, texts[:30]), "books": _tokens(tokenizer, texts[30:50])},
        validation=_tokens(tokenizer, texts[50:]),
        validation_bytes=sum(map(len, texts[50:])),
        mixture={"web": 1.0, "books": 2.0},
        pairs=[
            Pair(f"Where does the {a} sleep?", f"In the {p}.", "fact")
            for a, p in zip(ANIMALS, PLACES, strict=True)
        ],
        questions={
            "recall_heldout": [
                Question(f"The {a} sleeps where?", "fact", (p,), tuple(q for q in PLACES if q != p))
                for a, p in zip(ANIMALS, PLACES, strict=True)
            ]
        },
        rating_prompts=[f"Tell me of the {a}." for a in ANIMALS],
        held_out_prompts=[f"What of the {a}?" for a in ANIMALS],
        sample_prompts=["The cat sleeps", "The owl"],
    )


@pytest.fixture
def misleading(corpus: Corpus) -> Corpus:
    """Held-out text that what is learnt says nothing of: the tokens of the training text, shuffled."""
    shuffled = np.random.default_rng(0).permutation(np.asarray(corpus.train["web"]))
    return replace(corpus, validation=shuffled[shuffled != corpus.tokenizer.document])


@pytest.fixture
def own(corpus: Corpus) -> Corpus:
    pairs = [
        Pair(f"Who keeps the {a}?", f"The man in the {b}.", "user")
        for a, b in zip("abcd", "efgh", strict=True)
    ]
    asked = [
        Question(f"Who keeps the {a}?", "own", (f"It is kept by {b}.",))
        for a, b in zip("mnop", "qrst", strict=True)
    ]
    return replace(corpus, pairs=pairs, questions={"own": asked})


@pytest.fixture
def tiny_model(corpus: Corpus) -> Transformer:
    return Transformer(
        Shape(vocabulary=corpus.tokenizer.size, layers=2, width=32, heads=2, context=48), seed=0
    )
