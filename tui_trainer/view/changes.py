"""What a run does otherwise than the one that it goes on from, in words: "no leash", "half the rate"."""

from collections.abc import Mapping
from typing import Any

from tui_trainer.messages.events import Forked
from tui_trainer.sanitize import one_line
from tui_trainer.settings import UNLEASHED, today
from tui_trainer.view import numbers, words

# What lets reinforcement go, each at the value that does: see `settings.UNLEASHED`.
_FREED = {
    "feedback.beta": "no leash",
    "feedback.kl_target": "a leash that stays as it is",
    "feedback.facts_limit": "no guard on facts",
    "feedback.rehearsal_coef": "no rehearsal",
    "feedback.reward_bound": "no bound on the reward",
    "feedback.missing_eos_penalty": "answers that need not end",
}
_TIMES = {
    0.1: "a tenth of",
    0.2: "a fifth of",
    0.25: "a quarter of",
    0.5: "half",
    2.0: "twice",
    3.0: "three times",
    4.0: "four times",
    5.0: "five times",
    10.0: "ten times",
}
NEAR = 1e-6  # of a ratio to a plain one


def changes(changed: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> list[str]:
    """One setting an entry.

    Args:
        changed: new values, by dotted name.
        before: the values they had, as far as those are known.
    """
    given = {today(name): value for name, value in changed.items()}
    was = {today(name): value for name, value in (before or {}).items()}
    free = [name for name in _FREED if _is_free(name, given)]
    if given.get("feedback.beta") == 0 and "feedback.kl_target" in free:
        free.remove("feedback.kl_target")  # of a leash that is not there
        given.pop("feedback.kl_target")
    return [
        *(_FREED[name] for name in free),
        *(change(name, value, was.get(name)) for name, value in given.items() if name not in free),
    ]


def change(name: str, value: Any, before: Any = None) -> str:
    """One setting's: "half the learning rate", "steps: 40 instead of 36"."""
    title = words.setting(name)
    if name == "feedback.best_of" and value:
        return f"the best of {words.value(value)} answers measured beside it"
    if isinstance(value, float) and isinstance(before, float) and before:
        near = (times for ratio, times in _TIMES.items() if abs(value / before / ratio - 1) < NEAR)
        if (times := next(near, None)) is not None:
            return f"{times} the {title}"
    said = f"{title}: {words.value(value)}"
    return said if before is None or isinstance(value, bool) else f"{said} instead of {words.value(before)}"


def _is_free(name: str, given: Mapping[str, Any]) -> bool:
    return name in given and given[name] == UNLEASHED[name.removeprefix("feedback.")]


def forked(event: Forked, before: Mapping[str, Any] | None = None, most: int | None = None) -> str:
    """What a run took over and what it does otherwise: "goes on at feedback from ...".

    Args:
        before: the values that its settings had.
        most: changes that are named; of the others it is said how many they are.
    """
    taken = f"the {event.weights} weights" if event.weights else "the data"
    said = f"goes on at {words.STAGE[event.stage]} with {taken} of {one_line(event.source)}"
    said += f" and its {numbers.plural(event.picks, 'pick')}" if event.picks else ""
    named = changes(event.changes, before)
    if not named:
        return f"{said}; nothing is changed"
    shown = named if most is None else named[:most]
    rest = len(named) - len(shown)
    more = f" and {rest} more change{'' if rest == 1 else 's'}" if rest else ""
    return f"{said}. Changed: {'; '.join(shown)}{more}" if shown else f"{said}, with {rest} changes"
