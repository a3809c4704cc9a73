"""The front door: parses the command line, then imports only what that one command needs."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tui_trainer import __version__
from tui_trainer.console import output
from tui_trainer.console.commands import (
    compare as comparing,
)
from tui_trainer.console.commands import (
    crawl as crawling,
)
from tui_trainer.console.commands import (
    experiment,
    preferences,
    preparing,
    release,
    results,
    showing,
    training,
)
from tui_trainer.console.commands.common import InOrder
from tui_trainer.console.options import plan_of, with_device, with_runs, with_screen, with_seed, with_settings
from tui_trainer.errors import Damaged, UserError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit.

    0: done, or stopped so that it can be resumed; 1: failed; 2: asked wrongly; 130: broken off with ctrl+c.
    Whatever happens is told in one line, and never as a traceback.
    """
    try:
        status = _status(sys.argv[1:] if arguments is None else list(arguments))
    except SystemExit:
        raise
    except KeyboardInterrupt:
        status = 130
    except BaseException as error:  # also a panic of a library in Rust, which is no `Exception`
        output.complain_of_fault(error)
        status = 1
    if not output.finish() and not status:
        status = 1
    sys.exit(status)


def _status(arguments: list[str]) -> int:
    """Do what is asked for. What click does around a command is done here, for all of it passes our gate."""
    try:
        output.stand()
        if "_TUI_TRAINER_COMPLETE" in os.environ:
            app.main(arguments, "tui-trainer")  # it prints a shell's completions and exits
        with app.make_context("tui-trainer", arguments) as context:
            app.invoke(context)
    except UserError as error:
        output.complain(str(error))
        return 1 if isinstance(error, Damaged) else 2
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        output.complain_of_usage(error)
        return error.exit_code
    except click.ClickException as error:
        output.complain(error.message)
        return error.exit_code
    except output.Closed as error:
        if said := str(error):
            output.complain(said)
        return 1
    return 0


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
@with_device
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
        training.start(plan_of(options), runs, record)
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
    training.stop,
    results.runs,
    results.evaluate,
    results.chat,
    release.release,
    release.versions,
    comparing.compare,
    preferences.preferences,
    crawling.crawl,
    preparing.data,
    preparing.settings,
    experiment.experiment,
):
    app.add_command(command)
