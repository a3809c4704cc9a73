"""What stands before a run: its text, its settings."""

from typing import Any

import click

from tui_trainer.console import output
from tui_trainer.console.options import settings_of, texts_of, with_json, with_seed, with_settings, with_text


@click.command(
    epilog="""\b
Examples:
  tui-trainer data
  tui-trainer data --data letters/ --json"""
)
@with_text
@with_settings
@with_seed
@with_json
def data(as_json: bool, **options: Any) -> None:
    """Prepare a corpus and show it.

    Its sources, what each filter drops and why, and the mixture.
    """
    from tui_trainer.console import corpus

    shown = corpus.prepared(settings_of(options), options["seed"], texts_of(options))
    if as_json:
        output.show_json(shown)
    else:
        output.show(corpus.text(shown))


@click.command(
    epilog="""\b
Example:
  tui-trainer settings --preset quick"""
)
@with_settings
@with_json
def settings(as_json: bool, **options: Any) -> None:
    """List all settings: value, unit, range, what they mean."""
    from tui_trainer.console import tables

    rows = tables.settings(settings_of(options))
    if as_json:
        output.show_json(rows)
    else:
        output.show(tables.of_settings(rows))
