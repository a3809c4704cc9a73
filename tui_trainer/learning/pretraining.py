"""Pretraining: read documents, guess the next token."""

from collections.abc import Iterator, Mapping

import msgspec
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import CODE, LETTERS
from tui_trainer.learning.batches import DocumentReader, cursor_tensors, restore_cursor
from tui_trainer.learning.optimizer import schedule
from tui_trainer.learning.training import LearningRates, Training
from tui_trainer.messages.events import Event, StageName
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import LIVE, Settings

# Copying is learnt first or hardly at all: told rows late in training gave less (`tests/bench/LOG.md`).
LETTERS_UNTIL = 0.2  # of the steps
# Sums are learnt once the rate has fallen, and not before.
SUMS_FROM = 0.7  # of the steps


class Pretraining(Training):
    """Every token of every row is a target."""

    name: StageName = "pretrain"

    def __init__(self, model: Transformer, corpus: Corpus, settings: Settings, seed: int) -> None:
        self.settings = s = settings.pretrain
        super().__init__(model, corpus, seed, s.steps, s.measure_every, s.momentum)
        self.target_loss = self.settings.target_loss
        self.reader = DocumentReader(corpus, model.shape.context, seed)

    def open(self) -> Iterator[Event]:
        """The same, and the weights as they are drawn: random numbers."""
        yield from super().open()
        yield self._pictured(self._copies())

    def batch(self) -> tuple[Tensor, Tensor]:
        s = self.settings
        source, share = "", 0.0
        if self.reader.in_order and self.step < LETTERS_UNTIL * self.steps:
            source, share = LETTERS, s.letters_first
        elif self.reader.in_order and self.step >= SUMS_FROM * self.steps:
            source, share = CODE, s.sums_last
        rows = self.reader.rows(s.batch, self.step, source, share)
        return rows[:, :-1], rows[:, 1:]

    def rates(self) -> LearningRates:
        s = self.settings
        share = schedule(self.step, self.steps, s.warmup, s.cooldown)
        return LearningRates(s.matrix_lr * share, s.embedding_lr * share, s.head_lr * share)

    def prompts(self) -> list[tuple[str, list[int]]]:
        tokenizer = self.corpus.tokenizer
        return [(p, [tokenizer.document, *tokenizer.encode(p)]) for p in self.corpus.sample_prompts]

    def turn(self, name: str, value: float) -> None:
        """Learning rates, the mixture and the number of steps can be changed on the way.

        Raises:
            ValueError: it is not a setting that can be.
        """
        section, _, field = name.rpartition(".")
        if section == "data.mixture" and field in self.reader.mixture:
            self.reader.mixture[field] = value
        elif name == "pretrain.steps":
            # Away from its best it makes one more step, is measured, and has its best weights put back.
            self.steps = max(int(value), self.step + self.best.left_behind)
        elif name in LIVE["pretrain"]:
            self.settings = msgspec.structs.replace(self.settings, **{field: value})
        else:
            raise ValueError(f"{name} can't be changed during pretraining")

    def tensors(self) -> dict[str, Tensor]:
        return {**super().tensors(), **cursor_tensors(self.reader)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        super().restore(tensors)
        restore_cursor(self.reader, tensors)
