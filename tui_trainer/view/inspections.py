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
