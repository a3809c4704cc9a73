"""All runs beside the one that is shown: how far each is, its main figures, and which came from which."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
from msgspec import Struct

from tui_trainer.errors import UserError, foreign
from tui_trainer.files import read_own
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.status import Status, status
from tui_trainer.sanitize import one_line
from tui_trainer.view.words import FACTS

MOST_BYTES = 8 * 1024 * 1024  # of a report
WEIGHTS = ("aligned", "tuned", "base")  # whose figures stand for a run: the latest there are
# What a run comes to in a row: the column, and the figure's names, the first that there is.
COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("facts known", (FACTS,)),
    # Not what the reward model thinks: the model was trained to please that.
    ("taste", ("win_rate", "blind_win_rate")),
    ("bits/byte", ("bits_per_byte",)),
    ("own text", ("own_exact_match",)),
)


class _Figure(Struct):
    value: float


class _Report(Struct):
    metrics: dict[str, _Figure] = {}


@dataclass(frozen=True)
class Listed:
    """One run of the list. Without a status its log can't be read; `trouble` says why."""

    folder: RunFolder
    source: str | None = None  # the run that it goes on from, whose next version it is, or whose base it has
    status: Status | None = None
    trouble: str = ""
    figures: dict[str, tuple[str, float]] | None = None  # by column: the figure's full name, and its value
    branch: str = ""  # drawn before its name in the tree

    @property
    def lives(self) -> bool:
        """Whether a trainer is at work on it."""
        return self.status is not None and self.status.running


def look(folder: RunFolder) -> Listed:
    """What can be told of one run without reading all of it."""
    plan = folder.plan
    origin = plan.forked or plan.release or plan.base
    listed = Listed(folder, None if origin is None else origin.source)
    try:
        listed = replace(listed, status=status(folder), figures=_figures(folder))
    except UserError as error:
        listed = replace(listed, trouble=one_line(str(error)))
    return listed


def home(folder: RunFolder, before: RunFolder | None = None) -> RunFolder | None:
    """The run that one may want to go back to: the one that this goes on from, else the one shown before."""
    forked = folder.plan.forked
    source = None if forked is None else RunFolder(folder.path.parent / forked.source)
    return next((run for run in (source, before) if run is not None and run.plan_file.exists()), None)


def _figures(folder: RunFolder) -> dict[str, tuple[str, float]]:
    """Out of its report, which there is once it has ended."""
    if not folder.report.exists():
        return {}
    with foreign(f"the report of run {folder.id} can't be read"):
        metrics = msgspec.json.decode(read_own(folder.report, MOST_BYTES), type=_Report).metrics
    found = {}
    for column, names in COLUMNS:
        wanted = (f"{weights}/{name}" for name in names for weights in WEIGHTS)
        if (name := next((name for name in wanted if name in metrics), None)) is not None:
            found[column] = name, metrics[name].value
    return found


def tree(runs: Sequence[Listed]) -> list[Listed]:
    """The runs in the order of a tree, each under the one that it goes on from; in each rank as they came."""
    names = {run.folder.id for run in runs}
    children: dict[str | None, list[Listed]] = {}
    for run in runs:
        known = run.source if run.source in names and run.source != run.folder.id else None
        children.setdefault(known, []).append(run)
    rows = list(_below(None, "", children))
    placed = {run.folder.id for run in rows}
    # Whatever the plans say, none is left out: two that name each other stand alone.
    return [*rows, *(run for run in runs if run.folder.id not in placed)]


def _below(parent: str | None, indent: str, children: dict[str | None, list[Listed]]) -> Iterator[Listed]:
    for number, run in enumerate(here := children.get(parent, [])):
        last = number == len(here) - 1
        branch = "" if parent is None else f"{indent}{'└' if last else '├'} "
        yield replace(run, branch=branch)
        deeper = "" if parent is None else f"{indent}{' ' if last else '│'} "
        yield from _below(run.folder.id, deeper, children)
