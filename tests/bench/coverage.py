"""How often the reward model's 95 % intervals hold the truth, of raters whose taste is known.

    python tests/bench/coverage.py RUN [--draws 12] [--tastes "polite;letter e"]

RUN is a finished run with pairs: its tuned model's answers are sampled, and simulated raters pick from pools
of them as in the product (96 prompts of 4 answers, noise .25, ties where two answers are worth the same to
them). After 12, 24 and 48 picks, on prompts that no pick was about:

- `chance`: that one answer of a fresh pair is picked over the other, as shown, in whole percent; the truth is
  the rater's own chance, one half for a tie.
- `win rate`: that an aligned answer is picked over a tuned one, in what the product compares: 160 answers.
  The aligned model stands for the best of four by the reward model; the truth is the rater's mean over all
  prompts.
- `agreement`: picks foreseen before they were made, as said on the screen; the truth is the mean of the
  chances by which this rater picks the foreseen side, over all draws.
- `weight`: of a feature, two of its doubts to each side; known of raters linear in the features alone.

Beside `chance` and `win rate`, as they were before: by the posterior as it is, and by the prompts alone.

Each line: taste or group of tastes, picks, coverage, its own Wilson interval (a draw's pairs or weights count
as one, as `grouped_interval` has it), and the intervals' mean width. The intervals' constants were chosen on
the first group; the second is the check; no feature names the tastes of the third.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import comb, log1p
from pathlib import Path

import numpy as np
import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.randomness import rng
from tui_trainer.formulas.intervals import Z95, grouped_interval, proportion_interval
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences.comparison import COMPARISONS, Estimated, Preferred
from tui_trainer.learning.preferences.features import NAMES, features, words
from tui_trainer.learning.preferences.pairs import Candidate, Pool, Prompted
from tui_trainer.learning.preferences.raters import TIE, weights_of, worth
from tui_trainer.learning.preferences.reward_model import Array, RewardModel, sigmoid
from tui_trainer.learning.randomness import generator
from tui_trainer.run.storage import frozen_weights
from tui_trainer.run.storage.folder import RunFolder

PICKS = (12, 24, 48)
NOISE = 0.25
POOL_PROMPTS, POOL_ANSWERS = 96, 4
HELD_OUT, BEST_OF = 8, 4  # answers to each held-out prompt; of which the aligned model's is the best
FIRST_DRAW = 1000  # the constants were chosen on others

# Of raters linear in the scaled features: log-odds a standard deviation.
LINEAR: dict[str, dict[str, float]] = {
    "linear, two strong": {"length": -2.0, "polite words": 2.0},
    "linear, five weak": {
        "length": 0.5,
        "polite words": 0.5,
        "careful words": -0.5,
        "examples": 0.5,
        "variety": 0.5,
    },
    "linear, word length": {"word length": 1.5},
}
UNNAMED: dict[str, Callable[[str], float]] = {
    "letter e": lambda text: 2 * log1p(text.lower().count("e")),
    "letter s": lambda text: 2 * log1p(text.lower().count("s")),
    "near 12 words": lambda text: -abs(len(words(text)) - 12) / 4,
    "near 9 words": lambda text: -abs(len(words(text)) - 9) / 4,
    "first letter": lambda text: -ord((text.strip() or "z")[0].lower()) / 8,
}
GROUPS = {
    "chosen on": ("polite", "short", "example", "linear, two strong", "linear, five weak"),
    "check": ("cautious", "scholarly", "plain-spoken", "ceremonious", "decided", "linear, word length"),
    "named by no feature": tuple(UNNAMED),
}


def sampled(run: RunFolder) -> tuple[list[Prompted], list[Prompted]]:
    """Whole answers of the tuned model: to rated prompts, the different ones; to held-out ones, all."""
    corpus, model = Corpus.load(run.corpus), frozen_weights.load(run, "tuned")
    asker = Asker(corpus, model.shape.context, run.plan.settings.feedback.answer_tokens)

    def answered(prompts: Sequence[str], count: int, purpose: str) -> list[tuple[str, list[str]]]:
        asked = [p for p in prompts if asker.fits(p)]
        draws = generator(0, "coverage", purpose)
        answers = iter(asker.ask(model, [p for p in asked for _ in range(count)], draws))
        return [(p, [a.text for a in (next(answers) for _ in range(count)) if a.ended]) for p in asked]

    rated = [(p, tuple(dict.fromkeys(a))) for p, a in answered(corpus.rating_prompts, 6, "rated")]
    held_out = answered(corpus.held_out_prompts, HELD_OUT + 4, "held out")
    return (
        [Prompted(p, a) for p, a in rated if len(a) > 1],
        [Prompted(p, tuple(a[:HELD_OUT])) for p, a in held_out if len(a) >= HELD_OUT],
    )


def gold_of(taste: str, mean: Array, std: Array) -> Callable[[str], float]:
    """What an answer is worth to a taste; for the linear ones, by this scale of the features."""
    if taste in UNNAMED:
        return UNNAMED[taste]
    if taste in LINEAR:
        weights = np.array([LINEAR[taste].get(name, 0.0) for name in NAMES]) / np.where(std > 0, std, 1)
        return lambda text: NOISE * float((features(text) - mean) @ weights)
    named = weights_of(taste)
    return lambda text: worth(named, text)


def chance(difference: Array, ties: bool) -> Array:
    """Of picking what is worth so much more, Bradley-Terry; half of a tie. Linear raters see no ties."""
    found = sigmoid(np.clip(difference / NOISE, -40, 40))
    return np.where(ties & (np.abs(difference) < TIE), 0.5, found)


class Rated:
    """One draw of the pool, and what one rater makes of it."""

    def __init__(self, pool: Pool, held_out: Sequence[Prompted], taste: str, draw: int) -> None:
        self.pool, self.taste = pool, taste
        every = np.concatenate(pool.features)
        pool.reward_model = self.model = RewardModel(every)
        self.draws, self.ties = rng(draw, "coverage", taste), taste not in LINEAR
        self.gold = gold_of(taste, every.mean(0), every.std(0))
        self.raw = np.array([[features(a) for a in p.answers] for p in held_out])
        self.scaled = self.model.scaling(self.raw)  # (prompts, answers, features)
        worths = np.array([[self.gold(a) for a in p.answers] for p in held_out])
        self.chances = chance(worths[:, :, None] - worths[:, None, :], self.ties)
        self.hits: list[
            tuple[float, bool]
        ] = []  # of the decided picks: the chance that it is foreseen; was it
        self.offered: list[Candidate] = []
        self.numbers = np.random.default_rng(draw)

    def pick(self) -> None:
        found = self.pool.next(self.offered)
        assert found is not None
        self.offered.append(found[0])
        a, b = self.pool.pair(found[0])
        if self.draws.random() < 0.5:
            a, b = b, a
        difference = self.gold(a[0]) - self.gold(b[0])
        given = float(chance(np.array(difference), self.ties))
        tie = self.ties and abs(difference) < TIE
        win = 0.5 if tie else float(self.draws.random() < given)
        if self.model.comparisons and not tie:
            a_is_foreseen = self.model.probability(a[1], b[1]) > 0.5
            self.hits.append((given if a_is_foreseen else 1 - given, a_is_foreseen == (win > 0.5)))
        self.model.learn(a[1], b[1], win)

    def chance(self) -> tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]:
        """Of a fresh pair of each prompt: ends and truth, of the product and of the posterior alone."""
        now, before = [], []
        for at in range(len(self.raw)):
            i, j = self.numbers.choice(HELD_OUT, 2, replace=False)
            truth = float(self.chances[at, i, j])
            low, high = self.model.probability_interval(self.raw[at, i], self.raw[at, j])
            now.append((low, high, truth))
            x = self.scaled[at, i] - self.scaled[at, j]
            middle, spread = x @ self.model.mean, Z95 * math.sqrt(x @ self.model.covariance @ x)
            ends = sigmoid(np.array([middle - spread, middle + spread]))
            before.append((float(ends[0]), float(ends[1]), truth))
        return [whole(*found) for found in now], [whole(*found) for found in before]

    def win_rate(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """The same of aligned answers against tuned ones."""
        score = self.model.score(self.raw.reshape(-1, self.raw.shape[-1])).reshape(self.raw.shape[:2])
        order = np.argsort(-score, axis=1)
        # The chance that the answer of each rank is the best of four others, drawn from all.
        rank = [comb(HELD_OUT - at - 1, BEST_OF - 1) / comb(HELD_OUT, BEST_OF) for at in range(HELD_OUT)]
        best = np.zeros_like(score)
        np.put_along_axis(best, order, np.tile(rank, (len(score), 1)), axis=1)
        truth = float(np.einsum("pa,pab->pb", best, self.chances).mean())
        # The held-out prompts are the world here; those compared are drawn from it, with replacement.
        drawn = self.numbers.integers(0, len(score), len(score))
        asked = [at % len(drawn) for at in range(max(COMPARISONS, len(drawn)))]
        at = drawn[asked]
        after = (np.cumsum(best[at], axis=1) > self.numbers.random((len(at), 1))).argmax(1)
        before = self.numbers.integers(0, HELD_OUT, len(at))
        names = [str(number) for number in asked]
        chances = sigmoid(self.model.tastes() @ (self.scaled[at, after] - self.scaled[at, before]).T)
        now = Estimated.of(names, chances, 0)
        bent = np.tanh(score / 2)  # the reward, at the default bound
        hard = Preferred.of(names, list(bent[at, after]), list(bent[at, before]))
        return (*now.ci95, truth), (*hard.ci95, truth)

    def agreement(self) -> list[tuple[float, float, float]]:
        """The interval, and the mean chance in this draw; nothing where nothing was decided."""
        if not self.hits:
            return []
        low, high = proportion_interval(sum(hit for _, hit in self.hits), len(self.hits))
        return [(low, high, float(np.mean([given for given, _ in self.hits])))]

    def weights(self) -> list[tuple[float, float, float]]:
        kept = self.model.scaling.std > 0
        found = self.model.weights(NAMES)
        true = [LINEAR[self.taste].get(name, 0.0) for name in NAMES]
        ends = [(mean - 2 * doubt, mean + 2 * doubt) for mean, doubt in found.values()]
        return [(*end, truth) for end, truth, used in zip(ends, true, kept, strict=True) if used]


def whole(low: float, high: float, truth: float) -> tuple[float, float, float]:
    """As shown: in whole percent, the truth as well."""
    return round(low, 2), round(high, 2), round(truth, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--draws", type=int, default=12)
    parser.add_argument("--tastes", default="", help="of these only, by semicolons")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rated, held_out = sampled(RunFolder(options.run))
    only = set(filter(None, options.tastes.split(";")))
    # By interval, taste and picks: of each draw, its (low, high, truth)s.
    found: dict[tuple[str, str, int], list[list[tuple[float, float, float]]]] = defaultdict(list)
    for draw in range(FIRST_DRAW, FIRST_DRAW + options.draws):
        random = rng(draw, "coverage", "pool")
        pool = Pool(
            [
                Prompted(p.prompt, tuple(random.sample(p.answers, min(POOL_ANSWERS, len(p.answers)))))
                for p in random.sample(rated, min(POOL_PROMPTS, len(rated)))
            ]
        )
        for taste in (name for names in GROUPS.values() for name in names if not only or name in only):
            rater = Rated(pool, held_out, taste, draw)
            for number in range(1, max(PICKS) + 1):
                rater.pick()
                if number in PICKS:
                    now, before = rater.chance()
                    found["chance", taste, number].append(now)
                    found["chance, posterior as it is", taste, number].append(before)
                    one, other = rater.win_rate()
                    found["win rate", taste, number].append([one])
                    found["win rate, prompts alone", taste, number].append([other])
                    if agreement := rater.agreement():
                        found["agreement", taste, number].append(agreement)
                    if taste in LINEAR:
                        found["weight", taste, number].append(rater.weights())
        print(f"draw {draw - FIRST_DRAW + 1} of {options.draws}", flush=True)
    for (name, _, _), drawn in found.items():
        if name == "agreement":
            mean = float(np.mean([truth for ((_, _, truth),) in drawn]))
            drawn[:] = [[(low, high, mean)] for ((low, high, _),) in drawn]
    for name in dict.fromkeys(interval for interval, _, _ in found):
        print(f"\n{name}")
        for group, tastes in GROUPS.items():
            for label, members in [(taste, (taste,)) for taste in tastes] + [(f"all: {group}", tastes)]:
                for number in PICKS:
                    drawn = [draw for taste in members for draw in found.get((name, taste, number), [])]
                    if drawn:
                        print(told(label, number, drawn))


def told(label: str, picks: int, drawn: Sequence[Sequence[tuple[float, float, float]]]) -> str:
    held = [[float(low <= truth <= high) for low, high, truth in draw] for draw in drawn]
    share = float(np.mean([np.mean(draw) for draw in held]))
    low, high = grouped_interval(held)
    width = np.mean([high - low for draw in drawn for low, high, _ in draw])
    return f"  {label:28}{picks:4}  {share:.3f} ({low:.2f}-{high:.2f})  width {width:.2f}"


if __name__ == "__main__":
    main()
