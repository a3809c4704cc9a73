"""All experiments there are, each declared once; what does one is imported only when it is done."""

from typing import Literal

from msgspec import Struct

from tui_trainer.errors import UserError
from tui_trainer.experiments.claim import Claim
from tui_trainer.experiments.claims import cost, feedback, learns_from_you, limits, sizes, worlds

# nothing: trains its own models. tuned: a run's tuned weights. aligned: its aligned ones or, where it has
# none, the tuned ones. run: a finished run's log and files.
Beginning = Literal["nothing", "tuned", "aligned", "run"]


class Experiment(Struct, frozen=True):
    """One experiment.

    `run` is "module:function", a function that yields events:

    - `(settings, seed, folder)` of one that begins from nothing; the folder is empty, and thrown away;
    - `(tuned, seed)` of one on weights, with a `Tuned`;
    - `(source, settings, seed)` of one that reads a run, with its `RunFolder`.
    """

    name: str
    claim: Claim
    begins_from: Beginning
    run: str


CATALOG: tuple[Experiment, ...] = (
    Experiment(
        "pretraining", worlds.PRETRAINING, "nothing", "tui_trainer.experiments.worlds:without_pretraining"
    ),
    Experiment("filters", worlds.FILTERS, "nothing", "tui_trainer.experiments.worlds:filtered_or_not"),
    Experiment("bigger", sizes.BIGGER, "nothing", "tui_trainer.experiments.bigger:bigger"),
    Experiment("taste", feedback.TASTE, "tuned", "tui_trainer.experiments.feedback:taste"),
    Experiment("leash", feedback.LEASH, "tuned", "tui_trainer.experiments.feedback:leash"),
    Experiment("cultures", feedback.CULTURES, "tuned", "tui_trainer.experiments.feedback:cultures"),
    Experiment("words", feedback.WORDS, "tuned", "tui_trainer.experiments.feedback:words"),
    Experiment("understands", limits.UNDERSTANDS, "tuned", "tui_trainer.experiments.understands:understands"),
    Experiment("honest", limits.HONEST, "tuned", "tui_trainer.experiments.honest:honest"),
    Experiment(
        "learns-from-you",
        learns_from_you.LEARNS_FROM_YOU,
        "aligned",
        "tui_trainer.experiments.learns_from_you:learns_from_you",
    ),
    Experiment("cost", cost.COST, "run", "tui_trainer.experiments.cost:cost"),
    Experiment("agent", limits.AGENT, "tuned", "tui_trainer.experiments.agent:agent"),
)
NAMES = tuple(experiment.name for experiment in CATALOG)


def named(name: str) -> Experiment:
    """The experiment of that name. Raises `UserError`."""
    for experiment in CATALOG:
        if experiment.name == name:
            return experiment
    raise UserError(f"there is no experiment {name!r}; there are {', '.join(NAMES)}")
