"""What has come of runs: their list, reports and figures, and their weights to talk to."""

from typing import TYPE_CHECKING, Any

import click

from tui_trainer.console import output
from tui_trainer.console.options import of_run, run_of, with_json, with_runs
from tui_trainer.errors import UserError
from tui_trainer.sanitize import one_line

if TYPE_CHECKING:
    from tui_trainer.messages.events import WeightsName
    from tui_trainer.run.storage.folder import RunFolder


@click.command(
    epilog="""\b
Examples:
  tui-trainer runs
  tui-trainer runs latest --json"""
)
@click.argument("run", required=False)
@with_runs
@with_json
def runs(run: str | None, as_json: bool, **options: Any) -> None:
    """List all runs; or print the report of one."""
    from tui_trainer.console import tables
    from tui_trainer.run.storage.folder import list_runs, no_runs, runs_directory
    from tui_trainer.run.storage.status import status

    if run is not None:
        print_report(run_of(options, run), as_json)
        return
    directory = runs_directory(options["runs"])
    found = []
    for folder in list_runs(directory, told=output.complain):
        try:
            found.append(status(folder))
        except UserError as error:
            output.complain(str(error))  # one bad run is no reason not to list the others
    if as_json:
        output.show_json(found)
    else:
        output.show(tables.runs(found) if found else no_runs(directory))


def print_report(folder: "RunFolder", as_json: bool) -> None:
    """The figures of a run, as far as it has come."""
    from tui_trainer.console import tables
    from tui_trainer.run.storage import report

    built = report.build(folder)  # what report.json says, also of a run that has not ended
    for trouble in built.run.troubles:
        output.complain(trouble)
    if as_json:
        output.show_json(report.ordered(built))
        return
    output.show(tables.figures(built.metrics))
    if built.run.ended:
        output.show(f"\n{one_line(str(folder.report))}")


@click.command(
    "eval",
    epilog="""\b
Example:
  tui-trainer eval latest --json""",
)
@of_run
@with_runs
@with_json
def evaluate(run: str, as_json: bool, **options: Any) -> None:
    """Measure a run's weights again, from their files."""
    from tui_trainer.console import tables
    from tui_trainer.serving.measuring import measure

    metrics = tables.metrics(measure(run_of(options, run)))
    if as_json:
        output.show_json({"metrics": metrics})
    else:
        output.show(tables.figures(metrics))


@click.command(
    epilog="""\b
Examples:
  tui-trainer chat latest --stage tuned
  echo 'Where does Ada live?' | tui-trainer chat"""
)
@of_run
@click.option(
    "--stage", type=click.Choice(["base", "tuned", "aligned"]), help="Whose weights; else the latest."
)
@with_runs
def chat(run: str, stage: "WeightsName | None", **options: Any) -> None:
    """Talk to a run's frozen weights.

    A line in, an answer out; nothing you say changes a weight.
    """
    from tui_trainer.console.conversation import converse

    converse(run_of(options, run), stage)
