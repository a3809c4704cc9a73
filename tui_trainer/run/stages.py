"""The real phases of a run: the algorithms of `learning`, put together over one folder and one model."""

import copy
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.prepare import prepare
from tui_trainer.errors import Damaged, UserError
from tui_trainer.files import sha256_of, sync_directory
from tui_trainer.learning.evaluation import Evaluation
from tui_trainer.learning.feedback import Feedback
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.learning.inspection import look
from tui_trainer.learning.preferences.raters import SimulatedRater
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.stage import OneStep, Stage
from tui_trainer.learning.training import Backward, backward
from tui_trainer.messages.events import (
    Event,
    Measured,
    Noticed,
    SpeedMeasured,
    StageName,
    WeightsFrozen,
    WeightsName,
)
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.model.checkpoint import load_model, save_weights
from tui_trainer.model.precision import Device, compute_device, compute_dtype
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run import based, machine, torchrun
from tui_trainer.run.pipeline import Phase
from tui_trainer.run.ranks import Ranks
from tui_trainer.run.speed import fastest_threads, measure
from tui_trainer.run.storage import frozen_weights
from tui_trainer.run.storage.carried_picks import CarriedPicks
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Base
from tui_trainer.run.storage.prepared import Prepared
from tui_trainer.run.storage.start_over import keep_aside
from tui_trainer.settings import Settings, Taste

PHASES = (
    Phase("data", "data", long=True),
    Phase("pretrain", "pretrain", freezes="base"),
    Phase("evaluate_base", "pretrain", long=True),
    Phase("finetune", "finetune", freezes="tuned"),
    Phase("evaluate_tuned", "finetune", long=True),
    Phase("feedback", "feedback", freezes="aligned"),
    Phase("evaluate_aligned", "feedback", long=True),
    Phase("verify", "frozen", long=True),
)
GRADIENT_STEPS = ("pretrain", "finetune")  # made by the device, and by all ranks; the rest is the CPU's
EVALUATED: dict[str, WeightsName] = {
    "evaluate_base": "base",
    "evaluate_tuned": "tuned",
    "evaluate_aligned": "aligned",
}


class RunPipeline:
    """The phases of the run in a folder."""

    phases = PHASES

    def __init__(self, folder: RunFolder) -> None:
        self.folder, self.plan = folder, folder.plan
        self._corpus: Corpus | None = None
        self._model: Transformer | None = None
        self._stage: StageName = "data"
        place = torchrun.place()
        self._device = compute_device(self.plan.settings.run.device, place.local_rank)
        self._dtype = compute_dtype(self.plan.settings.model, self._device.type)
        self._ranks: Ranks | None = None
        if place.ranks > 1:
            self._ranks = Ranks(cast(Device, self._device.type), torch.get_num_threads())
        elif self._device.type != "cpu":
            machine.allow_gpu()

    def machine(self) -> dict[str, str]:
        """The number type of the matrix products; a device and ranks, if not this CPU's one process."""
        described = {"precision": str(self._dtype).removeprefix("torch.")}
        if self._device.type != "cpu":
            described["device"] = self._device.type
        if self._ranks is not None:
            described["ranks"] = str(self._ranks.place.ranks)
        return described

    def close(self) -> None:
        """Let the other ranks go."""
        if self._ranks is not None:
            self._ranks.dismiss()

    def may_choose_threads(self) -> bool:
        """Whether the steps are made by this process and this CPU alone."""
        return self._ranks is None and self._device.type == "cpu"

    def fastest_threads(self, most: int) -> int:
        """Try this plan's model on random tokens; nothing of it is kept."""
        return fastest_threads(self.plan, most)

    def measure_speed(self, most: int) -> SpeedMeasured:
        """Time this plan's model on random tokens; nothing of it is kept."""
        return measure(self.plan, self._device, self._backward, most)

    @property
    def _backward(self) -> Backward:
        return backward if self._ranks is None else self._ranks.backward

    def reason_to_skip(self, stage: StageName, settings: Settings) -> str | None:
        """One line for people if the stage has nothing to do."""
        if stage == "finetune" and not self._opened_corpus().pairs:
            return "the text has no question-and-answer pairs to learn from"
        if stage == "finetune" and settings.finetune.steps == 0:
            return "finetune.steps is 0"
        if stage == "pretrain" and settings.pretrain.steps == 0 and self.plan.base is None:
            return "pretrain.steps is 0"
        if stage == "frozen" and self._frozen_before("verify", settings) is None:
            return "nothing was trained"
        return None

    def enter(self, phase: Phase, settings: Settings, measured: Mapping[str, Measured]) -> Stage:
        """The phase's stage; see `pipeline.Pipeline`."""
        self._stage = phase.stage
        if phase.key == "data":
            return Preparation(self.folder, settings)
        corpus, model = self._opened_corpus(), self._taken_up_model(phase, settings)
        seed = self.plan.seed
        if phase.key in GRADIENT_STEPS:
            kind = Pretraining if phase.key == "pretrain" else Finetuning
            training = kind(model.to(self._device), corpus, settings, seed)
            training.backward = self._backward
            return training
        model.cpu()
        match phase.key:
            case "feedback":
                return Feedback(model, corpus, settings, seed, len(CarriedPicks(self.folder).more))
            case "verify":
                weights = self._frozen_before(phase.key, settings)
                assert weights is not None  # or the stage would have been skipped
                return Verification(self.folder, weights, model)
        weights = EVALUATED[phase.key]
        compared = weights == "aligned" and "tuned/recall_heldout" in measured
        tuned = frozen_weights.load(self.folder, "tuned").requires_grad_(False) if compared else None
        if self.plan.base is not None:
            return OldExam(weights, model, corpus, settings, tuned, self.plan.base)
        return Evaluation(weights, model, corpus, settings, tuned)

    def freeze(self, weights: WeightsName) -> WeightsFrozen:
        """Hash and write the model's weights. Raises `OSError`."""
        assert self._model is not None  # a phase that freezes has one
        path = self.folder.weights(weights)
        self._model.cpu()
        sha256 = save_weights(self._model, path, {"weights": weights})
        return WeightsFrozen(
            weights=weights,
            sha256=sha256,
            parameters=self._model.parameter_count,
            bytes=path.stat().st_size,
            file=path.relative_to(self.folder.path).as_posix(),
            file_sha256=sha256_of(path),
        )

    def look(self, look_: Look) -> Looked:
        """What the model as it is now makes of a text; see `pipeline.Pipeline`."""
        if self._model is None or self._corpus is None:
            raise UserError("there is no model to look at yet")
        model = self._model if self._model.device.type == "cpu" else copy.deepcopy(self._model).cpu()
        return look(model, self._corpus.tokenizer, look_)

    def rater(self, name: str) -> SimulatedRater:
        """A simulated rater by its taste. Raises `ValueError`."""
        return SimulatedRater(cast(Taste, name), self.plan.settings.feedback.noise, seed=self.plan.seed)

    # -- corpus and model ------------------------------------------------------------------------------------

    def _opened_corpus(self) -> Corpus:
        if self._corpus is None:
            try:
                self._corpus = Corpus.load(self.folder.corpus)
            except UserError as error:
                forked, run = self.plan.forked, self.folder.id
                again = f"`tui-trainer resume {run} --start-over` makes it again"
                advice = f"fork run {forked.source} again" if forked else again
                raise Damaged(f"{error}; {advice}") from error
        return self._corpus

    def _taken_up_model(self, phase: Phase, settings: Settings) -> Transformer:
        """The model as the phases before this one left it: in memory, on disk, or new from the seed."""
        if self._model is None:
            weights = self._frozen_before(phase.key, settings)
            if weights is not None:
                self._model = self._loaded(weights)
            elif self.plan.base is not None:
                self._model = self._base(self.plan.base)
            else:
                shape = model_shape(settings, self._opened_corpus().tokenizer.size)
                self._model = Transformer(shape, self.plan.seed, self._dtype)
        return self._model

    def _loaded(self, weights: WeightsName) -> Transformer:
        model, forked = frozen_weights.load(self.folder, weights), self.plan.forked
        frozen_weights.fit(self.folder, model, self._opened_corpus().tokenizer)
        if forked is not None and weights == forked.weights and weights_sha256(model) != forked.sha256:
            raise UserError(
                f"the {weights} weights in {self.folder.id} are not those of run {forked.source} "
                f"(SHA-256 {forked.sha256[:12]}); begin again from there"
            )
        return model

    def _base(self, base: Base) -> Transformer:
        """The other run's model, that this one stands on."""
        model = load_model(self.folder.base_weights)
        frozen_weights.fit(self.folder, model, self._opened_corpus().tokenizer)
        if weights_sha256(model) != base.sha256:
            raise UserError(
                f"{self.folder.base_weights} are not the base weights of run {base.source} "
                f"(SHA-256 {base.sha256[:12]}); begin again from there"
            )
        return model

    def _frozen_before(self, key: str, settings: Settings) -> WeightsName | None:
        """The last weights that a phase before this one froze; files of later phases may lie about."""
        latest: WeightsName | None = None
        for phase in PHASES:
            if phase.key == key:
                break
            skipped = phase.stage in self.plan.skip
            if phase.freezes and not skipped and self.reason_to_skip(phase.stage, settings) is None:
                latest = phase.freezes
        return latest


def model_shape(settings: Settings, vocabulary: int) -> Shape:
    """The model's shape for a vocabulary of so many tokens."""
    model = settings.model
    return Shape(vocabulary, model.layers, model.width, model.heads, model.context)


class Preparation(OneStep):
    """The data stage: from text to `corpus/`, begun from nothing each time. One that is there stays until the
    new one is whole, and is kept aside even then: the text may have changed."""

    name: StageName = "data"

    def __init__(self, folder: RunFolder, settings: Settings) -> None:
        self.folder, self.settings = folder, settings

    def advance(self) -> Iterator[Event]:
        """Prepare the corpus."""
        plan, corpus = self.folder.plan, self.folder.corpus
        made = corpus.with_name("corpus.next")
        if made.exists():
            shutil.rmtree(made)  # half of one
        made.mkdir()
        below = None
        if plan.base is not None:
            below = self.folder.base_corpus
            yield Noticed(f"stands on the base of run {plan.base.source}: SHA-256 {plan.base.sha256[:12]}")
        if plan.data:
            yield from prepare(self.settings, plan.seed, plan.data, made, below)
        else:
            yield from self._world(made)
        for path in sorted(made.iterdir()):
            with open(path, "rb") as file:
                os.fsync(file.fileno())  # checkpoints will rely on it
        sync_directory(made)
        if corpus.exists():
            keep_aside(self.folder, corpus)
        os.rename(made, corpus)
        sync_directory(self.folder.path)
        self.step = 1

    def _world(self, made: Path) -> Iterator[Event]:
        """The tiny world, as it was made before or new."""
        prepared = Prepared(self.settings, self.folder.plan.seed)
        if (told := prepared.copy(made)) is not None:
            yield from told
            return
        told = []
        for event in prepare(self.settings, self.folder.plan.seed, (), made):
            told.append(event)
            yield event
        prepared.keep(made, told)


class OldExam(Evaluation):
    """All measurements of weights that stand on another run's base, and what that one's exam lost."""

    def __init__(
        self,
        weights: WeightsName,
        model: Transformer,
        corpus: Corpus,
        settings: Settings,
        tuned: Transformer | None,
        base: Base,
    ) -> None:
        super().__init__(weights, model, corpus, settings, tuned)
        self.base = base

    def advance(self) -> Iterator[Event]:
        """Ask everything, and compare."""
        measured: dict[str, Measured] = {}
        for event in super().advance():
            if isinstance(event, Measured):
                measured[event.name] = event
            yield event
        yield from based.lost(self.weights, self.base, measured)


class Verification(OneStep):
    """The last stage: the weights on disk and those in memory are one and the same, for good."""

    name: StageName = "frozen"

    def __init__(self, folder: RunFolder, weights: WeightsName, model: Transformer) -> None:
        self.folder, self.weights, self.model = folder, weights, model

    def advance(self) -> Iterator[Event]:
        """Compare the hashes.

        Raises:
            UserError: they differ.
        """
        here, there = (
            weights_sha256(self.model),
            weights_sha256(load_model(self.folder.weights(self.weights))),
        )
        if here != there:
            raise UserError(
                f"the {self.weights} weights on disk are not those in memory "
                f"({there[:12]} and {here[:12]}); run again"
            )
        yield Noticed(f"the {self.weights} weights are frozen: SHA-256 {here}, on disk as in memory")
        self.step = 1
