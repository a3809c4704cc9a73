"""A run's folder: where each file of a run is, and how a run is made and found again."""

import contextlib
import errno
import os
import shutil
import stat
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import platformdirs

from tui_trainer.errors import UserError, foreign
from tui_trainer.files import private, write_atomically
from tui_trainer.messages.events import WeightsName
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.plan import Plan

MOST_NAMED = 5  # runs, in an error
DELETED = ".deleted-"  # before the name of a run that is set aside, to be deleted


class RunFolder:
    """The files of one run; nothing here checks that they exist."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).absolute()
        self.plan_file = self.path / "plan.json"
        self.events = self.path / "events.jsonl"
        self.trainer_log = self.path / "trainer.log"  # stdout and stderr of the trainer
        self.lock = self.path / "lock"
        self.control = self.path / "control"  # private to the owner
        self.socket = self.control / "socket"
        self.address = self.control / "address"  # where the socket is instead, if the path is too long
        self.corpus = self.path / "corpus"
        self.base = self.path / "base"  # of another run, that this one stands on
        self.base_corpus = self.base / "corpus"
        self.base_weights = self.base / "weights.safetensors"
        self.checkpoints = self.path / "checkpoints"
        self.begun_again = self.checkpoints / "begun-again"  # there are none, and a person said so
        self.preferences = self.path / "preferences.jsonl"
        self.picks = self.path / "picks.jsonl"  # of another run, to be made again
        self.report = self.path / "report.json"
        self.resources = self.path / "resources.json"  # what the trainer's processes took

    @property
    def id(self) -> str:
        """The run's id: the folder's name."""
        return self.path.name

    @cached_property
    def plan(self) -> Plan:
        """The run's plan. Raises `UserError` when it can't be read."""
        return plans.load(self.plan_file)

    def weights(self, name: WeightsName) -> Path:
        """The file of a stage's frozen weights."""
        return self.path / "weights" / f"{name}.safetensors"

    def result(self, experiment: str) -> Path:
        """The file of what an experiment has found."""
        return self.path / "experiments" / f"{experiment}.json"

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"


def runs_directory(option: Path | str | None = None) -> Path:
    """Where runs are kept: the option, else $TUI_TRAINER_RUNS, else the platform's folder for user data.

    Raises:
        UserError: what was chosen is there and no folder, or can't be looked at.
    """
    chosen = option or os.environ.get("TUI_TRAINER_RUNS")
    if chosen:
        with foreign(f"the folder of runs {chosen}"):
            path = Path(chosen).expanduser().absolute()
            with contextlib.suppress(FileNotFoundError):  # it is made with the first run
                if not stat.S_ISDIR(path.stat().st_mode):
                    raise OSError(errno.ENOTDIR, "it is not a folder")
            return path
    return Path(platformdirs.user_data_dir("tui-trainer", appauthor=False)) / "runs"


def create(runs_dir: Path, plan: Plan, fill: Callable[[RunFolder], None] | None = None) -> RunFolder:
    """Make a run's folder, named after the time, the preset and the seed; never one that exists.

    Args:
        fill: puts files into the folder before it becomes a run.

    Raises:
        UserError: the folder can't be written.
    """
    name = f"{time.strftime('%Y-%m-%d-%H%M')}-{plan.preset}-s{plan.seed}{'-fork' if plan.forked else ''}"
    path: Path | None = None
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        path = _new_directory(runs_dir, name)
        folder = RunFolder(path)
        if fill is not None:
            with private():
                fill(folder)
        # A folder is a run from the moment when it has a plan: `list_runs` never sees half of one.
        write_atomically(folder.plan_file, plans.encode(plans.stamped(plan, folder.id)))
    except BaseException as error:
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        raise UserError(
            f"no run can be made in {runs_dir}: {error.strerror or error}; choose another folder with --runs"
        ) from error
    return folder


def _new_directory(runs_dir: Path, name: str) -> Path:
    number = 1
    while True:
        path = runs_dir / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(0o700)
        except FileExistsError:
            number += 1
        else:
            path.chmod(0o700)  # whatever the umask: picks, chats and documents are private
            return path


def list_runs(runs_dir: Path, told: Callable[[str], None] = lambda line: None) -> list[RunFolder]:
    """The runs that have a readable plan, newest first.

    Args:
        told: takes a line for each that has a plan which can't be read.

    Raises:
        UserError: the folder itself can't be read.
    """
    runs = []
    for path in _inside(runs_dir):
        folder = RunFolder(path)
        try:
            created = folder.plan.created
        except UserError as error:
            if os.path.lexists(folder.plan_file):
                told(str(error))
            continue
        runs.append((created, folder.id, folder))
    return [folder for _, _, folder in sorted(runs, key=lambda run: run[:2], reverse=True)]


def _inside(runs_dir: Path) -> list[Path]:
    with foreign(f"the runs in {runs_dir} can't be listed"):
        try:
            return sorted(path for path in runs_dir.iterdir() if not path.name.startswith(DELETED))
        except (FileNotFoundError, NotADirectoryError):
            return []


def no_runs(runs_dir: Path) -> str:
    """One line for a folder where `list_runs` finds nothing."""
    others = sum(os.path.lexists(path / "plan.json") for path in _inside(runs_dir))
    if others:
        return (
            f"the runs in {runs_dir} ({others}) are of another version of tui-trainer, which can still read "
            "them, or damaged; `tui-trainer run` makes a new one"
        )
    return f"there are no runs in {runs_dir} yet; `tui-trainer run` makes one"


def find(runs_dir: Path, name: str) -> RunFolder:
    """A run by its id, a beginning of it that no other has, its folder's path, or "latest".

    Raises:
        UserError: none or several fit; the line says which there are.
    """
    for path in (_path(name), runs_dir / name if name not in ("", "latest") else None):
        if path is not None and os.path.lexists(path / "plan.json"):
            return _checked(RunFolder(path))
    if os.sep in name and (path := _path(name)) is not None:
        return _checked(RunFolder(path))
    runs = list_runs(runs_dir)
    if not runs:
        raise UserError(no_runs(runs_dir))
    if name == "latest":
        return _latest(runs_dir, runs)
    exact = [run for run in runs if run.id == name]
    fits = exact or [run for run in runs if run.id.startswith(name)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise UserError(f"{name!r} could be {_several(fits)}; give more of the id")
    raise UserError(f"there is no run {name!r} in {runs_dir}; there is {_several(runs)}")


def _path(name: str) -> Path | None:
    """What a name says as a path, if it can be one."""
    try:
        return Path(name).expanduser() if name and "\0" not in name else None
    except RuntimeError:
        return None  # `~nobody`


def _checked(folder: RunFolder) -> RunFolder:
    folder.plan  # noqa: B018 - raises one clear line when the folder is not a run of this version
    return folder


def _latest(runs_dir: Path, runs: list[RunFolder]) -> RunFolder:
    """The newest; where the plan of a newer one can't be read, that is said rather than another one taken."""
    newest = runs[0]
    for path in _inside(runs_dir):
        folder = RunFolder(path)
        with contextlib.suppress(OSError):
            if os.lstat(folder.plan_file).st_mtime > max(newest.plan.created, _made(newest)):
                _checked(folder)
    return newest


def _made(folder: RunFolder) -> float:
    return os.lstat(folder.plan_file).st_mtime


def _several(runs: list[RunFolder]) -> str:
    names = [run.id for run in runs[:MOST_NAMED]]
    return ", ".join(names) + (f" and {len(runs) - MOST_NAMED} more" if len(runs) > MOST_NAMED else "")
