"""Tokens into batches: the mixture's documents for pretraining, packed dialogues for fine-tuning."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import LETTERS
from tui_trainer.corpus.randomness import derive
from tui_trainer.learning.randomness import generator
from tui_trainer.model.operations import IGNORED, causal


class DocumentReader:
    """Rows of running text, each source reshuffled every time it has been read through.

    First its documents, then the rows that they make: a document can be far longer than a row, and a batch of
    neighbors teaches less than one of strangers.

    A row's source is drawn in proportion to (tokens of the source) x (readings of the mixture).
    The state is one counter a source, the data cursor: how many rows have been taken from it.
    """

    def __init__(self, corpus: Corpus, context: int, seed: int) -> None:
        self.context, self.seed = context, seed
        self.sources = sorted(name for name, tokens in corpus.train.items() if len(tokens) > 0)
        self.in_order = LETTERS in self.sources  # the tiny world's text; one's own is read as it is
        self.tokens = {name: np.asarray(corpus.train[name]) for name in self.sources}
        self.starts = {
            name: np.flatnonzero(tokens == corpus.tokenizer.document) for name, tokens in self.tokens.items()
        }
        self.mixture = {name: float(corpus.mixture.get(name, 1.0)) for name in self.sources}
        self.taken = dict.fromkeys(self.sources, 0)
        self._streams: dict[str, tuple[int, NDArray[np.int64], NDArray[np.int64]]] = {}

    def rows(self, count: int, step: int, source: str = "", share: float = 0.0) -> Tensor:
        """The next `count` rows for this step: (count, context + 1) int64.

        Args:
            source: one whose share of them is `share`, if it is read at all; "": the mixture says it of all.
        """
        weights = torch.tensor([len(self.tokens[s]) * self.mixture[s] for s in self.sources])
        if not bool(weights.sum() > 0):
            weights = torch.ones(len(self.sources))
        this = torch.tensor([s == source for s in self.sources])
        others = weights.masked_fill(this, 0.0)
        if bool(weights[this].sum() > 0) and bool(others.sum() > 0):
            weights = (1 - share) * others / others.sum() + share * this
        draws = torch.multinomial(
            weights.double(), count, replacement=True, generator=generator(self.seed, "source", step)
        )
        return torch.stack([self._next(self.sources[draw]) for draw in draws.tolist()])

    def _next(self, source: str) -> Tensor:
        length = self.context + 1
        per_epoch = max(1, (len(self.tokens[source]) - 1) // self.context)
        epoch, row = divmod(self.taken[source], per_epoch)
        self.taken[source] += 1
        stream, order = self._stream(source, epoch)
        if len(stream) < length:  # a source shorter than a row is read round and round
            stream = np.resize(stream, length)
        start = int(order[row]) * self.context
        return torch.from_numpy(stream[start : start + length].copy())

    def _stream(self, source: str, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All documents of a source, in this epoch's order, end to end; and the order of their rows."""
        kept = self._streams.get(source)
        if kept is None or kept[0] != epoch:
            starts, tokens = self.starts[source], self.tokens[source]
            ends = np.append(starts[1:], len(tokens))
            shuffle = np.random.Generator(np.random.PCG64(derive(self.seed, "epoch", source, epoch)))
            order = shuffle.permutation(len(starts))
            pieces = [tokens[starts[i] : ends[i]] for i in order]
            rows = shuffle.permutation(max(1, (len(tokens) - 1) // self.context))
            kept = (epoch, np.concatenate(pieces).astype(np.int64), rows)
            self._streams[source] = kept
        return kept[1:]


def packed_dialogues(
    dialogues: Sequence[tuple[list[int], list[bool]]], context: int, pad: int
) -> tuple[Tensor, Tensor]:
    """Whole dialogues, several to a row while they fit.

    Args:
        dialogues: token ids, and for each token whether the model is to learn to say it.

    Returns:
        inputs and targets, each (rows, context) int64; targets are IGNORED but on the answers.
    """
    rows: list[tuple[list[int], list[bool]]] = []
    for ids, learnt in dialogues:
        ids, learnt = ids[: context + 1], learnt[: context + 1]
        if rows and len(rows[-1][0]) + len(ids) <= context + 1:
            rows[-1][0].extend(ids)
            rows[-1][1].extend(learnt)
        else:
            rows.append((list(ids), list(learnt)))
    tokens = torch.full((len(rows), context + 1), pad, dtype=torch.long)
    is_target = torch.zeros(len(rows), context + 1, dtype=torch.bool)
    for row, (ids, learnt) in enumerate(rows):
        tokens[row, : len(ids)] = torch.tensor(ids)
        is_target[row, : len(ids)] = torch.tensor(learnt)
    return tokens[:, :-1], tokens[:, 1:].masked_fill(~is_target[:, 1:], IGNORED)


# Of the dialogues, how many go on from the one before them; and of sums after a sum, whose numbers are easily
# taken for each other.
FOLLOWS, SUM_AFTER_SUM = 0.15, 0.5


class DialogueReader:
    """Packed rows of the pairs, reshuffled every epoch; the state is the number of rows taken.

    Some go on from the one before, as people ask one thing after the other: of pairs that always began anew,
    .92 of the facts were known in a first question, and .42 in a second one.
    """

    def __init__(self, corpus: Corpus, context: int, seed: int) -> None:
        self.dialogues = corpus.dialogues
        self.is_sum = [pair.kind == "sum" for pair in corpus.pairs]
        self.context, self.seed, self.pad = context, seed, corpus.tokenizer.pad
        self.epoch, self.row = 0, 0
        self._packed = self._pack()

    def rows(self, count: int) -> tuple[Tensor, Tensor]:
        """The next rows: inputs and targets, each (count, context)."""
        inputs, targets = [], []
        for _ in range(count):
            if self.row >= len(self._packed[0]):
                self.seek(self.epoch + 1, 0)
            inputs.append(self._packed[0][self.row])
            targets.append(self._packed[1][self.row])
            self.row += 1
        return torch.stack(inputs), torch.stack(targets)

    def seek(self, epoch: int, row: int) -> None:
        """Go to a place."""
        if epoch != self.epoch:
            self.epoch = epoch
            self._packed = self._pack()
        self.row = row

    def _pack(self) -> tuple[Tensor, Tensor]:
        draw = generator(self.seed, "pairs", self.epoch)
        order = torch.randperm(len(self.dialogues), generator=draw).tolist()
        chances = torch.rand(len(order), generator=draw).tolist()
        talks: list[tuple[list[int], list[bool]]] = []
        after_sum = False
        for i, chance in zip(order, chances, strict=True):
            ids, learnt = self.dialogues[i]
            goes_on = chance < (SUM_AFTER_SUM if self.is_sum[i] and after_sum else FOLLOWS)
            after_sum = self.is_sum[i]
            if goes_on and talks and len(talks[-1][0]) + len(ids) - 1 <= self.context + 1:
                said, flags = talks[-1]
                talks[-1] = said + ids[1:], flags + learnt[1:]  # it begins only once
            else:
                talks.append((ids, learnt))
        return packed_dialogues(talks, self.context, self.pad)


def apart(tokens: Tensor, document: int, dtype: torch.dtype) -> Tensor | None:
    """The mask with which the texts of a packed row do not see each other; None: each row is of one text.

    What a stranger says is no help, and a model that may look at it learns later, or never, to copy what was
    told in its own text (`tests/bench/LOG.md`).

    Args:
        tokens: (rows, positions) int64, in which each text begins with the `document` token.

    Returns:
        (rows, positions, positions): 0 where a position may look, -inf elsewhere.
    """
    begins = tokens == document
    if not bool(begins[:, 1:].any()):
        return None
    text = begins.cumsum(dim=1)
    return causal(tokens.shape[1], dtype, tokens.device).where(
        text[:, :, None] == text[:, None, :], -torch.inf
    )


def cursor_tensors(reader: DocumentReader) -> dict[str, Tensor]:
    """The data cursor, to be put away in a checkpoint."""
    return {f"cursor.{source}": torch.tensor(rows) for source, rows in reader.taken.items()}


def restore_cursor(reader: DocumentReader, tensors: Mapping[str, Tensor]) -> None:
    """Go on reading where `cursor_tensors` was taken."""
    for source in reader.sources:
        reader.taken[source] = int(tensors[f"cursor.{source}"])
