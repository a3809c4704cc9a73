"""Fine-tuning: learn to answer, from question-and-answer pairs.

Only the answer and its end token are scored. Some rows of documents are read along: without that replay the
model forgets how text goes on (a prototype fell from 0.25 to 0.87 bits per byte).
"""

from collections.abc import Iterator, Mapping

import msgspec
import torch
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import CODE, Pair, Question
from tui_trainer.corpus.own_pairs import GROUP
from tui_trainer.learning.answering import likeliest
from tui_trainer.learning.batches import DialogueReader, DocumentReader, cursor_tensors, restore_cursor
from tui_trainer.learning.exam_figures import DECLINED
from tui_trainer.learning.inspection import ends
from tui_trainer.learning.optimizer import schedule
from tui_trainer.learning.randomness import generator
from tui_trainer.learning.training import LearningRates, Training
from tui_trainer.messages.events import Event, PairsShown, ShownPair, StageName
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import LIVE, Settings

WARMUP = 10  # steps
COOLDOWN = 0.6
WATCHED = 3  # pairs that are shown at each measurement
KINDS = ("fact", "harmful", "unknown")  # one of each first: that it knows, declines, and admits not to know
SHORT = 160  # characters of one, question and answer
TRIED = 400
LONGEST = 40  # tokens of what the model says to them itself


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
        self._longest = min(LONGEST, model.shape.context // 2)
        self._watched = self._watched_pairs()

    def batch(self) -> tuple[Tensor, Tensor]:
        inputs, targets = self.dialogues.rows(self.settings.pair_rows)
        if self.settings.document_rows == 0:
            return inputs, targets
        s = self.settings
        source = CODE if self.documents.in_order else ""
        rows = self.documents.rows(s.document_rows, self.step, source, s.sums_read)
        return torch.cat([inputs, rows[:, :-1]]), torch.cat([targets, rows[:, 1:]])

    def rates(self) -> LearningRates:
        s = self.settings
        share = schedule(self.step, self.steps, WARMUP, COOLDOWN)
        return LearningRates(s.matrix_lr * share, s.embedding_lr * share, s.head_lr * share)

    def prompts(self) -> list[tuple[str, list[int]]]:
        return [(p, self.corpus.tokenizer.chat(p)) for p in self.corpus.rating_prompts[:4]]

    def shown(self) -> Iterator[Event]:
        """Some pairs, always the same: what their answers cost now, and what the model says itself."""
        tokenizer = self.corpus.tokenizer
        questions = [tokenizer.chat(pair.prompt) for pair in self._watched]
        said = likeliest(self.model, questions, self._longest, tokenizer.end, tokenizer.silent)
        shown = []
        for pair, asked, own in zip(self._watched, questions, said, strict=True):
            answer = [*tokenizer.encode(pair.answer), tokenizer.end]
            text = tokenizer.decode(own).strip()
            shown.append(
                ShownPair(
                    question=pair.prompt,
                    answer=pair.answer,
                    ends=(*ends(tokenizer, answer[:-1]), len(pair.answer)),
                    losses=tuple(self._losses(asked, answer)),
                    said=text,
                    right=self._right(pair, text),
                )
            )
        if shown:
            yield PairsShown(self.name, self.step, tuple(shown))

    def _right(self, pair: Pair, said: str) -> bool | None:
        """Whether the model's own answer is right; None: nobody knows."""
        if pair.kind in DECLINED:
            return DECLINED[pair.kind](said, Question(pair.prompt, pair.kind))
        return self.corpus.right(pair.prompt, said)

    def _watched_pairs(self) -> list[Pair]:
        """Short ones without a conversation before them, drawn by the seed; of as many kinds as can be."""
        short = [p for p in self.corpus.pairs if not p.turns and len(p.prompt) + len(p.answer) <= SHORT]
        order = torch.randperm(len(short), generator=generator(self.seed, "watched")).tolist()[:TRIED]
        tokenizer, context = self.corpus.tokenizer, self.model.shape.context
        room = context - self._longest
        fit = [short[i] for i in order if len(tokenizer.chat(short[i].prompt)) <= room]
        firsts = {pair.kind: pair for pair in reversed(fit)}
        kinds = [firsts.pop(kind) for kind in KINDS if kind in firsts]
        return [*kinds, *(pair for pair in fit if pair not in kinds)][:WATCHED]

    @torch.inference_mode()
    def _losses(self, asked: list[int], answer: list[int]) -> list[float]:
        """Nats of each token of an answer, after its question."""
        row = torch.tensor([[*asked, *answer]], device=self.model.device)
        targets = row[:, 1:].clone()
        targets[:, : len(asked) - 1] = IGNORED
        losses = self.model.score(row[:, :-1], targets).losses[0, len(asked) - 1 :]
        return [round(float(loss), 4) for loss in losses]

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
