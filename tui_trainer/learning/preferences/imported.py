"""What a reward model on frozen features learns from many comparisons at once, and foresees of others."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from tui_trainer.learning.preferences.features import NAMES, features
from tui_trainer.learning.preferences.reward_model import Array, RewardModel
from tui_trainer.messages.events import RewardModelsCompared

Comparisons = Sequence[tuple[str, str, str]]  # prompt, what was preferred, what was not

TIE = 1e-9  # of a chance: so near to one half, nothing but rounding is foreseen


class Learnt(Struct, frozen=True):
    """What came of it."""

    learnt_from: int
    right: int  # of `exam`, foreseen by the one that was chosen; ties are not among them
    exam: int
    features: dict[str, tuple[float, float]]  # what is liked, by the frozen features: mean, deviation
    compared: RewardModelsCompared | None = None  # with a fine-tuned one; None: it was not made
    ties: int = 0  # of `exam`: to the one that was chosen, both answers are worth the same
    too_long: int = 0  # left out: the prompt leaves the model no room for an answer


def by_features(own: Comparisons, exam: Comparisons, pool: Array | None = None) -> Learnt:
    """Learn from some comparisons, and foresee others.

    Args:
        pool: features (answers, features) that set the scale; else those of the answers learnt from.
    """
    chosen, rejected = [features(p, c) for p, c, _ in own], [features(p, r) for p, _, r in own]
    model = RewardModel(np.array(chosen + rejected) if pool is None else pool)
    model.learn_all(chosen, rejected)
    leads = [model.probability(features(p, c), features(p, r)) - 0.5 for p, c, r in exam]
    ties = sum(abs(lead) < TIE for lead in leads)
    right = sum(lead >= TIE for lead in leads)
    return Learnt(len(own), right, len(exam), model.weights(NAMES), ties=ties)
