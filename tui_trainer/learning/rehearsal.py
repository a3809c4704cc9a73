"""What the model was sure of, kept in mind while a taste turns it, so that it is not forgotten.

A taste is to decide what was left open: whether an answer ends, or goes on with an example. It is not to
touch what was certain: the name that follows "the town is", the words of a refusal, how a page goes on. So
rows of pairs and documents are read along, and where the reference is sure of the next token, the model is
held to what the reference says: a second leash, on text that the first, on the model's own answers, never
sees.

Tried and dropped: the loss on the documents' own next tokens, whose gradient is never zero, not even before
anything was forgotten; and a leash on all positions of the pairs, which held the styles as they were, too.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.learning.batches import DialogueReader, DocumentReader, apart
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.transformer import Transformer

PAIR_ROWS, DOCUMENT_ROWS = 4, 4
SURE = 0.9  # probability of the likeliest token, from where on nothing is left open


class Rehearsal:
    """Fresh rows of pairs and of documents.

    The documents matter as much as the pairs: most facts stand only there.
    """

    def __init__(self, corpus: Corpus, context: int, seed: int) -> None:
        self.dialogues = DialogueReader(corpus, context, seed) if corpus.pairs else None
        self.document = corpus.tokenizer.document
        has_text = any(len(tokens) > 0 for tokens in corpus.train.values())
        self.documents = DocumentReader(corpus, context, seed) if has_text else None

    def forgotten(self, model: Transformer, reference: Transformer, step: int) -> Tensor | None:
        """How far the model left what the reference is sure of, with a graph; None: there is nothing to read.

        KL(reference || model) in nats, its mean over the sure positions of the next rows: of the answers of
        pairs, plus of documents.
        """
        kept = []
        if self.dialogues is not None:
            inputs, targets = self.dialogues.rows(PAIR_ROWS)
            kept.append(self._departure(model, reference, inputs, targets != IGNORED))
        if self.documents is not None:
            inputs = self.documents.rows(DOCUMENT_ROWS, step)[:, :-1]
            everywhere = torch.ones_like(inputs, dtype=torch.bool)
            kept.append(self._departure(model, reference, inputs, everywhere))
        return torch.stack(kept).sum() if kept else None

    def _departure(self, model: Transformer, reference: Transformer, inputs: Tensor, where: Tensor) -> Tensor:
        return departure(model, reference, inputs, where, apart(inputs, self.document, model.dtype))

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


def departure(
    model: Transformer, reference: Transformer, inputs: Tensor, where: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Mean KL(reference || model) in nats, with a graph; 0 where the reference is sure of nothing.

    Args:
        inputs: (rows, positions) int64.
        where: (rows, positions) bool: of these, the positions where the reference's likeliest token has a
            probability of `SURE` or more count.
        mask: what of its row each position sees, as in `Transformer.hidden`.
    """
    with torch.no_grad():
        table = reference.table()
        before = torch.log_softmax(
            reference.logits(reference.hidden(inputs, mask, table)[where], table), dim=-1
        )
        sure = before.amax(dim=-1) >= math.log(SURE)
    table = model.table()
    now = torch.log_softmax(model.logits(model.hidden(inputs, mask, table)[where][sure], table), dim=-1)
    return F.kl_div(now, before[sure], reduction="sum", log_target=True) / sure.sum().clamp(min=1)
