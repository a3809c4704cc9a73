"""What an experiment on weights begins from."""

from pathlib import Path

from msgspec import Struct

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.model.transformer import Transformer
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.settings import Settings


class Tuned(Struct, frozen=True):
    """A model that answers, and what it has read."""

    corpus: Corpus
    model: Transformer
    settings: Settings
    folder: Path  # empty at first, thrown away in the end
    source: RunFolder | None = None  # whose weights they are; None: of a model that was trained just now
