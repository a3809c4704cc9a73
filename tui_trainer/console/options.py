"""Options that several commands share, and what they mean."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui_trainer.errors import foreign
from tui_trainer.settings import PRESETS

if TYPE_CHECKING:
    from tui_trainer.run.storage.folder import RunFolder
    from tui_trainer.run.storage.plan import Plan
    from tui_trainer.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


class Named(click.Path):
    """A path that somebody typed. To Python, "" is the folder one is in, as of a variable that is not set."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty name.", param, ctx)
        return super().convert(value, param, ctx)


class Finite(click.FloatRange):
    """A number within bounds, which "nan" passes where nobody asks."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


of_run = click.argument("run", default="latest")
with_runs = click.option(
    "--runs",
    type=Named(),
    metavar="DIR",
    help="Folder of all runs; else $TUI_TRAINER_RUNS, else your data folder.",
)
NOTES = "tui_trainer.notes"  # where a context keeps the folder of the person's own notes
LIKES = "tui_trainer.screen"  # where a context keeps what the command line says of the screen's looks


def _like(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value and parameter.name is not None:
        ctx.meta.setdefault(LIKES, {})[parameter.name] = value


def _noted(ctx: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    if value is not None:
        ctx.meta[NOTES] = value.absolute()
    return value


with_notes = click.option(
    "--notes",
    type=Named(exists=True, file_okay=False, readable=True),
    metavar="DIR",
    callback=_noted,
    expose_value=False,
    help="Chat with notes on: what matches a question in the text files there is put before it.",
)
with_screen = _together(
    with_notes,
    click.option(
        "--theme",
        type=click.Choice(["dark", "light", "contrast", "blue-orange"]),
        callback=_like,
        expose_value=False,
        help="Colors of the screen; else as screen.toml in your configuration folder says.",
    ),
    click.option(
        "--ascii", is_flag=True, callback=_like, expose_value=False, help="Draw with ASCII characters only."
    ),
    click.option(
        "--record",
        type=Named(dir_okay=False),
        metavar="FILE",
        help="Record the screen as an asciicast, which `asciinema play FILE` shows again.",
    ),
)
with_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
with_settings = _together(
    click.option(
        "--preset",
        type=click.Choice(list(PRESETS)),
        default="demo",
        show_default=True,
        help="Size of the run: quick is the shortest, full gives the best model.",
    ),
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="NAME=VALUE",
        help="Change a setting; repeatable. `tui-trainer settings` lists them.",
    ),
    click.option(
        "--config",
        type=Named(),
        metavar="FILE",
        help="Settings from a TOML file; else settings.toml in your configuration folder.",
    ),
)
with_device = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    help="Makes the gradient steps; as --set run.device=...",
)
with_seed = click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Fixes the world, the weights and every draw.",
)
with_source = _together(
    click.option(
        "--from", "source", metavar="RUN", help="Go on from what this run's stages before --stage have made."
    ),
    click.option(
        "--stage",
        type=click.Choice(["pretrain", "finetune", "feedback"]),
        help="With --from: the first stage of the new run.",
    ),
    click.option(
        "--keep-picks", is_flag=True, help="With --from at feedback: make that run's picks again by itself."
    ),
)
with_base = click.option(
    "--base",
    metavar="RUN",
    help="With --data: begin from this run's base model, and read its documents and pairs along.",
)
with_text = _together(
    click.option(
        "--data",
        multiple=True,
        metavar="PATH...",
        help="Your own text, files or folders, instead of the tiny world.",
    ),
    click.option("--tokenizer", type=click.Choice(["bpe", "char"]), help="As --set data.tokenizer=..."),
    click.argument("more_data", nargs=-1, metavar=""),
)


def settings_of(options: dict[str, Any]) -> "Settings":
    """The settings that a command's options ask for. Raises `UserError`."""
    from tui_trainer.settings import load

    return load(options["preset"], _assignments(options), options["config"] or own_config())


def _assignments(options: dict[str, Any]) -> list[str]:
    """What --set says, and the options that stand for it."""
    short = {"data.tokenizer": options.get("tokenizer"), "run.device": options.get("device")}
    return [*options["assignments"], *(f"{name}={value}" for name, value in short.items() if value)]


def own_config() -> Path | None:
    """The file of a person's own settings, if there is one."""
    import platformdirs

    path = Path(platformdirs.user_config_dir("tui-trainer", appauthor=False)) / "settings.toml"
    with foreign(f"settings file {path}"):
        return path if path.exists() else None


def texts_of(options: dict[str, Any]) -> tuple[str, ...]:
    """The paths behind --data: of a shell's `*.txt`, the option takes the first and leaves the rest over."""
    given, more = options.get("data", ()), options.get("more_data", ())
    if more and not given:
        raise click.UsageError(f"Got unexpected extra argument ({more[0]})")
    return (*given, *more)


def plan_of(options: dict[str, Any], **further: Any) -> "Plan":
    """The plan of the run that a command's options ask for. Raises `UserError`."""
    from tui_trainer.run.storage import plan

    return plan.make(
        settings_of(options),
        seed=options["seed"],
        preset=options["preset"],
        data=texts_of(options),
        **further,
    )


def fork_of(
    options: dict[str, Any], runs: Path | None, in_app: bool = False
) -> "tuple[RunFolder, Plan] | None":
    """The run that --from names, and the plan of the one that goes on from it; None without it. Raises
    `UserError`.

    Args:
        in_app: whoever sits there picks, also where a simulated rater did, unless all picks are made again.
    """
    from tui_trainer.run import fork

    source, stage, keep_picks = (options.pop(name) for name in ("source", "stage", "keep_picks"))
    if source is None:
        if stage is not None or keep_picks:
            raise click.UsageError("--stage and --keep-picks go with --from RUN")
        return None
    if stage is None:
        raise click.UsageError("--from goes with --stage pretrain, finetune or feedback")
    context, given = click.get_current_context(), click.core.ParameterSource.COMMANDLINE
    for name in ("preset", "config", "seed", "data", "more_data", "tokenizer"):
        if context.get_parameter_source(name) is given:
            raise click.UsageError(
                f"--{name.removeprefix('more_')} does not go with --from: the other run's is taken over"
            )
    folder = run_of({"runs": runs}, source)
    assignments = _assignments(options)
    named = any(a.partition("=")[0].strip() == "feedback.rater" for a in assignments)
    if in_app and not named and not keep_picks and folder.plan.settings.feedback.rater != "person":
        assignments.append("feedback.rater=person")
    return folder, fork.plan_of(folder, stage, assignments, keep_picks)


def based_of(options: dict[str, Any], runs: Path | None) -> "tuple[RunFolder, Plan] | None":
    """The run that --base names, and the plan of the one that stands on its base; None without it. Raises
    `UserError`."""
    from tui_trainer.run import based

    base = options.pop("base")
    if base is None:
        return None
    if options["source"] is not None:
        raise click.UsageError("--base does not go with --from")
    if not (data := texts_of(options)):
        raise click.UsageError("--base goes with --data PATH..., your own text")
    context, given = click.get_current_context(), click.core.ParameterSource.COMMANDLINE
    for name in ("preset", "config", "tokenizer"):
        if context.get_parameter_source(name) is given:
            raise click.UsageError(f"--{name} does not go with --base: the other run's is taken over")
    folder = run_of({"runs": runs}, base)
    return folder, based.plan_of(folder, data, options["seed"], _assignments(options))


def run_of(options: dict[str, Any], name: str) -> "RunFolder":
    """The run of that name. Raises `UserError`."""
    from tui_trainer.run.storage.folder import find, runs_directory

    return find(runs_directory(options["runs"]), name)
