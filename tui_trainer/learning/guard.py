"""The guard on facts: reinforcement may change how the model answers, not what it knows.

Held-out facts fell by 2 to 40 points at similar KL, so the leash alone does not protect them. Every few steps
the model is asked a set of questions; when it gets too many wrong that it got right before, the weights go
back to where they last passed, and the learning rate is halved; after the last strike, learning stops.
"""

from collections.abc import Sequence
from typing import Literal

from tui_trainer.corpus.document import Question
from tui_trainer.corpus.judging import names
from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.answering import Asker
from tui_trainer.model.transformer import Transformer

EVERY = 10  # steps between looks
LIMIT = 0.05  # of the questions: what the taste may cost
STRIKES = 3
QUESTIONS = 128

Verdict = Literal["pass", "back", "stop"]


class FactsGuard:
    """Recall on a fixed set of questions, and what to do about it.

    Args:
        questions: a sample of these is asked, the same every time.
    """

    def __init__(self, questions: Sequence[Question], asker: Asker, seed: int) -> None:
        count = min(QUESTIONS, len(questions))
        self.questions = rng(seed, "feedback", "guard").sample(list(questions), count)
        self.asker = asker
        self.start: float | None = None  # recall before the first step
        self.strikes = 0

    def recall(self, model: Transformer) -> float:
        """Share of the questions whose likeliest answer names the fact; 0 without questions."""
        if not self.questions:
            return 0.0
        answers = self.asker.ask(model, [q.prompt for q in self.questions])
        right = [names(a.text, q.expected, q.others) for a, q in zip(answers, self.questions, strict=True)]
        return sum(right) / len(right)

    def judge(self, recall: float) -> Verdict:
        """What follows from this recall, counted against the start."""
        if self.start is None:
            self.start = recall
        # Half a question of tolerance: a sum of binary fractions must not decide.
        if self.start - recall <= LIMIT + 0.5 / max(1, len(self.questions)):
            return "pass"
        self.strikes += 1
        return "stop" if self.strikes >= STRIKES else "back"

    @property
    def rate(self) -> float:
        """Share of the learning rate that is left."""
        return 0.5**self.strikes
