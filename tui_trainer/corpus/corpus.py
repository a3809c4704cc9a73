"""What the data stage left in a run's folder, opened for training."""

from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tui_trainer.corpus.document import Pair, Question
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.errors import UserError
from tui_trainer.settings import Topic

Tokens = NDArray[np.uint16] | NDArray[np.uint32]


class Summary(Struct):
    """`corpus.json`: all that is small."""

    mixture: dict[str, float]  # readings, by source; its keys name the files train-<source>.npy
    validation_bytes: int  # of the text in validation.npy; document markers count for none
    rating_prompts: list[str]
    held_out_prompts: list[str]
    sample_prompts: list[str]
    upset_prompts: list[str] = []
    upset_held_out: list[str] = []


class Corpus(Struct):
    """Tokens, pairs and questions of one run; the token arrays stay on disk until they are read."""

    tokenizer: Tokenizer
    train: dict[str, Tokens]  # by source: 1-D, every document starts with the `document` token
    validation: Tokens  # likewise
    validation_bytes: int
    mixture: dict[str, float]
    pairs: list[Pair]
    questions: dict[str, list[Question]]
    rating_prompts: list[str]
    held_out_prompts: list[str]
    sample_prompts: list[str]
    upset_prompts: list[str] = []
    upset_held_out: list[str] = []

    @staticmethod
    def load(folder: Path) -> "Corpus":
        """Open what `prepare` wrote.

        Raises:
            UserError: the folder holds no whole corpus.
        """
        try:
            summary = msgspec.json.decode((folder / "corpus.json").read_bytes(), type=Summary)
            lines = (folder / "pairs.jsonl").read_bytes().splitlines()
            return Corpus(
                tokenizer=Tokenizer.load(folder / "tokenizer.json"),
                train={source: _open(folder / f"train-{source}.npy") for source in summary.mixture},
                validation=_open(folder / "validation.npy"),
                validation_bytes=summary.validation_bytes,
                mixture=summary.mixture,
                pairs=[msgspec.json.decode(line, type=Pair) for line in lines],
                questions=msgspec.json.decode(
                    (folder / "questions.json").read_bytes(), type=dict[str, list[Question]]
                ),
                rating_prompts=summary.rating_prompts,
                held_out_prompts=summary.held_out_prompts,
                upset_prompts=summary.upset_prompts,
                upset_held_out=summary.upset_held_out,
                sample_prompts=summary.sample_prompts,
            )
        except (OSError, ValueError) as error:
            raise UserError(f"no whole corpus in {folder} ({error}); start the run anew") from error

    def prompts(self, topic: Topic) -> tuple[list[str], list[str]]:
        """Prompts to rate answers to and to reinforce on, and others that are only measured on.

        Raises:
            UserError: there are none on this topic.
        """
        if topic == "everyday":
            return self.rating_prompts, self.held_out_prompts
        if not self.upset_prompts:
            raise UserError("there are upset people in the tiny world only; leave feedback.topic at everyday")
        return self.upset_prompts, self.upset_held_out


def _open(path: Path) -> Tokens:
    tokens: Tokens = np.load(path, mmap_mode="r", allow_pickle=False)
    return tokens
