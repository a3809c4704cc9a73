"""What simpler means make of the same text: an n-gram model of the same tokens, and xz.

A loss says little by itself. Interpolated Kneser-Ney is the best that counting what follows what comes to,
and xz finds whatever is repeated: a model that is no better than either has learnt no more than that.
"""

import lzma
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tui_trainer.messages.events import Measured

ORDER = 6  # tokens of an n-gram, the last being the one that is guessed
MOST_TOKENS = 2_000_000  # of the training text are counted
MOST_PACKED = 1_000_000  # bytes of the training text that xz gets
MOST_UNPACKED = 128_000  # bytes of the validation text that are packed behind it

Ids = NDArray[np.int64]


def baselines(
    train: Sequence[NDArray[np.integer]],
    validation: NDArray[np.integer],
    vocabulary: int,
    document: int,
    texts: tuple[Sequence[str], Sequence[str]],
) -> Iterator[Measured]:
    """Bits per byte of the validation text, by both; nothing where there is too little to count.

    Args:
        train: token arrays; of more than two million tokens the first are taken.
        texts: what both kinds of documents say; of training text xz gets the first megabyte.
    """
    if sum(map(len, train)) < 2 or not len(validation):
        return
    read, unseen = ("\n".join(of).encode("utf-8", "surrogatepass") for of in texts)
    tokens = np.concatenate([of[:MOST_TOKENS] for of in train])[:MOST_TOKENS]
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts[1])
    probabilities = kneser_ney(tokens, validation, vocabulary)[validation != document]
    bits = -float(np.log2(probabilities).sum())
    yield Measured("baseline/ngram_bits_per_byte", bits / max(1, size), n=size)
    read, unseen = read[:MOST_PACKED], unseen[:MOST_UNPACKED]
    more = len(lzma.compress(read + unseen)) - len(lzma.compress(read))
    yield Measured("baseline/xz_bits_per_byte", 8 * more / max(1, len(unseen)), n=len(unseen))


def kneser_ney(
    train: NDArray[np.integer], unseen: NDArray[np.integer], vocabulary: int, order: int = ORDER
) -> NDArray[np.float64]:
    """The probability of each unseen token, given those before it: (len(unseen),).

    Interpolated Kneser-Ney (Chen and Goodman 1999, 3.2), with one discount an order, n1 / (n1 + 2 n2), down
    to a uniform guess: of the longest n-grams it counts how often they come, of shorter ones how many tokens
    come before them.
    """
    grams = _grams(np.concatenate([train, unseen]).astype(np.int64), order)
    at = np.arange(len(train), len(train) + len(unseen))
    # Where each n-gram of the training text stands first; without the very first token, which follows none.
    first = [1 + np.unique(of[1 : len(train)], return_index=True)[1] for of in grams]
    found = np.full(len(unseen), 1 / vocabulary)
    for k in range(1, order + 1):
        counted = grams[k][1 : len(train)] if k == order else grams[k][first[k + 1]]
        counts = np.bincount(counted, minlength=grams[k].max() + 1)
        distinct = counts[grams[k][first[k]]]
        singles, doubles = int((distinct == 1).sum()), int((distinct == 2).sum())
        discount = singles / (singles + 2 * doubles) if singles else 0.5
        before = grams[k - 1][first[k] - 1]
        size = grams[k - 1].max() + 1
        total = np.bincount(before, weights=distinct, minlength=size)[grams[k - 1][at - 1]]
        kinds = np.bincount(before, weights=distinct > 0, minlength=size)[grams[k - 1][at - 1]]
        kept = np.maximum(counts[grams[k][at]] - discount, 0)
        known = total > 0
        found[known] = ((kept + discount * kinds * found)[known]) / total[known]
    return found


def _grams(tokens: Ids, order: int) -> list[Ids]:
    """For each length from 0 to `order`, which n-gram of it ends at each token, as a number."""
    grams = [np.zeros(len(tokens), dtype=np.int64)]
    for k in range(order):
        nothing = grams[-1].max() + 1 if k else 0  # what stands before the first token is like nothing else
        before = np.concatenate([[nothing], grams[-1][:-1]])
        pairs = before * (int(tokens.max()) + 1) + tokens
        grams.append(np.unique(pairs, return_inverse=True)[1].astype(np.int64).reshape(-1))
    return grams
