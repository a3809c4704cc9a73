"""Simulated raters: known tastes that pick in a person's place, so that a run without one can be measured.

A rater has a *gold* taste, a function of its own. The reward model never sees it, only the picks; what the
model is trained on is the *proxy* that the reward model makes of them. The two differ on purpose, as they do
with people: gold saturates (a second "please" pleases less, a third annoys) and it minds text that has fallen
apart, which is what over-optimization of the proxy brings (Gao et al., arXiv 2210.10760).
"""

import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, get_args

import msgspec
from msgspec import Meta, Struct

from tui_trainer.corpus.randomness import rng
from tui_trainer.errors import UserError, foreign
from tui_trainer.files import read_toml
from tui_trainer.learning.preferences.features import PHRASES, phrases, words
from tui_trainer.messages.events import Choice, PairOffered
from tui_trainer.settings import Taste, Tasteless

TASTES: tuple[Taste, ...] = get_args(Taste)
TASTELESS: tuple[Tasteless, ...] = get_args(Tasteless)

TIE = 0.15  # gold scores closer than this are all one to the rater

MEASURES = (*PHRASES, "exclaiming", "brief")
MOST = 100  # of a file: all of them rate all pairs, and have a reward model each
OWN_FILE = Path(__file__).with_name("raters.toml")

Weights = Mapping[str, float]  # of some of the measures, in units of gold

# What each taste weighs. All like a point made in fewer words, all else being equal.
WEIGHTS: dict[str, Weights] = {
    "polite": {"polite": 2.0, "brief": 0.25},
    "short": {"brief": 2.0},
    "example": {"example": 2.0, "brief": 0.25},
    "cautious": {"careful": 2.0, "exclaiming": -0.5, "brief": 0.25},
}


class Culture(Struct, frozen=True, forbid_unknown_fields=True):
    """A rater of a file."""

    about: str
    weights: dict[str, Annotated[float, Meta(ge=-10, le=10)]]


def read(path: Path = OWN_FILE) -> dict[str, Culture]:
    """The raters of a TOML file, by name.

    Raises:
        UserError: it can't be read, or something in it is no rater; one line.
    """
    what = f"raters file {path}"
    with foreign(what):
        found = msgspec.convert(read_toml(path, what), dict[str, Culture], strict=False)
    for name, culture in found.items():
        for measure in culture.weights:
            if measure not in MEASURES:
                raise UserError(f"{what}: {name} weighs {measure!r}; there are {', '.join(MEASURES)}")
    if not found:
        raise UserError(f"{what}: there is no rater in it")
    if len(found) > MOST:
        raise UserError(f"{what}: there are {len(found):,} raters in it; {MOST} are taken")
    return found


CULTURES = read()


def weights_of(name: str) -> Weights:
    """Of a taste or a culture of ours; of a rater without one, none. Raises `ValueError`."""
    if name in TASTELESS:
        return {}
    if name in WEIGHTS:
        return WEIGHTS[name]
    if name in CULTURES:
        return CULTURES[name].weights
    raise ValueError(f"no taste {name!r}; there are {', '.join((*TASTES, *CULTURES, *TASTELESS))}")


class SimulatedRater:
    """Picks by Bradley-Terry: P(A) = sigmoid((gold(A) - gold(B)) / noise).

    Args:
        taste: whose gold decides: a taste, or a culture of ours. Without a taste, "random" tosses a coin,
            "ties" calls all a tie, and "left" always picks the left one.
        noise: 0 always picks the better answer; 0.25 picks the worse one of two that differ by one unit of
            gold 2 % of the time.
        seed: with the pair's number it fixes every choice.
        weights: of a rater who is none of ours.
    """

    def __init__(
        self, taste: str, noise: float = 0.25, seed: int = 0, weights: Weights | None = None
    ) -> None:
        self.weights = weights_of(taste) if weights is None else weights
        self.taste, self.noise, self.seed = taste, noise, seed

    def choose(self, pair: PairOffered) -> Choice:
        """A or B; a tie when the answers are worth the same to this taste."""
        if self.taste in TASTELESS and not self.weights:
            coin: Choice = "a" if rng(self.seed, "rater", self.taste, pair.pair).random() < 0.5 else "b"
            return {"ties": "tie", "left": "a"}.get(self.taste, coin)  # type: ignore[return-value]
        difference = worth(self.weights, pair.a) - worth(self.weights, pair.b)
        if abs(difference) < TIE:
            return "tie"
        if self.noise == 0:
            return "a" if difference > 0 else "b"
        # Beyond 40 the exponential over- or underflows and nothing is left to chance anyway.
        chance = 1 / (1 + math.exp(-max(-40.0, min(40.0, difference / self.noise))))
        return "a" if rng(self.seed, "rater", self.taste, pair.pair).random() < chance else "b"


def gold(taste: str, answer: str) -> float:
    """What an answer is really worth to a taste or a culture of ours."""
    return worth(weights_of(taste), answer)


def worth(weights: Weights, answer: str) -> float:
    """Weighted measures of an answer, less what is broken."""
    total = 0.0
    for name, weight in weights.items():
        if name in PHRASES:
            # Who likes a phrase likes one of it; who dislikes it dislikes every one.
            found = phrases(name, answer)
            total += weight * (_enough(found) if weight > 0 else min(len(found), 3))
        elif name == "exclaiming":
            total += weight * min(answer.count("!"), 3)
        else:
            total += weight * -math.log(max(len(words(answer)), 2) / 8)  # nobody wants fewer than two words
    return total - brokenness(answer)


def _enough(found: list[str]) -> float:
    """One phrase is what is asked for; a second and other one may stand; more is too much of it."""
    if not found:
        return 0.0
    repeated = len(found) - len(set(found))
    return 1.0 - 0.5 * repeated - 0.5 * max(0, len(set(found)) - 2)


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
