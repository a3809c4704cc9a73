"""A panel of raters: several raters of the same pairs, how far they agree, and what is learnt from each.

Each rater gets a reward model of their own, and their majority gets one. All are examined on pairs that none
of them has learnt from: a rater whose own model predicts them better than the majority's is outvoted there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from tui_trainer.corpus.randomness import rng
from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.reward_model import RewardModel
from tui_trainer.learning.preferences.statistics import WIN
from tui_trainer.messages.events import Choice, PairOffered
from tui_trainer.messages.rater_panel import Annotator, Exam, RaterPanel

Choices = Mapping[int, Choice]  # by the number of the pair on the panel


def gather(
    pairs: Sequence[PairOffered], picks: Mapping[str, Choices], simulated: set[str], seed: int
) -> RaterPanel:
    """Compare raters.

    Args:
        pairs: what was rated; the picks of a pair go by its place here.
        picks: of each rater, not necessarily of all pairs; what compares nothing is left out.
        seed: fixes which pairs are the exam.
    """
    order = list(range(len(pairs)))
    rng(seed, "room", "exam").shuffle(order)
    half = -(-len(order) // 2)
    learnt, exam = order[:half], order[half:]
    decided = {name: {at: c for at, c in found.items() if c in WIN} for name, found in picks.items()}
    common = _model(pairs, majority(list(decided.values())), learnt)
    annotators = tuple(
        Annotator(
            name,
            name in simulated,
            len(found),
            _examined(_model(pairs, found, learnt), pairs, found, exam),
            _examined(common, pairs, found, exam),
        )
        for name, found in decided.items()
    )
    return RaterPanel(len(pairs), len(learnt), alpha(decided), _alike(decided), annotators)


def majority(choices: Sequence[Choices]) -> dict[int, Choice]:
    """What most raters say of each pair: the side with more wins, ties half; a tie where they balance."""
    votes: dict[int, list[float]] = {}
    for found in choices:
        for at, choice in found.items():
            votes.setdefault(at, []).append(WIN[choice])
    shares = {at: sum(wins) / len(wins) for at, wins in votes.items()}
    return {at: "a" if share > 0.5 else "b" if share < 0.5 else "tie" for at, share in shares.items()}


def alpha(picks: Mapping[str, Choices]) -> float | None:
    """Krippendorff's alpha for nominal data: 1 is agreement, 0 is what chance would bring, below is
    opposition; None where nobody could disagree.

    1 - observed / expected disagreement, over the pairs that at least two have picked from (Krippendorff
    2011, Computing Krippendorff's Alpha-Reliability). Its package is under the GPL, which this one is not.
    """
    by_pair: dict[int, Counter[Choice]] = {}
    for found in picks.values():
        for at, choice in found.items():
            by_pair.setdefault(at, Counter())[choice] += 1
    counts = [count for count in by_pair.values() if count.total() > 1]
    total = sum(counts, Counter[Choice]())
    n = total.total()
    expected = n**2 - sum(k**2 for k in total.values())
    if not expected:
        return None
    agreed = sum(k * (k - 1) / (count.total() - 1) for count in counts for k in count.values())
    return 1 - (n - 1) * (n - agreed) / expected


def _alike(picks: Mapping[str, Choices]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {name: {} for name in picks}
    for one, other in combinations(picks, 2):
        both = picks[one].keys() & picks[other].keys()
        if both:
            share = sum(picks[one][at] == picks[other][at] for at in both) / len(both)
            found[one][other] = found[other][one] = share
    return found


def _model(pairs: Sequence[PairOffered], picks: Choices, learnt: Sequence[int]) -> RewardModel:
    model = RewardModel(np.array([features(text) for p in pairs for text in (p.a, p.b)]))
    for at in learnt:
        if at in picks:
            pair = pairs[at]
            model.learn(features(pair.a), features(pair.b), WIN[picks[at]])
    return model


def _examined(model: RewardModel, pairs: Sequence[PairOffered], picks: Choices, exam: Sequence[int]) -> Exam:
    right = n = 0
    for at in exam:
        if (choice := picks.get(at)) in ("a", "b"):
            pair = pairs[at]
            chance = model.probability(features(pair.a), features(pair.b))
            right += (chance > 0.5) == (choice == "a")
            n += 1
    return Exam(right, n, right / n if n else None, proportion_interval(right, n) if n else None)
