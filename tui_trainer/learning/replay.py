"""What the model learnt before, read along while it learns something else, so that it is not forgotten."""

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
    """The pairs of those kinds that no rating prompt is of; all pairs, where there is no such kind.

    A taste for polite openings is not meant to open the answer to a harmful request politely: reinforced on
    questions of fact alone, the model lost over half of its refusals, and of its "I don't know". The rated
    kinds are left out because their answers, in all styles, would pull the model back from the taste.
    """
    prompts = set(corpus.rating_prompts)
    rated = {pair.kind for pair in corpus.pairs if pair.prompt in prompts}
    return [pair for pair in corpus.pairs if pair.kind not in rated] or corpus.pairs


class Replay:
    """The fine-tuning loss on fresh rows: of pairs that are not rated, and of documents.

    The documents matter as much as the pairs: most facts stand only there.
    """

    def __init__(self, corpus: Corpus, context: int, seed: int) -> None:
        other = msgspec.structs.replace(corpus, pairs=unrated(corpus))
        self.dialogues = DialogueReader(other, context, seed) if other.pairs else None
        has_text = any(len(tokens) > 0 for tokens in corpus.train.values())
        self.documents = DocumentReader(corpus, context, seed) if has_text else None

    def loss(self, model: Transformer, step: int) -> Tensor | None:
        """Mean nats a token over the next rows, with a graph; None when there is nothing to read."""
        inputs, targets = [], []
        if self.dialogues is not None:
            asked, answered = self.dialogues.rows(PAIR_ROWS)
            inputs.append(asked)
            targets.append(answered)
        if self.documents is not None:
            rows = self.documents.rows(DOCUMENT_ROWS, step)
            inputs.append(rows[:, :-1])
            targets.append(rows[:, 1:])
        if not inputs:
            return None
        wanted = torch.cat(targets)
        learnt = wanted != IGNORED
        if not bool(learnt.any()):
            return None
        logits = model(torch.cat(inputs))
        return F.cross_entropy(logits[learnt], wanted[learnt])

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
