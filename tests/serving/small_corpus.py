"""A corpus with nothing to train on, for what only asks a run's models."""

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.run.storage.folder import RunFolder


def corpus_of(run: RunFolder, **prompts: list[str]) -> Corpus:
    """The run's tokenizer, a pair, and these prompts."""
    found: dict[str, list[str]] = {"rating_prompts": [], "held_out_prompts": [], **prompts}
    return Corpus(
        tokenizer=Tokenizer.load(run.corpus / "tokenizer.json"),
        train={},
        validation=[],  # type: ignore[arg-type]  # nothing reads it
        validation_bytes=0,
        mixture={},
        pairs=[Pair("Where does Ada live?", "In Oster.", "fact")],
        questions={},
        sample_prompts=[],
        **found,
    )
