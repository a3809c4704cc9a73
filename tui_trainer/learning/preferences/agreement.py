"""How often the reward model is right about pairs that it never saw, after so many picks.

Many draws come from one pool of answers: each takes other prompts of it, so that neither a lucky prompt nor a
lucky answer decides. What is predicted are pairs of answers to held-out prompts, judged by the rater's gold;
pairs that are all one to the rater are left out.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct

from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.pairs import Candidate, Pool, Prompted
from tui_trainer.learning.preferences.raters import TIE, SimulatedRater, gold
from tui_trainer.learning.preferences.reward_model import Array
from tui_trainer.learning.preferences.statistics import WIN
from tui_trainer.messages.events import Choice, PairOffered

OTHER: dict[Choice, Choice] = {"a": "b", "b": "a"}


class HeldOut(Struct, frozen=True):
    """Pairs of answers to prompts that no pick was about."""

    a: Array  # (pairs, features)
    b: Array
    texts: tuple[tuple[str, str, str], ...]  # prompt, a, b

    @staticmethod
    def of(prompted: Sequence[Prompted]) -> "HeldOut":
        """All pairs of different answers to one prompt."""
        texts = tuple((p.prompt, a, b) for p in prompted for a, b in combinations(p.answers, 2))
        a = np.array([features(first) for _, first, _ in texts])
        b = np.array([features(second) for _, _, second in texts])
        return HeldOut(a, b, texts)

    def differences(self, taste: str) -> Array:
        """Gold of A less gold of B: (pairs,)."""
        return np.array([gold(taste, a) - gold(taste, b) for _, a, b in self.texts])


def after_picks(
    prompted: Sequence[Prompted],
    held_out: HeldOut,
    taste: str,
    draw: int,
    picks: int = 24,
    flipped: float = 0.0,
    noise: float = 0.0,
) -> float:
    """Share of the held-out pairs that the reward model orders as the rater does.

    Args:
        prompted: the prompts that this draw picks from.
        draw: fixes the rater's noise, and which picks are flipped.
        flipped: share of the decided picks that are turned round; by chance, however clear they are.
        noise: of the rater, as `SimulatedRater` has it: slips the likelier the closer two answers are.
    """
    pool, offered = Pool(prompted), list[Candidate]()
    rater, slips = SimulatedRater(taste, noise, seed=draw), rng(draw, "agreement", "flips")
    for number in range(picks):
        if (found := pool.next(offered)) is None:
            break
        candidate, _ = found
        offered.append(candidate)
        (a, features_a), (b, features_b) = pool.pair(candidate)
        prompt = pool.prompted[candidate.prompt].prompt
        choice = rater.choose(PairOffered(number, prompt, a, b, False, 0.5))
        if slips.random() < flipped:
            choice = OTHER.get(choice, choice)
        pool.reward_model.learn(features_a, features_b, WIN[choice])
    wanted = held_out.differences(taste)
    decided = np.abs(wanted) >= TIE
    predicted = pool.reward_model.score(held_out.a) - pool.reward_model.score(held_out.b)
    return float(np.mean((predicted > 0)[decided] == (wanted > 0)[decided]))


def draws(prompted: Sequence[Prompted], seed: int, count: int, prompts: int) -> list[list[Prompted]]:
    """So many draws of so many prompts each, different ones from the same pool."""
    usable = [p for p in prompted if len(p.answers) > 1]
    return [
        rng(seed, "agreement", "draw", draw).sample(usable, min(prompts, len(usable)))
        for draw in range(count)
    ]
