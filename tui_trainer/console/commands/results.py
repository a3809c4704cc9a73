"""What has come of runs: their list, reports and figures, and their weights to talk to."""

from typing import TYPE_CHECKING, Any

import click

from tui_trainer.console import output
from tui_trainer.console.options import NOTES, Finite, of_run, run_of, with_json, with_notes, with_runs
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
@click.option(
    "--temperature",
    type=Finite(0, 10),
    default=0.0,
    show_default=True,
    help="0 takes the likeliest token each time, 1 draws as the model says.",
)
@click.option(
    "--top-p",
    type=Finite(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Draw only from the fewest likeliest tokens that come to this share.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Of the draws; the same one gives the same answer.",
)
@with_notes
@with_runs
def chat(
    run: str, stage: "WeightsName | None", temperature: float, top_p: float, seed: int, **options: Any
) -> None:
    """Talk to a run's frozen weights.

    A line in, an answer out; nothing you say changes a weight. The line /new begins a new conversation, of
    which the model reads nothing before; /notes keeps what you tell in a file and puts what matches before
    your questions, or stops doing so.
    """
    from tui_trainer.console.conversation import converse
    from tui_trainer.messages.conversation import Drawing

    notes = click.get_current_context().meta.get(NOTES)
    converse(run_of(options, run), stage, Drawing(temperature, top_p, seed), notes)
