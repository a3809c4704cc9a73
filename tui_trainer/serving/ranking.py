"""Texts ranked by how well they match some words."""

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Index:
    """Texts, each as its words, scored by BM25 (Robertson & Zaragoza 2009), in Lucene's form."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        # Where JAX is installed, bm25s starts it for a way of ranking that isn't used here, and it takes most
        # of a GPU's memory: the trainer's.
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        import bm25s

        self._texts = len(texts)
        self._bm25 = bm25s.BM25(method="lucene")
        if texts:
            self._bm25.index(list(texts), show_progress=False)

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """How well each text matches: (texts,), 0 where none of the words is in it."""
        if not self._texts or not words:  # of neither it can make anything
            return np.zeros(self._texts, np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores(list(words))
        return scores
