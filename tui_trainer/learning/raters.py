"""Simulated raters: known tastes that pick in a person's place, so that a run without one can be measured.

A rater has a *gold* taste, a function of its own. The reward model never sees it, only the picks; what the
model is trained on is the *proxy* that the reward model makes of them. The two differ on purpose, as they do
with people: gold saturates (a second "please" pleases less, a third annoys) and it minds text that has fallen
apart, which is what over-optimisation of the proxy brings (Gao et al., arXiv 2210.10760).
"""

import math
from itertools import pairwise
from typing import get_args

from tui_trainer.corpus.randomness import rng
from tui_trainer.events import Choice, PairOffered
from tui_trainer.learning.features import careful_phrases, example_phrases, polite_phrases, words
from tui_trainer.settings import Taste

TASTES: tuple[Taste, ...] = get_args(Taste)

TIE = 0.15  # gold scores closer than this are all one to the rater

# What each taste weighs, in units of gold. All like a point made in fewer words, all else being equal.
WEIGHTS: dict[Taste, dict[str, float]] = {
    "polite": {"polite": 2.0, "brief": 0.25},
    "short": {"brief": 2.0},
    "example": {"example": 2.0, "brief": 0.25},
    "cautious": {"careful": 2.0, "exclaiming": -0.5, "brief": 0.25},
}


class SimulatedRater:
    """Picks by Bradley-Terry: P(A) = sigmoid((gold(A) - gold(B)) / noise).

    Args:
        taste: whose gold decides.
        noise: 0 always picks the better answer; 0.25 picks the worse one of two that differ by one unit of
            gold 2 % of the time.
        seed: with the pair's number it fixes every choice.
    """

    def __init__(self, taste: Taste, noise: float = 0.25, seed: int = 0) -> None:
        if taste not in WEIGHTS:
            raise ValueError(f"no taste {taste!r}; there are {', '.join(TASTES)}")
        self.taste, self.noise, self.seed = taste, noise, seed

    def choose(self, pair: PairOffered) -> Choice:
        """A or B; a tie when the answers are worth the same to this taste."""
        difference = gold(self.taste, pair.prompt, pair.a) - gold(self.taste, pair.prompt, pair.b)
        if abs(difference) < TIE:
            return "tie"
        if self.noise == 0:
            return "a" if difference > 0 else "b"
        # Beyond 40 the exponential over- or underflows and nothing is left to chance anyway.
        chance = 1 / (1 + math.exp(-max(-40.0, min(40.0, difference / self.noise))))
        return "a" if rng(self.seed, "rater", self.taste, pair.pair).random() < chance else "b"


def gold(taste: Taste, prompt: str, answer: str) -> float:
    """What an answer is really worth to this taste: weighted measures, less what is broken."""
    measured = {
        "polite": _enough(polite_phrases(answer)),
        "careful": _enough(careful_phrases(answer)),
        "example": _enough(example_phrases(answer)),
        "exclaiming": min(answer.count("!"), 3),
        "brief": -math.log(max(len(words(answer)), 2) / 8),  # nobody wants fewer than two words
    }
    worth = sum(weight * measured[name] for name, weight in WEIGHTS[taste].items())
    return worth - brokenness(answer)


def _enough(phrases: list[str]) -> float:
    """One phrase is what is asked for; a second and other one may stand; more is too much of it."""
    if not phrases:
        return 0.0
    repeated = len(phrases) - len(set(phrases))
    return 1.0 - 0.5 * repeated - 0.5 * max(0, len(set(phrases)) - 2)


def brokenness(answer: str) -> float:
    """How badly a text has fallen apart, 0 when it is whole: empty, not ended, endless, repeating itself."""
    found = words(answer)
    if not found:
        return 4.0
    broken = 0.0
    if not answer.rstrip().endswith((".", "!", "?", '"', "'", ")", "”", "’")) and not found[-1].isdigit():
        broken += 0.5
    broken += max(0.0, math.log(len(found) / 60))
    triples = list(zip(found, found[1:], found[2:], strict=False))
    if triples:
        broken += 4.0 * (1 - len(set(triples)) / len(triples))
    stutters = sum(a == b for a, b in pairwise(found))
    return broken + 0.5 * stutters
