"""Which two answers to show next: a pool of the tuned model's own answers, and the pair that teaches most."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from tui_trainer.learning.features import features
from tui_trainer.learning.reward_model import Array, RewardModel

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
            np.array([features(p.prompt, a) for a in p.answers]).reshape(len(p.answers), -1)
            for p in self.prompted
            if p.answers
        ]
        self.prompted = [p for p in self.prompted if p.answers]
        if not self.prompted:
            raise ValueError("the pool holds no answers")
        self.reward_model = RewardModel(np.concatenate(self.features))
        whitened = [self.reward_model.whitening(rows) for rows in self.features]
        self.candidates = [
            Candidate(at, first, second)
            for at, rows in enumerate(whitened)
            for first in range(len(rows))
            for second in range(first + 1, len(rows))
            if np.linalg.norm(rows[first] - rows[second]) > RATEABLE
        ]
        self._differences = {
            c: whitened[c.prompt][c.first] - whitened[c.prompt][c.second] for c in self.candidates
        }

    def best(self, offered: Sequence[Candidate]) -> Candidate | None:
        """The pair not yet offered that would teach most; of a prompt not yet seen, while there is one.

        None when all have been offered.
        """
        seen, prompts = set(offered), {c.prompt for c in offered}
        left = [c for c in self.candidates if c not in seen]
        fresh = [c for c in left if c.prompt not in prompts] or left
        if not fresh:
            return None
        information = self.reward_model.information(np.array([self._differences[c] for c in fresh]))
        return fresh[int(np.argmax(information))]

    def pair(self, candidate: Candidate) -> tuple[tuple[str, Array], tuple[str, Array]]:
        """Both answers: text and features (d,)."""
        answers, rows = self.prompted[candidate.prompt].answers, self.features[candidate.prompt]
        return (
            (answers[candidate.first], rows[candidate.first]),
            (answers[candidate.second], rows[candidate.second]),
        )
