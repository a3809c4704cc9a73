"""The five things to have understood in the end, and what shows that each was: the run, or what was done."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Literal

from tui_trainer.view.cards import changed_by_picks, gamed
from tui_trainer.view.state import State

# What a viewer has done: seen a step through, had an answer of the base model, or two of the same weights.
Deed = Literal["step", "asked base", "same hash"]


@dataclass(frozen=True)
class Aha:
    """`lead`: the name of what leads to it (`ui.handlers.leads`); `how`: that, in words."""

    name: str
    said: str
    how: str
    lead: str
    met: Callable[[State, Set[Deed]], bool]


def _picked(state: State, _: Set[Deed]) -> bool:
    by_person = any(not pick.picked.simulated for pick in state.picks)
    return by_person and changed_by_picks(state)


def _gamed(state: State, _: Set[Deed]) -> bool:
    return state.setting("feedback.beta") == 0 and gamed(state) is not None


AHAS: tuple[Aha, ...] = (
    Aha(
        "Guess, score, blame, nudge",
        "One step of learning; all the rest is more of them.",
        "a step in slow motion",
        "step",
        lambda _, did: "step" in did,
    ),
    Aha(
        "A base model only continues text",
        "Asked something, it does not answer: it writes on.",
        "ask the base model a question",
        "ask_base",
        lambda _, did: "asked base" in did,
    ),
    Aha(
        "My picks changed it",
        "The same questions before and after what you picked.",
        "pick, and compare before and after",
        "picks",
        _picked,
    ),
    Aha(
        "It gamed the reward",
        "Off the leash the score goes up, and the answers get worse.",
        "the same picks without the leash",
        "unleash",
        _gamed,
    ),
    Aha(
        "Chatting changes nothing",
        "The hash of the weights is the same under each answer.",
        "talk to it, and look at the hash",
        "chat",
        lambda _, did: "same hash" in did,
    ),
)
