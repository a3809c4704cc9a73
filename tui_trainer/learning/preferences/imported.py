"""What a reward model on frozen features learns from many comparisons at once, and predicts of others."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from tui_trainer.learning.preferences.features import NAMES, features
from tui_trainer.learning.preferences.reward_model import Array, RewardModel

Comparisons = Sequence[tuple[str, str, str]]  # prompt, what was preferred, what was not

TIE = 1e-9  # of a chance: so near to one half, nothing but rounding is predicted


class Learnt(Struct, frozen=True):
    """What came of it."""

    learnt_from: int
    predicted: tuple[float, ...]  # of each of the exam: 1 rightly, 0 not, 0.5 if both answers are alike to it
    features: dict[str, tuple[float, float]]  # what is liked: mean, deviation
    fine_tuned: tuple[bool, ...] | None = None  # the same by a fine-tuned one; None: it was not made
    too_long: int = 0  # left out: the prompt leaves the model no room for an answer


def by_features(own: Comparisons, exam: Comparisons, pool: Array | None = None) -> Learnt:
    """Learn from some comparisons, and predict others.

    Args:
        pool: features (answers, features) that set the scale; else those of the answers learnt from.
    """
    chosen, rejected = [features(c) for _, c, _ in own], [features(r) for _, _, r in own]
    model = RewardModel(np.array(chosen + rejected) if pool is None else pool)
    model.learn_all(chosen, rejected)
    leads = [model.probability(features(c), features(r)) - 0.5 for _, c, r in exam]
    predicted = tuple(0.5 if abs(lead) < TIE else float(lead > 0) for lead in leads)
    return Learnt(len(own), predicted, model.weights(NAMES))
