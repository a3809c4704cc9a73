"""Commands that train: with the app or without."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_trainer.console import output
from tui_trainer.console.commands.common import Failed
from tui_trainer.console.commands.results import print_report
from tui_trainer.console.commands.showing import (
    begun,
    launch_in_app,
    no_terminal,
    require_terminal,
    start_in_app,
)
from tui_trainer.console.options import (
    Finite,
    based_of,
    fork_of,
    of_run,
    plan_of,
    run_of,
    with_base,
    with_device,
    with_json,
    with_runs,
    with_screen,
    with_seed,
    with_settings,
    with_source,
    with_text,
)
from tui_trainer.errors import UserError
from tui_trainer.run import torchrun

STOP_SECONDS = 60.0  # for a trainer to end its step and write its checkpoint

if TYPE_CHECKING:
    from tui_trainer.run.storage.folder import RunFolder
    from tui_trainer.run.storage.plan import Plan


@click.command(
    epilog="""\b
Examples:
  tui-trainer run --headless --preset quick
  tui-trainer run --data notes.md letters/
  tui-trainer run --base latest --data questions.jsonl
  tui-trainer run --from latest --stage feedback --keep-picks --set feedback.beta=0"""
)
@click.option("--headless", is_flag=True, help="No screen: a progress line, and a simulated rater.")
@with_source
@with_base
@with_text
@with_settings
@with_device
@with_seed
@with_runs
@with_screen
@with_json
def run(headless: bool, as_json: bool, runs: Path | None, record: Path | None, **options: Any) -> None:
    """Train a model through all its stages.

    With --from, a new run takes over what another one's stages before --stage have made, and goes on from
    there with the settings that --set changes. With --base, a run of your own text begins from another run's
    base model: a few kilobytes are enough then.
    """
    if as_json and not headless:
        raise click.UsageError("--json goes with --headless")
    if record is not None and headless:
        raise click.UsageError("--record goes with the screen, not with --headless")
    if headless:
        _leave_to_rank_0()
    standing = based_of(options, runs)
    in_app = not headless and not no_terminal()
    source, plan = standing or fork_of(options, runs, in_app=in_app) or (None, plan_of(options))
    if headless:
        _run_headless(plan, runs, as_json, source)
    else:
        start(plan, runs, record, source)


def start(plan: "Plan", runs: Path | None, record: Path | None, source: "RunFolder | None" = None) -> None:
    """A new run in the app; where there is no terminal to draw on, the plain progress of --headless."""
    if record is not None:
        require_terminal()
    if plainly():
        _run_headless(plan, runs, as_json=False, source=source)
    else:
        start_in_app(plan, runs, record, source)


def plainly() -> bool:
    """Whether the app can't be shown, so that what happens is told in lines; that is said."""
    why = no_terminal()
    if why:
        output.complain(
            f"{why}; so this is told line by line, as with --headless, and nobody is asked to pick"
        )
    return bool(why)


@click.command(
    epilog="""\b
Examples:
  tui-trainer train --data notes.md letters/
  tui-trainer train --data shakespeare.txt --tokenizer char --target-loss 1.88 --json"""
)
@with_text
@with_settings
@with_device
@with_seed
@click.option(
    "--target-loss",
    type=Finite(min=0, max=100, min_open=True),
    metavar="NATS",
    help="Stop once the held-out text costs no more nats a token than this.",
)
@click.option(
    "--seconds",
    type=Finite(min=0, max=10**7, min_open=True),
    help="Of gradient steps, evaluations not counted: as many as fit, by the pace on this machine.",
)
@with_runs
@with_json
def train(
    target_loss: float | None, seconds: float | None, as_json: bool, runs: Path | None, **options: Any
) -> None:
    """Pretrain on your own text, without a screen.

    With --tokenizer char, the preset is sprint, if you name none: a small model, the text read as it stands,
    its last tenth held out.
    """
    if not options["data"]:
        raise click.UsageError("--data PATH... says what to train on")
    _leave_to_rank_0()
    named = click.get_current_context().get_parameter_source("preset")
    if options["tokenizer"] == "char" and named is not click.core.ParameterSource.COMMANDLINE:
        options["preset"] = "sprint"
    if target_loss is not None:
        options["assignments"] = (*options["assignments"], f"pretrain.target_loss={target_loss!r}")
    folder = begun(plan_of(options, until="pretrain"), runs)
    ended = _follow(folder, as_json, seconds)
    if ended and target_loss is not None and seconds is None:
        _require(folder, target_loss)


def _require(folder: "RunFolder", target: float) -> None:
    """Raise `Failed` if the held-out text costs more than that."""
    from tui_trainer.run.storage import report

    loss = report.build(folder).metrics["pretrain/nats_per_token"].value
    if loss > target:
        raise Failed(
            f"the loss came down to {loss:.4f} nats a token, not to {target:g}; give it more time, "
            "as in --seconds 60, or more steps, as in --set pretrain.steps=1000"
        )


def _leave_to_rank_0() -> None:
    """Under torchrun, become a rank that does its part of each step, unless this is the first of them."""
    if torchrun.place().rank:
        os.execv(sys.executable, [sys.executable, "-P", "-m", "tui_trainer.run.ranks"])


def _run_headless(plan: "Plan", runs: Path | None, as_json: bool, source: "RunFolder | None" = None) -> None:
    from tui_trainer.console.headless import with_simulated_rater

    _follow(begun(with_simulated_rater(plan), runs, source), as_json)


@click.command(
    epilog="""\b
Example:
  tui-trainer resume latest --headless"""
)
@of_run
@click.option("--headless", is_flag=True, help="No screen: a progress line, and a simulated rater.")
@click.option(
    "--start-over",
    is_flag=True,
    help="From its beginning, by what is whole of its log; what is damaged is kept aside in its folder.",
)
@with_runs
@with_screen
@with_json
def resume(
    run: str, headless: bool, start_over: bool, as_json: bool, record: Path | None, **options: Any
) -> None:
    """Go on with a run that was stopped.

    From its last checkpoint, and bit for bit as if it had never been stopped.
    """
    from tui_trainer.run.storage import start_over as aside
    from tui_trainer.run.storage.status import status

    if as_json and not headless:
        raise click.UsageError("--json goes with --headless")
    if headless:
        _leave_to_rank_0()
    folder = run_of(options, run)
    if start_over:
        output.complain(f"what there was of run {folder.id} is kept in {aside.start_over(folder).name}")
    now = status(folder)
    if now.running:
        raise UserError(f"run {folder.id} is being trained now; `tui-trainer attach {folder.id}` shows it")
    if now.ended:
        raise UserError(f"run {folder.id} is complete; `tui-trainer replay {folder.id}` shows it again")
    if record is not None:
        require_terminal()
    if headless or plainly():
        _follow(folder, as_json)
    else:
        launch_in_app(folder, record)


@click.command(
    epilog="""\b
Example:
  tui-trainer stop latest"""
)
@of_run
@with_runs
def stop(run: str, **options: Any) -> None:
    """Stop a run that is being trained, also one without a screen.

    Its trainer ends after the step that it is in, with a checkpoint that `resume` goes on from. Asked again
    while it does, it ends at once, and `resume` goes on from the checkpoint before.
    """
    from tui_trainer.console.tables import where
    from tui_trainer.run import stopping
    from tui_trainer.run.storage.status import status

    folder = run_of(options, run)
    asked = stopping.ask(folder)
    if asked:
        output.tell("stopping ...")
        if not stopping.await_end(folder, STOP_SECONDS):
            raise Failed(
                f"run {folder.id} is still in its step, and stops after it; `tui-trainer stop {folder.id}` "
                "again stops it at once"
            )
    now = status(folder)
    if now.ended:
        output.show(f"run {folder.id} is complete")
    elif asked:
        output.show(f"run {folder.id} has stopped{where(now)}; go on with: tui-trainer resume {folder.id}")
    else:
        output.show(f"run {folder.id} was not being trained; go on with: tui-trainer resume {folder.id}")


def _follow(folder: "RunFolder", as_json: bool, seconds: float | None = None) -> bool:
    """Run to the end and print the report. False: it was stopped before."""
    from tui_trainer.console.headless import TrainerDied, follow

    try:
        outcome = follow(folder, seconds=seconds)
    except TrainerDied as error:
        raise Failed(str(error)) from error
    if outcome == "ended":
        print_report(folder, as_json)
    return outcome == "ended"
