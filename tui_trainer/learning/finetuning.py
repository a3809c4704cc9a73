"""Fine-tuning: learn to answer, from question-and-answer pairs.

Only the answer and its end token are scored. Some rows of documents are read along: without that replay the
model forgets how text goes on (a prototype fell from 0.25 to 0.87 bits per byte).
"""

from collections.abc import Mapping

import msgspec
import torch
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.own_pairs import GROUP
from tui_trainer.learning.batches import DialogueReader, DocumentReader, cursor_tensors, restore_cursor
from tui_trainer.learning.optimizer import schedule
from tui_trainer.learning.training import LearningRates, Training
from tui_trainer.messages.events import StageName
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import LIVE, Settings

WARMUP = 10  # steps
COOLDOWN = 0.6


class Finetuning(Training):
    """Rows of packed dialogues, and rows of documents."""

    name: StageName = "finetune"

    def __init__(self, model: Transformer, corpus: Corpus, settings: Settings, seed: int) -> None:
        self.settings = settings.finetune
        self.judges_by_own_answers = self.keeps_best = bool(corpus.questions.get(GROUP))
        super().__init__(model, corpus, seed, self.settings.steps, self.settings.measure_every)
        self.dialogues = DialogueReader(corpus, model.shape.context, seed)
        # Another seed, so as not to repeat pretraining's order.
        self.documents = DocumentReader(corpus, model.shape.context, seed + 1)

    def batch(self) -> tuple[Tensor, Tensor]:
        inputs, targets = self.dialogues.rows(self.settings.pair_rows)
        if self.settings.document_rows == 0:
            return inputs, targets
        rows = self.documents.rows(self.settings.document_rows, self.step)
        return torch.cat([inputs, rows[:, :-1]]), torch.cat([targets, rows[:, 1:]])

    def rates(self) -> LearningRates:
        s = self.settings
        share = schedule(self.step, self.steps, WARMUP, COOLDOWN)
        return LearningRates(s.matrix_lr * share, s.embedding_lr * share, s.head_lr * share)

    def prompts(self) -> list[tuple[str, list[int]]]:
        return [(p, self.corpus.tokenizer.chat(p)) for p in self.corpus.rating_prompts[:4]]

    def turn(self, name: str, value: float) -> None:
        """The learning rates can be changed on the way.

        Raises:
            ValueError: it is not a setting that can be.
        """
        if name not in LIVE["finetune"]:
            raise ValueError(f"{name} can't be changed during fine-tuning")
        self.settings = msgspec.structs.replace(self.settings, **{name.rpartition(".")[2]: value})

    def tensors(self) -> dict[str, Tensor]:
        place = {"pairs.epoch": self.dialogues.epoch, "pairs.row": self.dialogues.row}
        return {
            **super().tensors(),
            **cursor_tensors(self.documents),
            **{name: torch.tensor(value) for name, value in place.items()},
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        super().restore(tensors)
        restore_cursor(self.documents, tensors)
        self.dialogues.seek(int(tensors["pairs.epoch"]), int(tensors["pairs.row"]))
