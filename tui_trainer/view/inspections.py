"""Texts that panes would have read, and what the model made of them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from tui_trainer.messages.inspection import Look, Looked

Purpose = Literal["document", "sentence", "attention"]
Version = tuple[object, ...]


@dataclass(frozen=True)
class Wish:
    """A text that a pane would have read."""

    look: Look
    pressing: bool = False  # worth starting a process with torch in it for


@dataclass(frozen=True)
class Saw:
    """A text, and what the model made of it."""

    look: Look
    looked: Looked

    @property
    def moment(self) -> Version:
        """By which weights."""
        return self.looked.weights, self.looked.stage, self.looked.step


def mean_loss(looked: Looked, characters: int) -> float:
    """Nats a token, of those that end within the first so many characters; 0 of none."""
    read = zip(looked.ends, looked.losses, strict=False)
    losses = [loss for end, loss in read if end <= characters]
    return sum(losses) / max(1, len(losses))


KEPT_POINTS = 200  # of a trace; beyond, every other one is forgotten


@dataclass
class Trace:
    """How a text has cooled: its mean loss by the weights of one step after the other."""

    of: object = None  # which text
    points: list[tuple[Version, float]] = field(default_factory=list)

    def has(self, of: object, moment: Version) -> bool:
        """Whether this text by these weights is its last point."""
        return of == self.of and bool(self.points) and self.points[-1][0] == moment

    def take(self, of: object, moment: Version, loss: float) -> None:
        """Take in what it costs now; another text begins a trace of its own."""
        if of != self.of:
            self.of, self.points = of, []
        self.points.append((moment, loss))
        if len(self.points) > KEPT_POINTS:
            self.points = [self.points[0], *self.points[1::2]]


@dataclass
class Looks:
    """What has been seen, for drawing."""

    seen: dict[Purpose, Saw] = field(default_factory=dict)
    before: dict[Purpose, Saw] = field(default_factory=dict)  # the same text, by weights before these
    changed: Counter[Purpose] = field(default_factory=Counter)

    def take(self, purpose: Purpose, saw: Saw) -> None:
        """Take in an answer."""
        last = self.seen.get(purpose)
        if last is not None and last.look == saw.look and last.moment != saw.moment:
            self.before[purpose] = last
        elif last is None or last.look != saw.look:
            self.before.pop(purpose, None)
        self.seen[purpose] = saw
        self.changed[purpose] += 1
