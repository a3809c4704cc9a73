"""The user's own text beside the corpus of another run, on whose base it is learnt.

What the base was made of is read along, so that it is not forgotten while the own text is learnt.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from tui_trainer.corpus import summary
from tui_trainer.corpus.document import Pair, Question
from tui_trainer.corpus.gathered import Gathered
from tui_trainer.corpus.own_pairs import GROUP
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.errors import foreign

OWN = "own-"  # before the names of the own text's sources
SHARE = 0.25  # of the rows and of the pairs that are read: the own ones, however few they are
MOST_READINGS = 2_000


class OnBase:
    """The other run's corpus. Raises `UserError` where it is not whole."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.known = folder, summary.read(folder)
        with foreign(f"no whole corpus in {folder}"):
            self.tokenizer = Tokenizer.from_json(self._read("tokenizer.json").decode())
            self.pairs = msgspec.json.Decoder(Pair).decode_lines(self._read("pairs.jsonl"))
            self.questions = msgspec.json.decode(self._read("questions.json"), type=dict[str, list[Question]])

    def _read(self, name: str) -> bytes:
        return summary.content(self.folder, name, self.known)

    def added(self, folder: Path, own: Mapping[str, int]) -> tuple[dict[str, int], dict[str, float]]:
        """Put the base's tokens beside the own ones, which are renamed: tokens and readings by source.

        Args:
            folder: holds the own train-<source>.npy.
            own: tokens by source.
        """
        tokens, mixture = dict[str, int](), dict[str, float]()
        for source, readings in self.known.mixture.items():
            path = summary.whole(self.folder, f"train-{source}.npy", self.known)
            tokens[source] = len(np.load(path, mmap_mode="r", allow_pickle=False))
            mixture[source] = readings
        read = sum(tokens[source] * mixture[source] for source in tokens)
        times = SHARE / (1 - SHARE) * read / max(1, sum(own.values()))
        for source, count in own.items():
            (folder / f"train-{source}.npy").rename(folder / f"train-{OWN}{source}.npy")
            tokens[f"{OWN}{source}"] = count
            mixture[f"{OWN}{source}"] = float(min(MOST_READINGS, max(1, round(times))))
        for source in self.known.mixture:
            shutil.copyfile(self.folder / f"train-{source}.npy", folder / f"train-{source}.npy")
        return tokens, mixture

    def along(self, gathered: Gathered) -> None:
        """Take the base's pairs, questions and prompts along; own pairs as often as their share wants."""
        own = gathered.pairs
        if own:
            times = max(1, round(SHARE / (1 - SHARE) * len(self.pairs) / len(own)))
            gathered.pairs = [*self.pairs, *own * times]
        else:
            gathered.pairs = self.pairs
        others = {group: asked for group, asked in self.questions.items() if group != GROUP}
        gathered.questions = {**others, **gathered.questions}
        if not gathered.rating_prompts:
            gathered.rating_prompts = self.known.rating_prompts
            gathered.held_out_prompts = self.known.held_out_prompts
        gathered.upset_prompts = self.known.upset_prompts
        gathered.upset_held_out = self.known.upset_held_out
