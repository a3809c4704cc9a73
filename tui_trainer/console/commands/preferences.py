"""Picks in and out, for other tools."""

from pathlib import Path
from typing import Any

import click

from tui_trainer.console.commands.common import InOrder, print_json
from tui_trainer.console.options import of_run, run_of, with_json, with_runs, with_seed


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
    from tui_trainer.console import preferences as exchange

    for line in exchange.export(run_of(options, run), form):
        click.echo(line, nl=False)


@preferences.command(
    "import",
    epilog="""\b
Example:
  tui-trainer preferences import hh-rlhf.jsonl --json""",
)
@click.argument("file", type=click.Path(path_type=Path))
@with_seed
@with_json
def import_preferences(file: Path, seed: int, as_json: bool) -> None:
    """Train a reward model on a file of preferences.

    Says what is liked there, and how well that foresees comparisons it did not learn from.
    """
    from tui_trainer.console import preferences as exchange

    imported = exchange.taken_in(file, seed)
    if as_json:
        print_json(imported)
    else:
        click.echo(exchange.tell(imported))
