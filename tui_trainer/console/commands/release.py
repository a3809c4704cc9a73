"""The next version of a model, and what two versions know."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_trainer.console import output
from tui_trainer.console.commands.common import Failed
from tui_trainer.console.commands.showing import begun, start_in_app
from tui_trainer.console.options import of_run, run_of, with_json, with_runs, with_screen
from tui_trainer.errors import UserError

if TYPE_CHECKING:
    from tui_trainer.run.storage.folder import RunFolder


@click.command(
    epilog="""\b
Examples:
  tui-trainer release latest
  tui-trainer release latest --headless --json"""
)
@of_run
@click.option("--headless", is_flag=True, help="No screen: a progress line, and a simulated rater.")
@with_runs
@with_screen
@with_json
def release(
    run: str, headless: bool, as_json: bool, runs: Path | None, record: Path | None, **options: Any
) -> None:
    """Train the next version of a finished model, from scratch, on its world one year newer.

    Without a screen it ends with what both versions know of old and of new, and what that took; `versions`
    shows it again.
    """
    from tui_trainer.run.release import plan_of

    if as_json and not headless:
        raise click.UsageError("--json goes with --headless")
    if record is not None and headless:
        raise click.UsageError("--record goes with the screen, not with --headless")
    source = run_of({"runs": runs}, run)
    plan = plan_of(source)
    if not headless:
        start_in_app(plan, source.path.parent, record)
        return
    from tui_trainer.console.headless import TrainerDied, follow, with_simulated_rater

    folder = begun(with_simulated_rater(plan), source.path.parent)
    try:
        outcome = follow(folder)
    except TrainerDied as error:
        raise Failed(str(error)) from error
    if outcome == "ended":
        _show(source, folder, as_json)


@click.command(
    epilog="""\b
Examples:
  tui-trainer versions latest
  tui-trainer versions 2026-11-25-0040 --json"""
)
@of_run
@with_runs
@with_json
def versions(run: str, as_json: bool, **options: Any) -> None:
    """What a model and its next version know, asked the same.

    Of a run that `release` made and the one before it; or of a run and the newest version made after it.
    """
    from tui_trainer.run.release import versions_around

    folder = run_of(options, run)
    pair = versions_around(folder)
    if pair is None:
        raise UserError(
            f"there is no other version of run {folder.id} in its folder of runs; "
            f"`tui-trainer release {folder.id}` trains the next one"
        )
    _show(*pair, as_json)


def _show(first: "RunFolder", second: "RunFolder", as_json: bool) -> None:
    from tui_trainer.console import versions as printed
    from tui_trainer.messages.versions import Order
    from tui_trainer.serving.versions import compare

    found = compare(Order(str(first.path), str(second.path)))
    if as_json:
        output.show_json(found)
    else:
        output.show(printed.text(found))
