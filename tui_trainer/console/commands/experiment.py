"""Claims, put to the test."""

from pathlib import Path
from typing import Any

import click

from tui_trainer.console import output
from tui_trainer.console.commands.common import Failed
from tui_trainer.console.options import Named, settings_of, with_json, with_runs, with_seed, with_settings
from tui_trainer.experiments.catalog import NAMES


@click.command(
    epilog="""\b
Examples:
  tui-trainer experiment
  tui-trainer experiment pretraining --seed 1
  tui-trainer experiment taste latest --json"""
)
@click.argument("name", type=click.Choice(NAMES), required=False)
@click.argument("run", required=False)
@click.option(
    "--raters",
    type=Named(),
    metavar="FILE",
    help="For cultures: the first two raters of this TOML file.",
)
@click.option(
    "--price",
    metavar="DOLLARS/UNIT",
    help="For cost: of a kWh or an hour of this machine, as 0.30/kWh or 2.50/h.",
)
@with_settings
@with_seed
@with_runs
@with_json
@click.option("--events", is_flag=True, help="Print what happens as JSON, an event a line, the result last.")
def experiment(
    name: str | None,
    run: str | None,
    raters: Path | None,
    price: str | None,
    as_json: bool,
    events: bool,
    **options: Any,
) -> None:
    """Put a claim to the test; without a name, list all claims and what was found.

    Those that need a model begin from a run's weights, by default the newest's that has any; where there is
    none, they train one first. What is found is kept in that run's folder, as experiments/NAME.json.
    """
    from tui_trainer.console import experiment as experiments

    if name is None:
        found = experiments.list_all(options["runs"])
        if as_json:
            output.show_json(found)
        else:
            output.show(experiments.listing(found))
        return
    settings = settings_of(options)
    with experiments.stoppable():
        result = experiments.put_to_the_test(
            name,
            settings,
            options["seed"],
            options["runs"],
            run,
            raters,
            price,
            preset=options["preset"],
            told=experiments.tell_event if events else None,
        )
    if events:
        experiments.tell_result(result)
    elif as_json:
        output.show_json(result)
    else:
        output.show(experiments.text(result))
    if not result.holds:
        raise Failed("the claim does not hold in this run")
