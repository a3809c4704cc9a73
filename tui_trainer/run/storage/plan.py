"""What a run is going to do: everything that fixes its numbers, written once when its folder is made."""

import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tui_trainer import checksums
from tui_trainer.errors import UserError, foreign
from tui_trainer.files import named, read_own
from tui_trainer.messages.events import STAGES, StageName, WeightsName
from tui_trainer.settings import Preset, Settings, of_today, today

VERSION = 1
MOST_BYTES = 64 * 1024 * 1024  # of the file: it names every file of the user's own text


class Fork(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a run comes from that goes on from another one's finished stages."""

    source: str  # the other run's id
    stage: StageName  # the first that is this run's own
    records: int  # of the other's log, which this one's log begins with
    busy: float  # seconds of computing that they took
    changes: dict[str, Any]  # settings that differ from the other's, by dotted name
    weights: WeightsName | None = None  # the other's that this run goes on from
    sha256: str = ""  # of them
    picks: int = 0  # of the other run that are to be made again: `picks.jsonl`
    picks_sha256: str = ""  # of that file; given by `fork.begin`


class Base(Struct, frozen=True, forbid_unknown_fields=True):
    """The other run whose base a run of the user's own text stands on: see `run.based`."""

    source: str  # the other run's id
    sha256: str  # of the weights
    exam: float | None = None  # share of its exam's facts that its tuned model had right; None: it has none
    questions: int = 0  # of that


class Release(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which run this one is the next version: trained whole, on its world some years later."""

    source: str  # the other run's id
    version: int  # of this one: the first that was released after another is version 2


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """A run's plan, `plan.json` in its folder."""

    settings: Settings
    seed: int = 0
    preset: Preset = "demo"
    data: tuple[str, ...] = ()  # absolute paths of the user's own text; empty: the tiny world
    until: StageName = "frozen"  # the last stage
    skip: tuple[StageName, ...] = ()  # stages left out, for experiments such as no pretraining
    forked: Fork | None = None  # from another run
    base: Base | None = None  # of another run
    release: Release | None = None  # of another run
    run: str = ""  # the run's id; given by `folder.create`
    created: float = 0.0  # seconds since the epoch; given by `folder.create`
    version: int = VERSION

    @property
    def number(self) -> int:
        """Which version of its model this is: 1, 2, ..."""
        return self.release.version if self.release is not None else 1

    def stages(self) -> tuple[StageName, ...]:
        """The stages up to `until`, those left out included."""
        return STAGES[: STAGES.index(self.until) + 1]


def make(
    settings: Settings,
    *,
    seed: int = 0,
    preset: Preset = "demo",
    data: tuple[str, ...] = (),
    until: StageName = "frozen",
    skip: tuple[StageName, ...] = (),
) -> Plan:
    """A plan with its paths made absolute, since the trainer works in another directory.

    Raises:
        UserError: a path of `data` does not exist, or a stage that is needed is left out.
    """
    for path in data:
        if not path or not named(path).exists():
            raise UserError(f"there is no file or folder {path or repr(path)}")
    if "data" in skip or "frozen" in skip:
        raise UserError("the stages data and frozen can't be left out")
    paths = tuple(str(named(path).resolve()) for path in data)
    return Plan(settings, seed, preset, paths, until, skip)


def standing_on(plan: Plan, base: Base) -> Plan:
    """The plan of a run that stands on another run's base."""
    return msgspec.structs.replace(plan, base=base)


def stamped(plan: Plan, run: str) -> Plan:
    """The plan with its run's id and the time of its making."""
    return msgspec.structs.replace(plan, run=run, created=time.time())


def encode(plan: Plan) -> bytes:
    """The plan as indented JSON, with a checksum.

    Raises:
        UserError: a name in it is not UTF-8, so JSON can't hold it.
    """
    try:
        return checksums.sealed(msgspec.json.format(msgspec.json.encode(plan), indent=2))
    except UnicodeEncodeError as error:
        raise UserError(
            f"the name {error.object} is not UTF-8, so no plan can be written of it; rename it"
        ) from error


def load(path: Path) -> Plan:
    """Read a plan.

    Raises:
        UserError: there is none, it is damaged, or it is not a plan of this version.
    """
    with foreign(f"{path} can't be read"):
        try:
            content = read_own(path, MOST_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            raise UserError(f"{path.parent} is not a run: it has no plan.json") from None
    with foreign(f"{path} is not a plan that this version of tui-trainer can read"):
        plan = checksums.unsealed(content, Plan, _of_today)
    if plan.version != VERSION:
        raise UserError(f"{path} is of version {plan.version}; this tui-trainer reads {VERSION}")
    return plan


def _of_today(tree: dict[str, Any]) -> dict[str, Any]:
    """What is in a plan's file, with the names that settings have today."""
    tree["settings"] = of_today(tree["settings"])
    if (forked := tree.get("forked")) is not None:
        forked["changes"] = {today(name): value for name, value in forked["changes"].items()}
    return tree
