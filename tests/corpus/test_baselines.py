"""The n-gram model against its definition, written out with dictionaries; and what xz adds."""

import lzma
from collections import Counter
from random import Random

import numpy as np
import pytest

from tui_trainer.corpus.baselines import baselines, kneser_ney


def by_definition(train: list[int], before: list[int], token: int, vocabulary: int, order: int) -> float:
    """P(token | before), recursively; the first token of the training text is context only."""

    def counts(k: int) -> Counter[tuple[int, ...]]:
        """Of k-grams: how often they come; below the order, how many different tokens come before them."""
        if k == order:
            return Counter(tuple(train[max(0, i - k + 1) : i + 1]) for i in range(1, len(train)))
        longer = {tuple(train[max(0, i - k) : i + 1]) for i in range(1, len(train))}
        return Counter(gram[-k:] for gram in longer)

    def probability(k: int) -> float:
        if k == 0:
            return 1 / vocabulary
        of, context = counts(k), tuple(before[len(before) - k + 1 :])
        singles, doubles = sum(c == 1 for c in of.values()), sum(c == 2 for c in of.values())
        discount = singles / (singles + 2 * doubles) if singles else 0.5
        total = sum(c for gram, c in of.items() if gram[:-1] == context)
        kinds = sum(gram[:-1] == context for gram in of)
        lower = probability(k - 1)
        if not total:
            return lower
        return (max(of[(*context, token)] - discount, 0) + discount * kinds * lower) / total

    return probability(order)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_kneser_ney_is_its_definition_and_sums_to_one(order: int) -> None:
    draw, vocabulary = Random(order), 5
    train = draw.choices(range(vocabulary), weights=(8, 4, 2, 1, 0), k=60)
    unseen = draw.choices(range(vocabulary), k=20)
    found = kneser_ney(np.array(train), np.array(unseen), vocabulary, order)
    for i, token in enumerate(unseen):
        before = [*train, *unseen[:i]]
        assert found[i] == pytest.approx(by_definition(train, before, token, vocabulary, order), rel=1e-9)
        every = [by_definition(train, before, t, vocabulary, order) for t in range(vocabulary)]
        assert sum(every) == pytest.approx(1)


def test_bits_per_byte_are_those_of_the_text_and_not_of_marks() -> None:
    draw = Random(0)
    texts = ["".join(draw.choices("ab ", k=50)) for _ in range(300)]
    marked = [np.array([300, *text.encode()], dtype=np.uint16) for text in texts]
    train, unseen = np.concatenate(marked[:250]), np.concatenate(marked[250:])
    ngram, xz = baselines([train], unseen, 301, 300, (texts[:250], texts[250:]))
    nats = -np.log(kneser_ney(train, unseen, 301))[unseen != 300].sum()
    assert ngram.value == pytest.approx(nats / np.log(2) / 2500) and ngram.n == 2500
    assert np.log2(3) < ngram.value < 2  # three letters by chance, of which nothing can be known
    read, more = "\n".join(texts[:250]).encode(), "\n".join(texts[250:]).encode()
    assert xz.value == 8 * (len(lzma.compress(read + more)) - len(lzma.compress(read))) / len(more)


def test_of_too_little_text_nothing_is_said() -> None:
    mark = np.array([300, 97], dtype=np.uint16)
    assert list(baselines([], mark, 301, 300, ([], ["a"]))) == []
    assert list(baselines([mark], mark[:0], 301, 300, (["a"], []))) == []
    assert len(list(baselines([mark], mark, 301, 300, (["a"], ["a"])))) == 2
