"""The front door: parses the command line, then imports only what that one command needs."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from tui_trainer import __version__
from tui_trainer.console.options import (
    LIKES,
    of_run,
    plan_of,
    run_of,
    settings_of,
    texts_of,
    with_json,
    with_runs,
    with_screen,
    with_seed,
    with_settings,
    with_text,
)
from tui_trainer.errors import UserError

if TYPE_CHECKING:
    from tui_trainer.events import WeightsName
    from tui_trainer.run.folder import RunFolder
    from tui_trainer.run.plan import Plan

# As in learning.experiments and learning.feedback_experiments, which need torch.
EXPERIMENTS = ("pretraining", "filters", "taste", "leash", "cultures")


class InOrder(click.Group):
    """Lists its commands in the order in which they are declared."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class Failed(click.ClickException):
    """Something that should have worked did not: one line, and status 1."""

    def show(self, file: Any = None) -> None:
        _complain(self.message)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, or stopped so that it can be resumed; 1 failed; 2 asked wrongly."""
    try:
        app.main(args=None if arguments is None else list(arguments), prog_name="tui-trainer")
    except UserError as error:
        _complain(str(error))
        sys.exit(2)


def _complain(text: str) -> None:
    from tui_trainer.ui.sanitize import one_line  # the line may quote a file name

    click.echo(f"tui-trainer: {one_line(text)}", err=True)


def _print_json(value: Any) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


# -- runs in the app -------------------------------------------------------------------------------------


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise UserError("the app needs a terminal; without one there is: tui-trainer run --headless")


def _start_in_app(plan: "Plan", runs: Path | None, record: Path | None) -> None:
    from tui_trainer.run.folder import create, runs_directory

    _require_terminal()
    _launch_in_app(create(runs_directory(runs), plan), record)


def _launch_in_app(folder: "RunFolder", record: Path | None) -> None:
    _show(folder, "control", launch=True, record=record)


def _show(
    folder: "RunFolder",
    mode: Literal["control", "view", "replay"],
    speed: float = 1.0,
    *,
    launch: bool = False,
    record: Path | None = None,
) -> None:
    from tui_trainer.ui.app import run_app

    likes = click.get_current_context().meta.get(LIKES)
    sys.exit(run_app(folder, mode, speed, launch=launch, record=record, likes=likes))


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
        _start_in_app(plan_of(options), runs, record)
        return
    given = click.core.ParameterSource.COMMANDLINE
    if any(ctx.get_parameter_source(name) is given for name in ctx.params):
        raise click.UsageError(f"Options go behind the command: tui-trainer {ctx.invoked_subcommand} --...")


@app.command(
    epilog="""\b
Examples:
  tui-trainer run --headless --preset quick
  tui-trainer run --data notes.md letters/"""
)
@click.option("--headless", is_flag=True, help="No screen: a progress line, and a simulated rater.")
@with_text
@with_settings
@with_seed
@with_runs
@with_screen
@with_json
def run(headless: bool, as_json: bool, runs: Path | None, record: Path | None, **options: Any) -> None:
    """Train a model through all its stages."""
    if as_json and not headless:
        raise click.UsageError("--json goes with --headless")
    if record is not None and headless:
        raise click.UsageError("--record goes with the screen, not with --headless")
    plan = plan_of(options)
    if headless:
        _run_headless(plan, runs, as_json)
    else:
        _start_in_app(plan, runs, record)


@app.command(
    epilog="""\b
Example:
  tui-trainer train --data shakespeare.txt --tokenizer char"""
)
@with_text
@with_settings
@with_seed
@with_runs
@with_json
def train(as_json: bool, runs: Path | None, **options: Any) -> None:
    """Pretrain on your own text, without a screen."""
    if not options["data"]:
        raise click.UsageError("--data PATH... says what to train on")
    _run_headless(plan_of(options, until="pretrain"), runs, as_json)


def _run_headless(plan: "Plan", runs: Path | None, as_json: bool) -> None:
    from tui_trainer.console.headless import with_simulated_rater
    from tui_trainer.run.folder import create, runs_directory

    _follow(create(runs_directory(runs), with_simulated_rater(plan)), as_json)


def _follow(folder: "RunFolder", as_json: bool) -> None:
    from tui_trainer.console.headless import TrainerDied, follow

    try:
        outcome = follow(folder)
    except TrainerDied as error:
        raise Failed(str(error)) from error
    if outcome == "ended":
        _print_report(folder, as_json)


def _print_report(folder: "RunFolder", as_json: bool) -> None:
    from tui_trainer.console import tables
    from tui_trainer.run import report

    built = report.build(folder)  # what report.json says, also of a run that has not ended
    if as_json:
        click.echo(report.encode(built), nl=False)
        return
    click.echo(tables.figures(built.metrics))
    if built.run.ended:
        click.echo(f"\n{folder.report}")


@app.command(
    epilog="""\b
Example:
  tui-trainer attach latest --read-only"""
)
@of_run
@click.option("--read-only", is_flag=True, help="Watch only, and leave the steering to others.")
@with_runs
@with_screen
def attach(run: str, read_only: bool, record: Path | None, **options: Any) -> None:
    """Open the app on a run, trained now or before."""
    folder = run_of(options, run)
    _require_terminal()
    _show(folder, "view" if read_only else "control", record=record)


@app.command(
    epilog="""\b
Example:
  tui-trainer replay latest --speed 10"""
)
@of_run
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 1000),
    default=1.0,
    show_default=True,
    metavar="X",
    help="Times as fast as it was.",
)
@with_runs
@with_screen
def replay(run: str, speed: float, record: Path | None, **options: Any) -> None:
    """Show a run again as it went; nothing is computed."""
    folder = run_of(options, run)
    _require_terminal()
    _show(folder, "replay", speed, record=record)


@app.command(
    epilog="""\b
Example:
  tui-trainer resume latest --headless"""
)
@of_run
@click.option("--headless", is_flag=True, help="No screen: a progress line, and a simulated rater.")
@with_runs
@with_screen
@with_json
def resume(run: str, headless: bool, as_json: bool, record: Path | None, **options: Any) -> None:
    """Go on with a run that was stopped.

    From its last checkpoint, and bit for bit as if it had never been stopped.
    """
    from tui_trainer.run.status import status

    if as_json and not headless:
        raise click.UsageError("--json goes with --headless")
    folder = run_of(options, run)
    now = status(folder)
    if now.running:
        raise UserError(f"run {folder.id} is being trained now; `tui-trainer attach {folder.id}` shows it")
    if now.ended:
        raise UserError(f"run {folder.id} is complete; `tui-trainer replay {folder.id}` shows it again")
    if headless:
        _follow(folder, as_json)
    else:
        _require_terminal()
        _launch_in_app(folder, record)


# -- results ---------------------------------------------------------------------------------------------


@app.command(
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
    from tui_trainer.run.folder import list_runs, runs_directory
    from tui_trainer.run.status import status

    if run is not None:
        _print_report(run_of(options, run), as_json)
        return
    directory = runs_directory(options["runs"])
    found = [status(folder) for folder in list_runs(directory)]
    if as_json:
        _print_json(found)
    else:
        click.echo(tables.runs(found) if found else f"there are no runs in {directory} yet")


@app.command(
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
        _print_json({"metrics": metrics})
    else:
        click.echo(tables.figures(metrics))


@app.command(
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


@app.group(
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
        _print_json(imported)
    else:
        click.echo(exchange.tell(imported))


@app.command(
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
        _print_json(shown)
    else:
        click.echo(corpus.text(shown))


@app.command(
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
        _print_json(rows)
    else:
        click.echo(tables.of_settings(rows))


@app.command(
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
    make opposed models. The last three begin from the tuned weights of a run, or of the newest that has any;
    where there is none, they train one first.
    """
    from tui_trainer.console import experiment as experiments

    result = experiments.put_to_the_test(
        name, settings_of(options), options["seed"], options["runs"], run, raters
    )
    if as_json:
        _print_json(result)
    else:
        click.echo(experiments.text(result))
    if not result.holds:
        raise Failed("the claim does not hold in this run")
