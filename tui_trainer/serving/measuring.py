"""A run's frozen weights measured again from their files, with nothing of the training left in memory."""

from collections.abc import Iterator

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.learning.evaluation import Evaluation
from tui_trainer.messages.events import Measured
from tui_trainer.model.transformer import Transformer
from tui_trainer.run import machine
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.frozen import available, choose, opened


def measure(run: RunFolder) -> Iterator[Measured]:
    """The figures that these weights had in the run's report, up to the last bits of a float.

    Raises:
        UserError: there are no weights yet, or a file is missing or damaged.
    """
    choose(run, None)
    machine.configure(machine.threads(run.plan.settings.run.threads))
    corpus = Corpus.load(run.corpus)
    tuned: Transformer | None = None
    for weights in available(run):
        model = opened(run, weights, corpus.tokenizer)
        evaluation = Evaluation(
            weights, model, corpus, run.plan.settings, tuned if weights == "aligned" else None
        )
        for event in evaluation.advance():
            if isinstance(event, Measured):
                yield event
        tuned = model if weights == "tuned" else tuned
