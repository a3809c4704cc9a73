"""A fine-tuned reward model: the tuned transformer with one number in place of its head.

The reward of an answer is a linear function of the hidden state at its last token; head and transformer are
trained together by Bradley-Terry's loss, -log sigmoid(r(chosen) - r(rejected)) (Stiennon et al. 2020, arXiv
2009.01325; InstructGPT, arXiv 2203.02155). It needs many comparisons: with two dozen, the Bayesian head on
frozen features (`reward_model`) is far ahead. No run has enough picks of its own for it, so it is made of
files of others' preferences alone, beside the other one.
"""

import copy
from collections.abc import Callable, Sequence

import numpy as np
import torch
from msgspec import Struct
from torch import Tensor, nn
from torch.nn import functional as F

from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences.reward_model import UNIT, Array
from tui_trainer.learning.randomness import generator
from tui_trainer.model.transformer import Transformer

ENOUGH = 200  # decided comparisons
EPOCHS, BATCH = 3, 16  # comparisons
ROWS = 64  # texts scored at once
RATE, DECAY = 3e-4, 0.01  # of AdamW; the rate falls linearly to none

Comparison = tuple[str, str, str]  # prompt, what was preferred, what was not
Told = Callable[[int, int], None]  # called after each batch: how many are done, of how many


class Ground(Struct, frozen=True):
    """What reward models are begun from."""

    tuned: Transformer  # not changed
    asker: Asker
    answers: Sequence[tuple[str, str]]  # (prompt, answer) of the tuned model, that set the scale of scores
    seed: int


class FineTuned:
    """The model."""

    def __init__(self, ground: Ground) -> None:
        self.asker, self.seed, self._answers = ground.asker, ground.seed, ground.answers
        self.model = copy.deepcopy(ground.tuned).requires_grad_(True)
        width = ground.tuned.shape.width
        draw = torch.randn(width, generator=generator(ground.seed, "reward head"))
        self.head = nn.Parameter(draw / (width + 1) ** 0.5)
        self._shift, self._scale = 0.0, 1.0

    def rewards(self, prompts: Sequence[str], answers: Sequence[str]) -> Tensor:
        """One number an answer: (answers,), with a graph."""
        rows = [[*self.asker.tokens(p), *self.asker.said(a)] for p, a in zip(prompts, answers, strict=True)]
        tokens = torch.full((len(rows), max(map(len, rows))), self.asker.tokenizer.pad, dtype=torch.long)
        for at, ids in enumerate(rows):
            tokens[at, : len(ids)] = torch.tensor(ids)
        # Padding is on the right, where no position before it looks.
        last = torch.tensor([len(ids) - 1 for ids in rows])
        return self.model.hidden(tokens)[torch.arange(len(rows)), last].float() @ self.head

    def loss(self, comparisons: Sequence[Comparison]) -> Tensor:
        """Bradley-Terry's, mean over the comparisons."""
        prompts = [prompt for prompt, _, _ in comparisons]
        both = self.rewards(prompts * 2, [c for _, c, _ in comparisons] + [r for _, _, r in comparisons])
        chosen, rejected = both.chunk(2)
        return -F.logsigmoid(chosen - rejected).mean()

    def learn(self, comparisons: Sequence[Comparison], told: Told = lambda done, of: None) -> "FineTuned":
        """Learn from these, and set the scale; returns itself."""
        parameters = [p for p in (*self.model.parameters(), self.head) if p.requires_grad]
        descent = torch.optim.AdamW(parameters, lr=RATE, weight_decay=DECAY)
        batches = [
            [comparisons[i] for i in order[at : at + BATCH]]
            for order in (self._order(len(comparisons), epoch) for epoch in range(EPOCHS))
            for at in range(0, len(order), BATCH)
        ]
        for at, batch in enumerate(batches):
            for group in descent.param_groups:
                group["lr"] = RATE * (1 - at / len(batches))
            self.loss(batch).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            nn.utils.clip_grad_norm_(parameters, 1.0)
            descent.step()
            descent.zero_grad()
            told(at + 1, len(batches))
        self.model.requires_grad_(False)
        scale = self._raw(self._answers)
        self._shift, self._scale = float(scale.mean()), max(UNIT, float(scale.std()))
        return self

    def _order(self, count: int, epoch: int) -> list[int]:
        order = list(range(count))
        rng(self.seed, "reward model", str(epoch)).shuffle(order)
        return order

    @torch.no_grad()
    def _raw(self, answers: Sequence[tuple[str, str]]) -> Array:
        """Rewards (answers,), in log-odds; each text once, in batches of like length (padding costs)."""
        texts = {each: len(each[0]) + len(each[1]) for each in answers}
        order = sorted(texts, key=lambda each: (texts[each], each))
        found: dict[tuple[str, str], float] = {}
        for at in range(0, len(order), ROWS):
            batch = order[at : at + ROWS]
            rewards = self.rewards([p for p, _ in batch], [a for _, a in batch]).double().tolist()
            found.update(zip(batch, rewards, strict=True))
        return np.array([found[each] for each in answers])

    def scores(self, answers: Sequence[tuple[str, str]]) -> list[float]:
        """Rewards of (prompt, answer): mean 0 over the tuned model's answers, and variance at most 1.

        As in `RewardModel.score`, only what spreads further is divided.
        """
        return [float(score) for score in (self._raw(answers) - self._shift) / self._scale]

    def predicted(self, comparisons: Sequence[Comparison]) -> list[bool]:
        """Of each comparison, whether what was preferred has the higher reward."""
        chosen = self._raw([(p, c) for p, c, _ in comparisons])
        rejected = self._raw([(p, r) for p, _, r in comparisons])
        return [bool(hit) for hit in chosen > rejected]
