"""A run in miniature: the real trainer's machinery over stages that take milliseconds."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tui_trainer.errors import UserError, foreign
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.events import (
    Choice,
    Event,
    FilterApplied,
    Guessed,
    Measured,
    Noticed,
    PairOffered,
    Picked,
    PromptsEdited,
    SpeedMeasured,
    StageName,
    Stepped,
    TasteTested,
    WeightsFrozen,
    WeightsName,
)
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.model import checkpoint
from tui_trainer.run.pipeline import Phase
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.settings import Settings, load

PICKS = 6
SETTINGS = (
    "pretrain.steps=40",
    "finetune.steps=12",
    "feedback.rater=polite",
    f"feedback.picks={PICKS}",
    "run.checkpoint_every=7",
    "run.threads=1",
)


def toy_run(runs: Path, *assignments: str, **options: Any) -> RunFolder:
    """A new run for the toy pipeline, its settings changed by `assignments`, its plan by `options`."""
    settings = load("quick", [*SETTINGS, *assignments], environ={})
    return folders.create(runs, plans.make(settings, preset="quick", **options))


class ToyStage:
    """Draws numbers by (seed, stage, step) and lets its state drift with them."""

    pending: PairOffered | TasteTested | None = None

    def __init__(self, name: StageName, state: Tensor, steps: int, lr: float, seed: int) -> None:
        self.name, self.state, self.steps, self.lr, self.seed = name, state, steps, lr, seed
        self.step = 0

    def advance(self) -> Iterator[Event]:
        time.sleep(float(os.environ.get("TOY_SECONDS", "0")))
        draw = torch.randn(len(self.state), generator=generator(self.seed, self.name, self.step))
        self.state.mul_(0.9)
        time.sleep(float(os.environ.get("TOY_WITHIN_SECONDS", "0")))  # half of the step is done
        # Real numbers differ by the number of threads, too, in their last digits.
        threads = 0.001 * torch.get_num_threads() if os.environ.get("TOY_THREADS") else 0.0
        self.state.add_(draw, alpha=self.lr + threads)
        self.step += 1
        loss = float(self.state.norm())
        yield Stepped(self.name, self.step, loss, self.lr, float(draw.norm()), self.step * 8, 1.0 * self.step)
        yield Guessed(self.name, self.step, "été \n", "x" * self.step, loss, (("a", loss),))
        if self.step == self.steps // 2:
            yield Noticed(f"halfway through {self.name}", "error")  # becomes a warning: see the stage machine

    def pick(self, choice: Choice, rater: str, simulated: bool, text: str = "") -> Iterator[Event]:
        raise ValueError

    def tensors(self) -> dict[str, Tensor]:
        return {"state": self.state, "step": torch.tensor(self.step)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        self.state.copy_(tensors["state"])
        self.step = int(tensors["step"])

    def turn(self, name: str, value: float) -> None:
        if name != f"{self.name}.lr" and name != f"{self.name}.matrix_lr":
            raise ValueError(name)
        self.lr = value


class ToyFeedback(ToyStage):
    """Offers pairs, and steps on by what was picked."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # passed on as they are
        self.picked = 0
        self.edited = 0.0  # by changes of the prompts
        self.before = self.state.clone()  # the last pick
        self.picks = self.steps - 10
        self.asks = bool(os.environ.get("TOY_ASKS"))  # whether to turn it without a taste

    def advance(self) -> Iterator[Event]:
        if self.step < self.picks:
            self.step += 1
            yield self._show()
        elif self.asks:
            self.pending = TasteTested(
                self.picked, "random", self.picked, self.picked, 3, 399, 0.4, asks=True
            )
            yield self.pending
        else:
            yield from super().advance()

    def _show(self) -> PairOffered:
        a, b = f"answer {self.state.sum():.6f}", f"another {self.picked}"
        self.pending = PairOffered(self.picked, f"prompt {self.picked}", a, b, False, 0.5)
        return self.pending

    def pick(self, choice: Choice, rater: str, simulated: bool, text: str = "") -> Iterator[Event]:
        assert self.pending is not None
        if isinstance(self.pending, TasteTested):
            self.asks, self.pending = False, None
            yield Picked(self.picked, choice, rater, simulated)
            return
        if choice == "undo":
            self.picked -= 1
            self.step -= 1
            self.state.copy_(self.before)
            yield Picked(self.picked + 1, choice, rater, simulated)
            yield self._show()
            return
        self.pending = None
        self.before = self.state.clone()
        yield Picked(self.picked, choice, rater, simulated)
        if os.environ.get("TOY_PICK_FAILS"):
            raise ValueError("of a library, in the middle of it")
        self.state.add_({"a": 1.0, "b": -1.0}.get(choice, 0.25) + self.edited)
        self.picked += 1
        yield Measured("toy/picked", float(self.state.sum()))

    def edit_prompts(self, added: str = "", removed: str = "") -> Iterator[Event]:
        if self.pending is None or removed == "nobody's":
            raise ValueError("there is no such prompt")
        yield PromptsEdited(added, removed)
        self.edited += 0.125 * (len(added) - len(removed))  # taking a pick back does not take this back

    def tensors(self) -> dict[str, Tensor]:
        counts = {"picked": torch.tensor(self.picked), "edited": torch.tensor(self.edited)}
        counts["asks"] = torch.tensor(self.asks)
        return {**super().tensors(), **counts, "before": self.before}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        super().restore(tensors)
        self.picked, self.edited = int(tensors["picked"]), float(tensors["edited"])
        self.asks, self.before = bool(tensors["asks"]), tensors["before"].clone()


class ToyOnce(ToyStage):
    """One long step of several events: data, an evaluation, the verification."""

    def __init__(self, folder: RunFolder, key: str, name: StageName, state: Tensor) -> None:
        super().__init__(name, state, 1, 0.0, 0)
        self.folder, self.key = folder, key

    def advance(self) -> Iterator[Event]:
        for number in range(5):
            with foreign("a file"):  # as the real ones read what others wrote
                time.sleep(float(os.environ.get("TOY_LONG_SECONDS", os.environ.get("TOY_SECONDS", "0"))))
            yield FilterApplied(f"filter {number}", 10, number, number)
        if self.key == "data":
            if os.environ.get("TOY_FAILS"):
                raise UserError("too little text")
            self.folder.corpus.mkdir(exist_ok=True)
            (self.folder.corpus / "corpus.json").write_text("7")
        yield Measured(f"toy/{self.key}", float(self.state.sum()))
        self.step = 1

    def tensors(self) -> dict[str, Tensor]:
        return {}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        pass


class ToyRater:
    def choose(self, pair: PairOffered) -> Choice:
        return "a" if pair.pair % 3 else "tie"


class ToyPipeline:
    phases = (
        Phase("data", "data", long=True),
        Phase("pretrain", "pretrain", freezes="base"),
        Phase("evaluate_base", "pretrain", long=True),
        Phase("finetune", "finetune", freezes="tuned"),
        Phase("feedback", "feedback", freezes="aligned"),
        Phase("verify", "frozen", long=True),
    )

    def __init__(self, folder: RunFolder) -> None:
        self.folder, self.plan = folder, folder.plan
        self.state: Tensor | None = None

    def machine(self) -> dict[str, str]:
        return {"precision": "float32"}

    def close(self) -> None:
        pass

    def may_choose_threads(self) -> bool:
        return True

    def fastest_threads(self, most: int) -> int:
        return 3 - torch.get_num_threads()  # the other of two

    def measure_speed(self, most: int) -> SpeedMeasured:
        return SpeedMeasured(time.perf_counter(), {"data": 1.0})

    def reason_to_skip(self, stage: StageName, settings: Settings) -> str | None:
        return "no pairs" if stage == "finetune" and settings.finetune.steps == 0 else None

    def enter(self, phase: Phase, settings: Settings, measured: Mapping[str, Measured]) -> ToyStage:
        if phase.key != "data":
            assert (self.folder.corpus / "corpus.json").read_text() == "7"
            assert phase.key != "evaluate_base" or self.state is None or "toy/data" in measured
        if self.state is None:
            self.state = self._taken_up(phase)
        if phase.long:
            return ToyOnce(self.folder, phase.key, phase.stage, self.state)
        steps, lr = {
            "pretrain": (settings.pretrain.steps, settings.pretrain.matrix_lr),
            "finetune": (settings.finetune.steps, settings.finetune.matrix_lr),
            "feedback": (settings.feedback.picks + 10, settings.feedback.lr),
        }[phase.key]
        kind = ToyFeedback if phase.key == "feedback" else ToyStage
        return kind(phase.stage, self.state, steps, lr, self.plan.seed)

    def _taken_up(self, phase: Phase) -> Tensor:
        keys = [p.key for p in self.phases]
        before = [p.freezes for p in self.phases[: keys.index(phase.key)] if p.freezes]
        for weights in reversed(before):
            if self.folder.weights(weights).exists():
                return checkpoint.load(self.folder.weights(weights))[0]["state"].clone()
        return torch.zeros(int(os.environ.get("TOY_STATE", "64")))

    def freeze(self, weights: WeightsName) -> WeightsFrozen:
        assert self.state is not None
        path = self.folder.weights(weights)
        checkpoint.save(path, {"state": self.state}, {})
        digest = "".join(f"{v:.17g}," for v in self.state.tolist())[:64]
        return WeightsFrozen(
            weights, digest, len(self.state), path.stat().st_size, f"weights/{weights}.safetensors"
        )

    def look(self, look: Look) -> Looked:
        if self.state is None:
            raise UserError("there is no model to look at yet")
        return Looked(ends=(len(look.text),), losses=(float(self.state.sum()),), top=())

    def rater(self, name: str) -> ToyRater:
        if name == "cruel":
            raise ValueError(f"no taste {name!r}; there are polite, short")
        return ToyRater()


def build(folder: RunFolder) -> ToyPipeline:
    return ToyPipeline(folder)


def state_of(folder: RunFolder, weights: WeightsName = "aligned") -> list[float]:
    return checkpoint.load(folder.weights(weights))[0]["state"].tolist()  # type: ignore[no-any-return]


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []
