"""A small linear text classifier, trained in a moment where it is needed: no weights to ship.

Logistic regression on hashed words and pairs of words, as the quality classifiers of large corpora are
(GPT-3's, fastText's). What a word is about (selling) and the look of a text (capitals, links, '!!!')
stand as tokens of their own, so that what is learnt from some sentences holds for others.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tui_trainer.corpus.filters.lexicons import UNSPACED

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BUCKETS = 1 << 18
TOKENS = re.compile(r"(?:https?://|www\.)\S+|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[!?]+|[$€£%*|@#]+")
LONGEST = 20_000  # characters judged
LONG_NUMBER = 5  # digits: to be called, or texted to
BIAS = -2.0  # log-odds of a text of which nothing is known: not of the class. Not learnt, so it stays so
STEPS = 60
RATE = 0.5
RIDGE = 1e-5


class Linear:
    """How much a text looks like one class rather than like all others."""

    def __init__(self, topics: Mapping[str, str]) -> None:
        """Args: topics: what some words are about; the name of the topic is a feature of its own."""
        self._topics = topics
        self._weights = np.zeros(BUCKETS)

    def margin(self, text: str) -> float:
        """Log-odds that a text is of the class; words never seen in training pull them towards `BIAS`."""
        columns, values = self._features(text)
        return float(self._weights[columns] @ values) + BIAS

    def train(self, texts: Sequence[str], truth: Sequence[bool]) -> "Linear":
        """Learn, by gradient descent on all texts at once with Adagrad's step sizes, from weights of 0.

        Nothing in it is random. Both classes weigh the same, however few texts they have.
        """
        rows = [self._features(text) for text in texts]
        owner = np.repeat(np.arange(len(rows)), [len(columns) for columns, _ in rows])
        values = np.concatenate([v for _, v in rows])
        used, place = np.unique(np.concatenate([columns for columns, _ in rows]), return_inverse=True)
        right = np.array(truth)
        share = np.where(right, 0.5 / max(1, right.sum()), 0.5 / max(1, (~right).sum()))
        weights, squares = np.zeros(len(used)), np.full(len(used), 1e-12)
        for _ in range(STEPS):
            margins = np.bincount(owner, weights[place] * values, minlength=len(rows)) + BIAS
            errors = share * (1 / (1 + np.exp(-margins)) - right)
            gradient = np.bincount(place, errors[owner] * values, minlength=len(used)) + RIDGE * weights
            squares += gradient**2
            weights -= RATE * gradient / np.sqrt(squares)
        self._weights[:] = 0
        self._weights[used] = weights
        return self

    def _features(self, text: str) -> tuple[Integers, Floats]:
        """Buckets and values, of length 1: each word and pair once, each topic as often as it comes."""
        words = self._tokens(text[:LONGEST])
        counts: dict[str, float] = dict.fromkeys(words, 1.0)
        counts |= dict.fromkeys(map(" ".join, pairwise(words)), 1.0)
        for word in words:
            topic = word if word[0] == "<" else self._topics.get(word)
            if topic is not None:
                counts[topic] = counts.get(topic, 0.0) + 1.0
        codes = [crc32(gram.encode("utf-8", "surrogatepass")) % BUCKETS for gram in counts]
        values = np.array(list(counts.values()))
        return np.array(codes, dtype=np.int64), values / np.sqrt(max(1.0, (values**2).sum()))

    @staticmethod
    def _tokens(text: str) -> list[str]:
        found = []
        for token in TOKENS.findall(text):
            first = token[0]
            if first.isalpha():
                if token[:4] in ("http", "www."):
                    found.append("<link>")
                    continue
                if not token.isascii() and UNSPACED.search(token):
                    found += token  # letter by letter: a whole clause would weigh no more than a number
                    continue
                if len(token) > 2 and token.isupper():
                    found.append("<capitals>")
                found.append(token.lower())
            elif first.isdigit():
                found.append("number" if len(token) < LONG_NUMBER else "<long number>")
            elif first in "!?":
                found.append(first if len(token) == 1 else f"<{first}{first}>")
            else:
                found.append(f"<{first}>")
        return found
