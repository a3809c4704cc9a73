"""What the model learnt before, kept in mind while it learns something else, so that it is not forgotten."""

from collections.abc import Mapping

import msgspec
import torch
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair
from tui_trainer.learning.batches import IGNORED, DialogueReader, DocumentReader
from tui_trainer.model.transformer import Transformer

PAIR_ROWS, DOCUMENT_ROWS = 4, 4


def unrated(corpus: Corpus) -> list[Pair]:
    """The pairs of those kinds that no rating prompt is of.

    A taste for polite openings is not meant to open the answer to a harmful request politely: reinforced on
    questions of fact alone, the model lost over half of its refusals, and of its "I don't know". The rated
    kinds are left out because their answers, in all styles, would pull the model back from the taste.
    """
    prompts = set(corpus.rating_prompts)
    rated = {pair.kind for pair in corpus.pairs if pair.prompt in prompts}
    return [pair for pair in corpus.pairs if pair.kind not in rated]


class Replay:
    """Fresh rows of documents to read on, and of answers that nobody rates, to go on giving as before.

    The documents matter as much as the pairs: most facts stand only there.
    """

    def __init__(self, corpus: Corpus, context: int, seed: int) -> None:
        other = msgspec.structs.replace(corpus, pairs=unrated(corpus))
        self.end = corpus.tokenizer.end
        self.dialogues = DialogueReader(other, context, seed) if other.pairs else None
        has_text = any(len(tokens) > 0 for tokens in corpus.train.values())
        self.documents = DocumentReader(corpus, context, seed) if has_text else None

    def loss(self, model: Transformer, reference: Transformer, step: int) -> Tensor | None:
        """What the model has forgotten, with a graph; None when there is nothing to read.

        The mean loss of the next rows of documents, in nats a token; and of the answers, the KL to the
        reference's own in nats an answer, KL(reference || model) summed over its tokens. A leash that is as
        tight as the one on sampled answers, where the mean over tokens would let the first word slip: whether
        "I don't know" or "Gladly" begins is decided in one token of twenty.
        """
        losses = []
        if self.dialogues is not None and (kept := self._forgotten(model, reference)) is not None:
            losses.append(kept)
        if self.documents is not None:
            rows = self.documents.rows(DOCUMENT_ROWS, step)
            logits = model(rows[:, :-1])
            losses.append(F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()))
        return torch.stack(losses).sum() if losses else None

    def _forgotten(self, model: Transformer, reference: Transformer) -> Tensor | None:
        assert self.dialogues is not None
        inputs, targets = self.dialogues.rows(PAIR_ROWS)
        answered = targets != IGNORED
        if not bool(answered.any()):
            return None
        with torch.no_grad():
            before = torch.log_softmax(reference(inputs)[answered], dim=-1)
        now = torch.log_softmax(model(inputs)[answered], dim=-1)
        answers = int((targets == self.end).sum().clamp(min=1))
        return F.kl_div(now, before, reduction="sum", log_target=True) / answers

    def place(self) -> dict[str, int]:
        """Where the reading stands."""
        place: dict[str, int] = {}
        if self.dialogues is not None:
            place |= {"pairs.epoch": self.dialogues.epoch, "pairs.row": self.dialogues.row}
        if self.documents is not None:
            place |= {f"cursor.{source}": rows for source, rows in self.documents.taken.items()}
        return place

    def seek(self, place: Mapping[str, int]) -> None:
        """Go on reading where `place` was taken."""
        if self.dialogues is not None:
            self.dialogues.seek(place["pairs.epoch"], place["pairs.row"])
        if self.documents is not None:
            for source in self.documents.sources:
                self.documents.taken[source] = place[f"cursor.{source}"]
