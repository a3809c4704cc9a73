"""Settings that change while a run goes on."""

import math
from collections.abc import Sequence
from functools import cache

from tui_trainer.messages.events import STAGES, StageName
from tui_trainer.settings import LIVE, Description, Settings, describe, lookup, takes, with_values

SWITCHES = ("feedback.turn_anyway",)  # that a person may set while a run goes on: 0 is no, 1 is yes


def check(name: str, value: float) -> str | None:
    """Why this setting, by its name of today, can't have this value; None if it can."""
    description = next((d for d in describe() if d.name == name), None)
    if description is None:
        return f"there is no setting {name!r}"
    default = description.default
    if not isinstance(default, int | float) or (isinstance(default, bool) and name not in SWITCHES):
        return f"{name} can't be changed while a run goes on"
    if isinstance(default, bool):
        return None if value in (0, 1) else f"{name} takes 0 or 1, not {value:g}"
    if isinstance(default, int) and not float(value).is_integer():
        return f"{name} takes a whole number, not {value:g}"
    try:
        if not math.isfinite(value):
            raise ValueError
        turned(Settings(), [(name, value)])
    except ValueError:  # msgspec.ValidationError is one
        return f"{name} takes {takes(description)}, not {value:g}"
    return None


@cache
def live(stage: StageName | None) -> tuple[Description, ...]:
    """What may be turned while this stage runs, of its settings and of those to come; None: before all."""
    coming = STAGES[STAGES.index(stage) if stage is not None else 0 :]
    names = [name for section in coming for name in LIVE.get(section, ())]
    every = {d.name: d for d in describe()}
    found = (n for name in names for n in every if n == name or (name[-1] == "." and n.startswith(name)))
    return tuple(every[name] for name in dict.fromkeys(found))


def is_later(name: str, stage: StageName) -> bool:
    """Whether the setting belongs to a stage that comes after this one."""
    section = name.partition(".")[0]
    if section == "data":
        # The mixture is read when pretraining starts; the rest of the data has been made by then.
        return name.startswith("data.mixture.") and stage == "data"
    return section in STAGES and STAGES.index(section) > STAGES.index(stage)


def is_own(name: str, stage: StageName) -> bool:
    """Whether a run that goes on from another one's finished stages, itself beginning with this stage, may
    have another value of the setting: whatever was made before was made with the other's."""
    if name in ("finetune.pairs", "finetune.sums"):
        return False  # the pairs are written when the data is prepared
    section = name.partition(".")[0]
    if section in ("data", "model"):
        return stage == "pretrain" and (section == "model" or name.startswith("data.mixture."))
    return section == "run" or STAGES.index(section) >= STAGES.index(stage)


def turned(settings: Settings, changes: Sequence[tuple[str, float]]) -> Settings:
    """The settings with these changes, in order; each passed `check`."""
    return with_values(
        settings,
        {name: _typed(lookup(settings, name), value) for name, value in changes},
    )


def _typed(now: object, value: float) -> bool | int | float:
    """A value as the setting that has this one now holds it."""
    return bool(value) if isinstance(now, bool) else int(value) if isinstance(now, int) else value
