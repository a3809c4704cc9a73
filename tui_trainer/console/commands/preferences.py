"""Picks in and out, for other tools."""

from pathlib import Path
from typing import Any

import click

from tui_trainer.console import output
from tui_trainer.console.commands.common import InOrder
from tui_trainer.console.options import Finite, Named, of_run, run_of, with_json, with_runs, with_seed


@click.group(
    cls=InOrder,
    epilog="""\b
Examples:
  tui-trainer preferences export latest
  tui-trainer preferences import hh-rlhf.jsonl""",
)
def preferences() -> None:
    """Exchange picks with other tools, as JSONL."""


@preferences.command(
    "export",
    epilog="""\b
Example:
  tui-trainer preferences export latest --form hh > picks.jsonl""",
)
@of_run
@click.option(
    "--form",
    type=click.Choice(["trl", "messages", "hh"]),
    default="trl",
    show_default=True,
    help="prompt/chosen/rejected as texts (trl) or as messages, or hh-rlhf's dialogues.",
)
@with_runs
def export_preferences(run: str, form: Any, **options: Any) -> None:
    """Print the picks of a run, one JSON object a line.

    Ties, skips and both-bads prefer nothing and are left out; preferences.jsonl in the run's folder has them.
    """
    from tui_trainer.console import preference_exchange as exchange

    for line in exchange.export(run_of(options, run), form):
        output.show_encoded(line)


@preferences.command(
    "import",
    epilog="""\b
Example:
  tui-trainer preferences import hh-rlhf.jsonl --on latest""",
)
@click.argument("file", type=Named())
@click.option("--on", "run", metavar="RUN", help="Train it on the tuned model of this run.")
@with_runs
@with_seed
@with_json
def import_preferences(file: Path, run: str | None, seed: int, as_json: bool, **options: Any) -> None:
    """Train a reward model on a file of preferences.

    Says what is liked there, and how well that predicts comparisons it did not learn from. On a run, a
    fine-tuned reward model is trained as well if there are enough, and examined on the same comparisons.
    """
    from tui_trainer.console import preference_exchange as exchange

    imported = exchange.taken_in(file, seed, None if run is None else run_of(options, run))
    if as_json:
        output.show_json(imported)
    else:
        output.show(exchange.tell(imported))


@preferences.command(
    "room",
    epilog="""\b
Example:
  tui-trainer preferences room latest --raters my-raters.toml --noise 0.5""",
)
@click.argument("runs_rated", metavar="RUN...", nargs=-1)
@click.option("--raters", type=Named(), help="Raters of a TOML file in place of ours.")
@click.option(
    "--noise",
    type=Finite(0, 100),
    default=0.25,
    show_default=True,
    help="Of the simulated raters; 0 always picks what is worth more.",
)
@with_runs
@with_seed
@with_json
def rate_in_a_room(
    runs_rated: tuple[str, ...], raters: Path | None, noise: float, seed: int, as_json: bool, **options: Any
) -> None:
    """Have a room of raters rate the pairs of runs, next to whoever picked there.

    Says how far they agree, and how well a reward model of each and one of the majority predicts them.
    Several people rate in one room by picking in runs that were forked from the same one.
    """
    from tui_trainer.console import rater_panel as room
    from tui_trainer.serving import rater_panel as rating

    found = rating.rated([run_of(options, run) for run in runs_rated or ("latest",)], raters, noise, seed)
    if as_json:
        output.show_json(found)
    else:
        output.show(room.tell(found))
