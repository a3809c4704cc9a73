"""The front door: parses the command line, then imports only what that one command needs."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tui_trainer import __version__
from tui_trainer.console.commands import (
    comparing,
    experiment,
    preferences,
    preparing,
    results,
    showing,
    training,
)
from tui_trainer.console.commands.common import InOrder, complain
from tui_trainer.console.options import plan_of, with_runs, with_screen, with_seed, with_settings
from tui_trainer.errors import UserError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, or stopped so that it can be resumed; 1 failed; 2 asked wrongly."""
    try:
        app.main(args=None if arguments is None else list(arguments), prog_name="tui-trainer")
    except UserError as error:
        complain(str(error))
        sys.exit(2)


@click.group(
    cls=InOrder,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  tui-trainer
  tui-trainer --preset quick
  tui-trainer run --headless --seed 1""",
)
@with_settings
@with_seed
@with_runs
@with_screen
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def app(ctx: click.Context, /, runs: Path | None, record: Path | None, **options: Any) -> None:
    """Watch and steer a language model while it really learns.

    Without a command: open the app on a new run of the tiny world.
    """
    if ctx.invoked_subcommand is None:
        showing.start_in_app(plan_of(options), runs, record)
        return
    given = click.core.ParameterSource.COMMANDLINE
    if any(ctx.get_parameter_source(name) is given for name in ctx.params):
        raise click.UsageError(f"Options go behind the command: tui-trainer {ctx.invoked_subcommand} --...")


for command in (
    training.run,
    training.train,
    showing.attach,
    showing.replay,
    training.resume,
    results.runs,
    results.evaluate,
    results.chat,
    comparing.compare,
    preferences.preferences,
    preparing.data,
    preparing.settings,
    experiment.experiment,
):
    app.add_command(command)
