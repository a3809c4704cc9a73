"""What the data stage left in a run's folder, opened for training."""

from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tui_trainer.corpus import summary
from tui_trainer.corpus.document import Pair, Question
from tui_trainer.corpus.exam.judging import tells
from tui_trainer.corpus.summary import Summary
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.errors import UserError, foreign
from tui_trainer.settings import Topic

Tokens = NDArray[np.uint16] | NDArray[np.uint32]


class Corpus(Struct, dict=True):
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
        """Open what `prepare` wrote, once all that training and measuring read is known to be whole.

        Raises:
            UserError: the folder holds no whole corpus.
        """
        known = summary.read(folder)

        def read(name: str) -> bytes:
            return summary.content(folder, name, known)

        with foreign(f"no whole corpus in {folder}"):
            return Corpus(
                tokenizer=Tokenizer.from_json(read("tokenizer.json").decode()),
                train={source: _open(folder, f"train-{source}.npy", known) for source in known.mixture},
                validation=_open(folder, "validation.npy", known),
                validation_bytes=known.validation_bytes,
                mixture=known.mixture,
                pairs=msgspec.json.Decoder(Pair).decode_lines(read("pairs.jsonl")),
                questions=msgspec.json.decode(read("questions.json"), type=dict[str, list[Question]]),
                rating_prompts=known.rating_prompts,
                held_out_prompts=known.held_out_prompts,
                upset_prompts=known.upset_prompts,
                upset_held_out=known.upset_held_out,
                sample_prompts=known.sample_prompts,
            )

    def right(self, prompt: str, answer: str) -> bool | None:
        """Whether an answer to one of the prompts is true in the world; None: nobody knows."""
        asked = self._rated.get(prompt)
        return None if asked is None else tells(answer, asked.kind, asked.expected, asked.others)

    @cached_property
    def _rated(self) -> dict[str, Question]:
        return {question.prompt: question for question in self.questions.get("rated", ())}

    @cached_property
    def dialogues(self) -> list[tuple[list[int], list[bool]]]:
        """All pairs as `Tokenizer.dialogue` gives them, made once: two stages read them."""
        return [self.tokenizer.dialogue(pair.prompt, pair.answer, pair.turns) for pair in self.pairs]

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


def _open(folder: Path, name: str, known: Summary) -> Tokens:
    tokens: Tokens = np.load(summary.whole(folder, name, known), mmap_mode="r", allow_pickle=False)
    if tokens.ndim != 1 or tokens.dtype not in (np.uint16, np.uint32):
        raise ValueError(f"{name} holds no tokens")
    return tokens
