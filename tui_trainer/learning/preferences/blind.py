"""Before or after? A blind test at the end, for the person who picked.

On prompts that no pick was about, an answer of the tuned and one of the aligned model stand side by side, the
sides shuffled by the seed. Which is better? What comes of it is the only figure of a person's own taste that
no reward model has a part in.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from tui_trainer.corpus.randomness import rng
from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences.statistics import WIN
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.events import Choice, Event, Measured, PairOffered, Picked
from tui_trainer.model.transformer import Transformer

PAIRS = 24  # at most; who has said enough before is asked no more. Of eight, all could be a coin's luck
FIGURE = "aligned/blind_win_rate"


class BlindPair(Struct, frozen=True):
    """One of the test's pairs."""

    prompt: str
    before: str
    after: str
    swapped: bool  # the aligned model's answer stands left
    choice: Choice | None = None


class BlindTest(Struct):
    """The test, and where it stands."""

    pairs: list[BlindPair] = []
    made: bool = False  # the answers are there
    over: bool = False
    pending: PairOffered | None = None
    first: int = 0  # the number of its first pair in the run

    def make(
        self,
        tuned: Transformer,
        aligned: Transformer,
        asker: Asker,
        prompts: Sequence[str],
        seed: int,
        first: int,
    ) -> None:
        """Have both models answer; pairs that are all one are left out.

        Args:
            prompts: fresh ones.
            first: the number of the run's next pair.
        """
        order = list(prompts)
        rng(seed, "feedback", "blind", "prompts").shuffle(order)
        asked = order[: 2 * PAIRS]
        sides = rng(seed, "feedback", "blind", "sides")
        answers = [
            asker.ask(model, asked, generator(seed, "feedback", "blind", name)) if asked else []
            for name, model in (("tuned", tuned), ("aligned", aligned))
        ]
        self.pairs = [
            BlindPair(prompt, before.text, after.text, sides.random() < 0.5)
            for prompt, before, after in zip(asked, *answers, strict=True)
            if before.text != after.text
        ][:PAIRS]
        self.made, self.first = True, first
        self.over = not self.pairs

    @property
    def done(self) -> int:
        """Pairs answered."""
        return sum(pair.choice is not None for pair in self.pairs)

    def offer(self) -> PairOffered:
        """The next pair."""
        pair = self.pairs[self.done]
        a, b = (pair.after, pair.before) if pair.swapped else (pair.before, pair.after)
        self.pending = PairOffered(
            self.first + self.done,
            pair.prompt,
            a,
            b,
            pair.swapped,
            predicted_a=0.5,
            blind=True,
            blind_pairs=len(self.pairs),
        )
        return self.pending

    def pick(self, choice: Choice, rater: str, simulated: bool) -> Iterator[Event]:
        """Answer the pending pair; the figure follows the last one.

        Raises:
            ValueError: this can't be picked here.
        """
        pending = self.pending
        assert pending is not None
        if choice in ("undo", "own"):
            raise ValueError("in the blind test a pick stands")
        self.pending = None
        if choice == "enough":
            self.over = True
        else:
            self.pairs[self.done] = msgspec.structs.replace(self.pairs[self.done], choice=choice)
            self.over = self.done == len(self.pairs)
        yield Picked(pending.pair, choice, rater, simulated)
        if self.over and (figure := self.figure()) is not None:
            yield figure

    def figure(self) -> Measured | None:
        """How often the aligned model's answer was the better one, ties half; None where nothing was said."""
        wins = [
            1 - WIN[pair.choice] if not pair.swapped else WIN[pair.choice]
            for pair in self.pairs
            if pair.choice in WIN
        ]
        if not wins:
            return None
        share = sum(wins) / len(wins)
        return Measured(FIGURE, share, proportion_interval(sum(wins), len(wins)), len(wins), 0.5)
