"""Claims, put to the test."""

from pathlib import Path
from typing import Any

import click

from tui_trainer.console import output
from tui_trainer.console.commands.common import Failed
from tui_trainer.console.options import settings_of, with_json, with_runs, with_seed, with_settings

# As in learning.experiments and learning.feedback_experiments, which need torch.
EXPERIMENTS = ("pretraining", "filters", "taste", "leash", "cultures", "words")


@click.command(
    epilog="""\b
Examples:
  tui-trainer experiment pretraining --seed 1
  tui-trainer experiment taste latest --json"""
)
@click.argument("name", type=click.Choice(EXPERIMENTS))
@click.argument("run", required=False)
@click.option(
    "--raters",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="For cultures: the first two raters of this TOML file.",
)
@with_settings
@with_seed
@with_runs
@with_json
def experiment(name: str, run: str | None, raters: Path | None, as_json: bool, **options: Any) -> None:
    """Put a claim to the test.

    pretraining: what the model knows, it knows from pretraining. filters: filtered text teaches more.
    taste: two dozen picks turn it to a taste. leash: without KL it games the reward. cultures: opposed raters
    make opposed models. The last four begin from the tuned weights of a run, or of the newest that has any;
    where there is none, they train one first.
    """
    from tui_trainer.console import experiment as experiments

    result = experiments.put_to_the_test(
        name, settings_of(options), options["seed"], options["runs"], run, raters
    )
    if as_json:
        output.show_json(result)
    else:
        output.show(experiments.text(result))
    if not result.holds:
        raise Failed("the claim does not hold in this run")
