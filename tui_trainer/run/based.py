"""A run of the user's own text that stands on another run's base: its tokenizer, its weights, its documents.

A few kilobytes hold no language. So the new run begins where the other one's pretraining ended, and reads
that one's documents and pairs along while it is fine-tuned, so that nothing is forgotten. All of it is copied
into the run's folder; nothing is shared.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from math import hypot
from pathlib import Path

from tui_trainer import settings as settings_
from tui_trainer.errors import UserError
from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.messages.events import Event, Measured, WeightsName
from tui_trainer.run.storage import frozen_weights, history, report
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder, create
from tui_trainer.run.storage.plan import Base, Plan

EXAM = "recall_heldout"  # what is asked again, to see what was forgotten
# Other settings than the other run's, unless a person says so: its steps are done, and its text was another.
BEGIN = ("pretrain.steps=0", "pretrain.target_loss=0", "data.held_out=documents")
ITS_OWN = (
    "model.",
    "data.tokenizer",
    "data.vocabulary",
    "data.documents",
    "data.cutoff",
    "data.sum_digits",
)  # settings that made what is taken over


def plan_of(source: RunFolder, data: tuple[str, ...], seed: int = 0, assignments: Sequence[str] = ()) -> Plan:
    """The plan of a run of these files that stands on another run's base.

    Raises:
        UserError: that run has no base weights yet, a path is missing, or a setting can't be another.
    """
    old = source.plan.settings
    base = history.frozen(source).get("base")
    if base is None:
        raise UserError(
            f"run {source.id} has no base weights: it has not finished pretraining, or left it out"
        )
    settings = settings_.changed(old, (*BEGIN, *assignments))
    for name in settings_.differences(old, settings):
        if name.startswith(ITS_OWN):
            raise UserError(f"{name} can't be changed with --base: it is that of run {source.id}")
    exam = report.build(source).metrics.get(f"tuned/{EXAM}")
    taken = Base(source.id, base.sha256, exam.value if exam else None, exam.n or 0 if exam else 0)
    plan = plans.make(settings, seed=seed, preset=source.plan.preset, data=data)
    return plans.standing_on(plan, taken)


def begin(source: RunFolder, plan: Plan, runs_dir: Path | None = None) -> RunFolder:
    """Make the folder of a plan that `plan_of` made, with all that it takes over.

    Raises:
        UserError: it can't be written, or a file of the other run can't be read.
    """
    if not source.corpus.is_dir():
        raise UserError(f"run {source.id} has no corpus folder any more")
    base = history.frozen(source)["base"]

    def fill(folder: RunFolder) -> None:
        folder.base.mkdir()
        shutil.copytree(source.corpus, folder.base_corpus, copy_function=shutil.copyfile)
        frozen_weights.copy(source, base, folder.base_weights)

    return create(runs_dir or source.path.parent, plan, fill)


def lost(weights: WeightsName, base: Base, measured: Mapping[str, Measured]) -> Iterator[Event]:
    """What the other run's exam lost: its tuned model's share of right answers less that of these weights.

    The interval is that of Newcombe (1998) for two unpaired shares: which questions the other model had right
    is not known here.
    """
    now = measured.get(f"{weights}/{EXAM}")
    if weights == "base" or base.exam is None or now is None or now.ci95 is None:
        return  # base weights answer nothing yet
    low, high = proportion_interval(base.exam * base.questions, base.questions)
    difference = base.exam - now.value
    yield Measured(
        f"{weights}/old_exam_lost",
        difference,
        (
            difference - hypot(base.exam - low, now.ci95[1] - now.value),
            difference + hypot(high - base.exam, now.value - now.ci95[0]),
        ),
        now.n,
        0.0,
    )
