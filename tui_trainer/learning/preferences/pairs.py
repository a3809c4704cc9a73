"""Which two answers to show next, out of a pool of the tuned model's own.

Three of four pairs are fixed before the first pick: those that would teach most if every pick were open. What
is picked from them can be held exactly against a rater who picks at random (`chance`), and they differ much,
so that a taste shows in few. Every fourth is the one that teaches most by what was picked so far: without
these, the reward model ordered .92 to .98 of other pairs as the rater does after 24 picks; with these alone,
.97 to .99, but then one taste in three was not to be told from chance (tests/bench/LOG.md).
"""

from collections.abc import Collection, Sequence

import numpy as np
from msgspec import Struct

from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.reward_model import Array, RewardModel

TURN = 4  # every so many pairs, one is chosen by what was picked so far
RATEABLE = 0.5  # standard deviations by which two answers must differ for anyone to see what to rate


class Prompted(Struct, frozen=True):
    """A prompt and the tuned model's different answers to it."""

    prompt: str
    answers: tuple[str, ...]


class Candidate(Struct, frozen=True):
    """Two answers of the pool, by their places in it."""

    prompt: int
    first: int
    second: int


class Pool:
    """All pairs of the sampled answers that differ in something rateable.

    Raises:
        ValueError: there is no answer at all.
    """

    def __init__(self, prompted: Sequence[Prompted]) -> None:
        self.prompted = list(prompted)
        self.features: list[Array] = [
            np.array([features(a) for a in p.answers]).reshape(len(p.answers), -1)
            for p in self.prompted
            if p.answers
        ]
        self.prompted = [p for p in self.prompted if p.answers]
        if not self.prompted:
            raise ValueError("the pool holds no answers")
        self.reward_model = RewardModel(np.concatenate(self.features))
        self.candidates: list[Candidate] = []
        self._differences: dict[Candidate, Array] = {}
        for at, rows in enumerate(self.features):
            self._pair(at, rows)
        self.ahead = self._plan(len(self.prompted) // 2)

    def _plan(self, count: int) -> list[Candidate]:
        """So many pairs, of a prompt each, that teach most together while nothing is known of the taste.

        Each is the one whose outcome is most in doubt after those before it; a pick shrinks that doubt by
        what it is worth where both answers are as likely, whichever it is (a greedy D-optimal design).
        """
        spread = self.reward_model.covariance.copy()
        left, plan = list(self.candidates), list[Candidate]()
        while left and len(plan) < count:
            x = np.array([self._differences[c] for c in left])
            best = int(np.argmax(np.einsum("ni,ij,nj->n", x, spread, x)))
            plan.append(left[best])
            pull = spread @ x[best]
            spread -= np.outer(pull, pull) / (4 + x[best] @ pull)
            left = [c for c in left if c.prompt != plan[-1].prompt]
        return plan

    def _pair(self, at: int, rows: Array) -> int:
        """Make the answers to a prompt pairs; returns how many."""
        scaled, before = self.reward_model.scaling(rows), len(self.candidates)
        for first in range(len(rows)):
            for second in range(first + 1, len(rows)):
                difference = scaled[first] - scaled[second]
                if np.linalg.norm(difference) > RATEABLE:
                    self.candidates.append(Candidate(at, first, second))
                    self._differences[self.candidates[-1]] = difference
        return len(self.candidates) - before

    def add(self, prompted: Prompted) -> int:
        """One more prompt; the scale of the features stays as it is. Returns how many pairs came with it."""
        if not prompted.answers:
            return 0
        self.prompted.append(prompted)
        self.features.append(np.array([features(a) for a in prompted.answers]))
        return self._pair(len(self.prompted) - 1, self.features[-1])

    def next(
        self,
        offered: Sequence[Candidate],
        first: Collection[str] = (),
        without: Collection[str] = (),
    ) -> tuple[Candidate, bool] | None:
        """The pair to offer next, and whether it was fixed before the first pick; None when all were offered.

        Args: as of `best`.
        """
        seen, asked = set(offered), {self.prompted[c.prompt].prompt for c in offered}
        ahead = [c for c in self.ahead if c not in seen and self.prompted[c.prompt].prompt not in without]
        known = {p.prompt for p in self.prompted}
        waiting = any(prompt in known and prompt not in asked for prompt in first)
        if ahead and (len(offered) % TURN != TURN - 1) and not waiting:
            return ahead[0], True
        best = self.best(offered, first, {*without, *(self.prompted[c.prompt].prompt for c in ahead)})
        if best is not None:
            return best, False
        return (ahead[0], True) if ahead else None

    def best(
        self,
        offered: Sequence[Candidate],
        first: Collection[str] = (),
        without: Collection[str] = (),
    ) -> Candidate | None:
        """The pair not yet offered that would teach most; of a prompt not yet seen, while there is one.

        None when all have been offered.

        Args:
            first: prompts that come before all others, once each.
            without: prompts that are passed over.
        """
        seen, prompts = set(offered), {c.prompt for c in offered}
        left = [c for c in self.candidates if c not in seen]
        if without:
            left = [c for c in left if self.prompted[c.prompt].prompt not in without]
        fresh = [c for c in left if c.prompt not in prompts] or left
        if first:
            wanted = [c for c in fresh if c.prompt not in prompts and self.prompted[c.prompt].prompt in first]
            fresh = wanted or fresh
        if not fresh:
            return None
        information = self.reward_model.information(np.array([self._differences[c] for c in fresh]))
        return fresh[int(np.argmax(information))]

    def expected(self, offered: Sequence[Candidate], decided: float = 1.0) -> float | None:
        """The share of the pairs not yet offered that the reward model expects to predict; None of none.

        Args:
            decided: the share of pairs that the rater does not call a tie: only so many count, those that it
                is surest of.
        """
        seen = set(offered)
        left = [self._differences[c] for c in self.candidates if c not in seen]
        if not left:
            return None
        chance = self.reward_model.chances(np.array(left))
        sure = np.sort(np.maximum(chance, 1 - chance))
        return float(np.mean(sure[-max(1, round(decided * len(sure))) :]))

    def pair(self, candidate: Candidate) -> tuple[tuple[str, Array], tuple[str, Array]]:
        """Both answers: text and features (d,)."""
        answers, rows = self.prompted[candidate.prompt].answers, self.features[candidate.prompt]
        return (
            (answers[candidate.first], rows[candidate.first]),
            (answers[candidate.second], rows[candidate.second]),
        )
