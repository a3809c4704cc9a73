"""Reinforcement on success: a task is done several times, and what led to the right answer becomes likelier.

The reward is verifiable: 1 for the right answer, 0 for any other. A whole transcript is one answer to the
algorithm of the feedback stage (`learning.reinforcement.objective`), whose tokens are those that the model
said; what it was told, by tools or by people, it is not credited with.
"""

import copy
from collections.abc import Sequence

import torch

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.experiments.agents.loop import Transcript
from tui_trainer.learning.reinforcement.objective import (
    PolicyOptimizer,
    Rollouts,
    log_probabilities,
    rloo_loss,
)
from tui_trainer.model.transformer import Transformer

BETA = 0.01  # reward lost a nat of KL
LR = 0.2  # falls linearly to none
GAE_LAMBDA = 1.0  # a call is credited with what came of it, however long after


def rollouts(transcripts: Sequence[Transcript], pad: int) -> Rollouts:
    """Whole transcripts, laid out for scoring."""
    tokens = torch.full((len(transcripts), max(len(t.tokens) for t in transcripts)), pad, dtype=torch.long)
    own = torch.zeros_like(tokens, dtype=torch.bool)
    for row, transcript in enumerate(transcripts):
        tokens[row, : len(transcript.tokens)] = torch.tensor(transcript.tokens)
        own[row, transcript.own] = True
    return Rollouts(tokens[:, :-1], tokens[:, 1:], own[:, 1:])


class Reinforcement:
    """The policy in its steps.

    Args:
        model: its last block is trained in place.
        steps: that there will be.
    """

    def __init__(self, model: Transformer, tokenizer: Tokenizer, steps: int) -> None:
        self.model, self.tokenizer, self.steps = model, tokenizer, steps
        self.reference = copy.deepcopy(model).requires_grad_(False)
        self.optimizer = PolicyOptimizer(model)
        self.done = 0

    def learn(self, transcripts: Sequence[Transcript], each: int) -> float:
        """One step.

        Args:
            transcripts: at temperature 1; those of a task follow each other.
            each: so many of a task.

        Returns:
            The mean KL in nats.
        """
        batch = rollouts(transcripts, self.tokenizer.pad)
        with torch.no_grad():
            reference, states = log_probabilities(self.reference, batch, self.tokenizer.silent)
        policy, _ = log_probabilities(self.model, batch, self.tokenizer.silent)
        rows = batch.rows()
        result = rloo_loss(
            policy,
            reference,
            batch.targets[batch.mask],
            rows,
            torch.tensor([float(t.success) for t in transcripts]).view(-1, each),
            torch.zeros(len(rows)),
            states.float(),
            BETA,
            GAE_LAMBDA,
        )
        self.optimizer.step(result.loss, LR * (1 - self.done / self.steps))
        self.done += 1
        return float(result.kl.mean())
