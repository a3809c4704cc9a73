"""The table of all actions, and the keys that people choose for themselves."""

import unicodedata
from collections.abc import Mapping

from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, Keys

from tui_trainer.errors import UserError
from tui_trainer.ui.actions import Action, actions_of
from tui_trainer.ui.handlers.experiments import ExperimentHandlers
from tui_trainer.ui.handlers.help import HelpHandlers
from tui_trainer.ui.handlers.leaving import LeavingHandlers
from tui_trainer.ui.handlers.looking_back import LookingBackHandlers
from tui_trainer.ui.handlers.model import ModelHandlers
from tui_trainer.ui.handlers.panes import PaneHandlers
from tui_trainer.ui.handlers.rater import RaterHandlers
from tui_trainer.ui.handlers.runs import RunHandlers
from tui_trainer.ui.handlers.screen import ScreenHandlers
from tui_trainer.ui.handlers.training import TrainingHandlers
from tui_trainer.ui.panes.chat import ChatPane
from tui_trainer.ui.panes.dataset import DatasetPane
from tui_trainer.ui.panes.loss import LossPane
from tui_trainer.ui.panes.weights import WeightsPane


class Handlers(
    TrainingHandlers,
    PaneHandlers,
    ModelHandlers,
    LookingBackHandlers,
    HelpHandlers,
    LeavingHandlers,
    RunHandlers,
    ExperimentHandlers,
    RaterHandlers,
    ScreenHandlers,
):
    """The part of the app that does what belongs to no pane, in the order of help and footer."""


OWNERS = (*Handlers.__bases__, DatasetPane, LossPane, WeightsPane, ChatPane)
ACTIONS: tuple[Action, ...] = tuple(action for owner in OWNERS for action in actions_of(owner))
BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}

_NAMED_KEYS = {key.value for key in Keys} | set(KEY_NAME_REPLACEMENTS.values())


def written(keymap: Mapping[str, str]) -> dict[str, str]:
    """How the key of each action is written, with those that a person has chosen.

    Raises:
        UserError: there is no such action or key, or a key is given twice where both would be heard.
    """
    for name, keys in keymap.items():
        if name not in BY_NAME:
            raise UserError(f"screen.toml: there is no action {name!r}")
        for key in keys.split(","):
            if not _is_key(key):
                raise UserError(f"screen.toml: {name} has {key[:60]!r}, which is no key's name")
            for other in ACTIONS:
                theirs = keymap[other.name].split(",") if other.name in keymap else other.keys
                meet = {other.context, BY_NAME[name].context}
                heard = len(meet) == 1 or meet & {"anywhere", "rater"}
                if other.name != name and key in theirs and heard:
                    raise UserError(f"screen.toml: the key {key!r} of {name} is that of {other.name} too")
    chosen = {name: keys.split(",")[0].replace("_", " ") for name, keys in keymap.items()}
    return {action.name: action.shown for action in ACTIONS} | chosen


def _is_key(name: str) -> bool:
    """Whether Textual would ever report a key of this name."""
    *modifiers, key = name.split("+")
    if not set(modifiers) <= {"ctrl", "shift", "alt", "meta", "super", "hyper"}:
        return False
    if key in _NAMED_KEYS or (len(key) == 1 and key.isprintable()):
        return True
    words = KEY_TO_UNICODE_NAME.get(key, key.replace("_", " ").upper())
    try:
        unicodedata.lookup(words if len(words) > 1 else f"LATIN SMALL LETTER {words}")
    except KeyError:
        return False
    return True
