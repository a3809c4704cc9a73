"""What a stage of learning is: steps that yield events, and state that can be put away and taken up again."""

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from torch import Tensor

from tui_trainer.messages.events import Choice, Event, PairOffered, StageName, TasteTested


@runtime_checkable
class Explaining(Protocol):
    """A stage whose steps can be taken apart."""

    explains: bool  # yield a `StepExplained` with each step


@runtime_checkable
class Opening(Protocol):
    """A stage that is measured before its first step, so that there is something to see until then."""

    def open(self) -> Iterator[Event]:
        """Measure; the first `advance` then doesn't."""


@runtime_checkable
class Prompting(Protocol):
    """A stage that asks prompts which a person may change."""

    def edit_prompts(self, added: str = "", removed: str = "") -> Iterator[Event]:
        """Take a prompt in, or out, or one for the other; yields `PromptsEdited` and what follows.

        Raises:
            ValueError: it can't be done now; one line.
        """


class Stage(Protocol):
    """One stage, driven a step at a time by whoever owns the process."""

    @property
    def name(self) -> StageName:
        """Which of the five it is, or belongs to."""

    @property
    def step(self) -> int:
        """Steps done."""

    @property
    def steps(self) -> int:
        """Steps in all."""

    @property
    def pending(self) -> PairOffered | TasteTested | None:
        """A pair to be picked from (`pick`) before the next `advance`, or a question to be answered."""

    def advance(self) -> Iterator[Event]:
        """Do one step; `step` has grown by one when the iterator is exhausted."""

    def pick(self, choice: Choice, rater: str, simulated: bool, text: str = "") -> Iterator[Event]:
        """Answer the pending pair; yields `Picked` and what follows from it.

        Raises:
            ValueError: it can't be picked so; one line.
        """

    def tensors(self) -> dict[str, Tensor]:
        """All that is needed to go on from here bit for bit, the model's weights included."""

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up the state that `tensors` put away."""

    def turn(self, name: str, value: float) -> None:
        """Change a setting from the next step on.

        Raises:
            ValueError: it is not a setting of this stage.
        """


class OneStep:
    """What stages of a single step have in common, which ask nobody and learn nothing."""

    step = 0
    steps = 1
    pending: PairOffered | TasteTested | None = None

    def pick(self, choice: Choice, rater: str, simulated: bool, text: str = "") -> Iterator[Event]:
        """There is nothing to pick here."""
        raise ValueError("there is no pair to pick from")

    def turn(self, name: str, value: float) -> None:
        """There is nothing to change here."""
        raise ValueError(f"{name} can't be changed here")

    def tensors(self) -> dict[str, Tensor]:
        """None: it is done anew after an interruption."""
        return {}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Nothing to take up."""
