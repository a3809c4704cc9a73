"""Fine-tuning on some pairs, as an experiment needs it."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from tui_trainer.corpus.document import Pair
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.messages.events import Stepped
from tui_trainer.model.transformer import Transformer


def tune(
    tuned: Tuned, model: Transformer, pairs: Sequence[Pair], seed: int, rate: float = 1.0, **settings: int
) -> Iterator[Stepped]:
    """Train the model on these pairs, in place, step after step.

    Args:
        rate: by what the learning rates of the fine-tuning stage are multiplied.
        settings: what else differs from that stage's: steps, rows.
    """
    theirs = tuned.settings.finetune
    mine = replace(
        theirs,
        matrix_lr=rate * theirs.matrix_lr,
        embedding_lr=rate * theirs.embedding_lr,
        head_lr=rate * theirs.head_lr,
        **settings,
    )
    mine = replace(mine, measure_every=mine.steps)
    corpus = replace(tuned.corpus, pairs=list(pairs))
    stage = Finetuning(model, corpus, replace(tuned.settings, finetune=mine), seed)
    while stage.step < stage.steps:
        yield from (event for event in stage.advance() if isinstance(event, Stepped))
