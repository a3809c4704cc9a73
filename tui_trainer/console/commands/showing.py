"""Runs in the app: a new one, one that is being trained, one that has been."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from tui_trainer.console import output
from tui_trainer.console.options import LIKES, NOTES, Finite, of_run, run_of, with_runs, with_screen
from tui_trainer.errors import UserError

if TYPE_CHECKING:
    from tui_trainer.run.storage.folder import RunFolder
    from tui_trainer.run.storage.plan import Plan


def no_terminal() -> str:
    """Why the app could not be shown here; "" where it can."""
    term = os.environ.get("TERM", "")
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return "the app needs a terminal"
    return f"the app can't draw on a terminal with TERM={term}" if term in ("dumb", "unknown") else ""


def require_terminal(instead: str = "tui-trainer run --headless, with a simulated rater") -> None:
    """Raises `UserError` where the app could not be shown.

    Args:
        instead: what there is without a terminal.
    """
    if why := no_terminal():
        raise UserError(f"{why}; without one there is: {instead}")


def start_in_app(
    plan: "Plan", runs: Path | None, record: Path | None, source: "RunFolder | None" = None
) -> None:
    """Open the app on a new run."""
    require_terminal()
    _say_that_it_loads()
    launch_in_app(begun(plan, runs, source), record, _who_picks(plan))


def _who_picks(plan: "Plan") -> str:
    """Said where it could be another than one thinks: in a run that goes on from one without a person."""
    if plan.forked is None or "feedback" not in plan.stages():
        return ""
    if (rater := plan.settings.feedback.rater) != "person":
        return f"A simulated rater, {rater}, picks in this run."
    return "You pick in this run, no simulated rater." if "feedback.rater" in plan.forked.changes else ""


def begun(plan: "Plan", runs: Path | None, source: "RunFolder | None" = None) -> "RunFolder":
    """The folder of a new run, with what it takes over from another one. Raises `UserError`."""
    from tui_trainer.run import based, fork
    from tui_trainer.run.storage import folder

    directory = folder.runs_directory(runs)
    if plan.base is not None and plan.forked is None and source is not None:
        return based.begin(source, plan, directory)
    return folder.create(directory, plan) if source is None else fork.begin(source, plan, directory)


def launch_in_app(folder: "RunFolder", record: Path | None, greeting: str = "") -> None:
    """Open the app on a run, with a line to begin with, and start its trainer."""
    _show(folder, "control", launch=True, record=record, greeting=greeting)


def _say_that_it_loads() -> None:
    """At once: what draws the screen takes seconds to load on a busy machine."""
    output.rewrite("tui-trainer: loading the screen, which takes a few seconds", sys.stderr)


def _loaded() -> None:
    output.rewrite("", sys.stderr)


def _show(
    folder: "RunFolder",
    mode: Literal["control", "view", "replay"],
    speed: float = 1.0,
    *,
    launch: bool = False,
    record: Path | None = None,
    greeting: str = "",
) -> None:
    _say_that_it_loads()
    from tui_trainer.ui.start import run_app

    meta = click.get_current_context().meta
    told = {"likes": meta.get(LIKES), "notes": meta.get(NOTES)}
    shown = run_app(
        folder, mode, speed, launch=launch, record=record, greeting=greeting, loaded=_loaded, **told
    )
    sys.exit(shown)


@click.command(
    epilog="""\b
Example:
  tui-trainer attach latest --read-only"""
)
@of_run
@click.option("--read-only", is_flag=True, help="Watch only, and leave the steering to others.")
@with_runs
@with_screen
def attach(run: str, read_only: bool, record: Path | None, **options: Any) -> None:
    """Open the app on a run, trained now or before."""
    folder = run_of(options, run)
    require_terminal(f"tui-trainer runs {folder.id}, the figures so far")
    _show(folder, "view" if read_only else "control", record=record)


@click.command(
    epilog="""\b
Example:
  tui-trainer replay latest --speed 10"""
)
@of_run
@click.option(
    "--speed",
    type=Finite(0.1, 1000),
    default=1.0,
    show_default=True,
    metavar="X",
    help="Times as fast as it was.",
)
@with_runs
@with_screen
def replay(run: str, speed: float, record: Path | None, **options: Any) -> None:
    """Show a run again as it went; nothing is computed."""
    folder = run_of(options, run)
    require_terminal(f"tui-trainer runs {folder.id}, the figures")
    _show(folder, "replay", speed, record=record)
