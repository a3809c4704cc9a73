"""Two models side by side, in a plain terminal."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_trainer.console import output
from tui_trainer.console.commands.common import Failed
from tui_trainer.console.options import Named, run_of, with_json, with_runs

if TYPE_CHECKING:
    from tui_trainer.run.storage.folder import RunFolder

WEIGHTS = click.Choice(["base", "tuned", "aligned"])


@click.command(
    epilog="""\b
Examples:
  tui-trainer compare latest
  tui-trainer compare 2026-11-25-0040 2026-11-25-0107 --rater polite --rater short
  tui-trainer compare latest --cultures ceremonious plain-spoken"""
)
@click.argument("run", default="latest")
@click.argument("other", required=False)
@click.option("--stage", type=WEIGHTS, help="Whose weights of the first run; else its latest.")
@click.option("--other-stage", type=WEIGHTS, help="The same of the second run.")
@click.option("--prompt", "prompts", multiple=True, metavar="TEXT", help="Ask this; repeatable.")
@click.option(
    "--rater",
    "raters",
    multiple=True,
    metavar="NAME",
    help="Who judges; else who made the models.",
)
@click.option(
    "--raters",
    "file",
    type=Named(),
    metavar="FILE",
    help="Raters of your own, as the experiment cultures takes them.",
)
@click.option(
    "--cultures",
    nargs=2,
    metavar="RATER RATER",
    help="Make two models of the first run's tuned one, by these simulated raters; compare them.",
)
@with_runs
@with_json
def compare(
    run: str,
    other: str | None,
    prompts: tuple[str, ...],
    raters: tuple[str, ...],
    file: Path | None,
    stage: Any,
    other_stage: Any,
    cultures: tuple[str, str] | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Ask two models the same, and let raters judge.

    Without a second run: the aligned weights of the first against its tuned ones.
    """
    from tui_trainer.console import comparison
    from tui_trainer.messages.comparison import Order
    from tui_trainer.serving.comparison import compare as compared

    first = run_of(options, run)
    if cultures is not None:
        if other is not None or stage is not None or other_stage is not None:
            raise click.UsageError("--cultures makes both models: it takes one run, and no stage")
        first, second = _made(first, cultures)
        raters = raters or cultures
    else:
        second = run_of(options, other) if other is not None else first
        if other is None and other_stage is None:
            other_stage = "tuned"
    order = Order(
        str(first.path), str(second.path), stage, other_stage, prompts, raters, str(file) if file else None
    )
    result = compared(order)
    if as_json:
        output.show_json(result)
    else:
        output.show(comparison.text(result))


def _made(source: "RunFolder", raters: tuple[str, str]) -> "tuple[RunFolder, RunFolder]":
    from tui_trainer.console import cultures
    from tui_trainer.console.headless import TrainerDied

    try:
        return cultures.made(source, raters)
    except TrainerDied as error:
        raise Failed(str(error)) from error
