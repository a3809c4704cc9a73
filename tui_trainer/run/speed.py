"""How fast this machine is, and what that makes of a plan: measured on a model that is thrown away."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from tui_trainer.learning import training
from tui_trainer.learning.optimizer import Optimizer
from tui_trainer.learning.training import Backward
from tui_trainer.messages.events import SpeedMeasured
from tui_trainer.model.precision import compute_dtype
from tui_trainer.model.sampling import generate
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.run.storage.plan import Plan
from tui_trainer.run.storage.prepared import Prepared
from tui_trainer.run.threads import fastest

BUDGET_SECONDS = 0.5  # for each of the measurements
MOST_TRIES = 2  # each is a moment that somebody waits for the first step
ROWS, NEW_TOKENS = 48, 12  # answered at once when sampling is timed
FEW_ROWS = 8  # of a step timed for feedback alone, beside those of a GPU: a large model's take long on a CPU

# Fitted to the CPU time of runs of `quick`, in units of what is measured where that makes sense.
SECONDS_A_DOCUMENT = 1.7e-3  # of the tiny world: writing, filters, tokenizing
SECONDS_A_BYTE = 4.0e-7  # of the user's own text
STEP_OVERHEAD = 1.1  # reading a batch, and the events of a step
MEASUREMENT_ROWS = 32  # of training that validating, sampling and picturing once cost
UNTAUGHT_ANSWERS = 2000  # the questions after pretraining, in answers of ANSWER_TOKENS; they run to the end
TAUGHT_ANSWERS = 1200  # the same after fine-tuning: most end soon
FEEDBACK_ANSWERS = 2000  # sampled besides reinforcement's own: the pool, the guard, before and after
REINFORCED_ROWS = 0.6  # of training that learning from one sampled answer costs
ANSWER_TOKENS = 24


def fastest_threads(plan: Plan, most: int) -> int:
    """On how many CPU threads, of at most so many, a training step of this plan takes the least time now."""
    throwaway = _throwaway(plan, torch.device("cpu"))
    step = _training_step(throwaway, plan.settings.pretrain.batch, training.backward)
    return _try_threads(step, most)[0]


def measure(plan: Plan, device: torch.device, backward: Backward, most: int) -> SpeedMeasured:
    """Time a step of training and of sampling with this plan's model, and estimate each stage by them.

    Args:
        device: makes the steps of pretraining and fine-tuning; feedback and all answers are this CPU's alone.
        backward: of those steps.
        most: CPU threads, of which the fastest number is taken from here on; 0: as many as now.
    """
    batch = plan.settings.pretrain.batch
    throwaway = _throwaway(plan, device)
    step = _training_step(throwaway, batch, backward)
    if device.type != "cpu":
        step()  # a GPU's first one loads its kernels
    if most > 1:
        count, seconds = _try_threads(step, most)
        torch.set_num_threads(count)
    else:
        seconds = _median_seconds(step)
    answer = _answer_seconds(throwaway.cpu())
    row = row_alone = STEP_OVERHEAD * seconds / batch
    if device.type != "cpu" or backward != training.backward:
        few = min(batch, FEW_ROWS)
        row_alone = STEP_OVERHEAD * _median_seconds(_training_step(throwaway, few, training.backward)) / few
    return SpeedMeasured(seconds, _estimates(plan, row, row_alone, answer))


def _throwaway(plan: Plan, device: torch.device) -> Transformer:
    settings, model = plan.settings, plan.settings.model
    shape = Shape(settings.data.vocabulary, model.layers, model.width, model.heads, model.context)
    return Transformer(shape, dtype=compute_dtype(model, device.type)).to(device)


def _try_threads(step: Callable[[], None], most: int) -> tuple[int, float]:
    """The number of threads that is fastest, and a step's seconds on so many; as many as before are set."""
    before = torch.get_num_threads()

    def seconds(count: int) -> float:
        torch.set_num_threads(count)
        return _seconds(step)

    try:
        return fastest(most, before, seconds)
    finally:
        torch.set_num_threads(before)


def _estimates(plan: Plan, row: float, row_alone: float, answer: float) -> dict[str, float]:
    """Seconds of each stage of the plan.

    Args:
        row: seconds to train on one row.
        row_alone: the same by this CPU alone, as in feedback.
        answer: seconds to sample one answer, in a batch.
    """
    settings = plan.settings
    pretrain, finetune, feedback = settings.pretrain, settings.finetune, settings.feedback
    measured = MEASUREMENT_ROWS * row
    tuned_rows = finetune.pair_rows + finetune.document_rows
    reinforced = feedback.prompts * feedback.num_generations * (answer + REINFORCED_ROWS * row_alone)
    asked = 0 if plan.data else 1  # the user's own text comes without questions to ask
    seconds = {
        "data": _data_seconds(plan),
        "pretrain": pretrain.steps * (pretrain.batch * row + measured / pretrain.measure_every)
        + asked * UNTAUGHT_ANSWERS * answer,
        "finetune": finetune.steps * (tuned_rows * row + measured / finetune.measure_every)
        + asked * TAUGHT_ANSWERS * answer,
        "feedback": FEEDBACK_ANSWERS * answer + feedback.steps * reinforced + asked * TAUGHT_ANSWERS * answer,
        "frozen": 0.1,
    }
    if plan.data:
        seconds["finetune"] = 0.0  # the user's text seldom brings pairs
    return {stage: round(seconds[stage], 2) if stage not in plan.skip else 0.0 for stage in plan.stages()}


def _data_seconds(plan: Plan) -> float:
    if not plan.data:
        there = Prepared(plan.settings, plan.seed).there
        return 0.0 if there else plan.settings.data.documents * SECONDS_A_DOCUMENT
    files = [f for path in map(Path, plan.data) for f in ([path] if path.is_file() else path.rglob("*"))]
    size = sum(f.stat().st_size for f in files if f.is_file())
    return min(size, plan.settings.data.max_bytes) * SECONDS_A_BYTE


def _training_step(model: Transformer, batch: int, backward: Backward) -> Callable[[], None]:
    """Forward, back and nudge on random tokens."""
    optimizer = Optimizer(model)
    tokens = torch.randint(
        model.shape.vocabulary, (batch, model.shape.context + 1), generator=torch.Generator().manual_seed(0)
    ).to(model.device)

    def step() -> None:
        float(backward(model, tokens[:, :-1], tokens[:, 1:], None).loss.detach())  # a GPU is waited for
        optimizer.step(1e-3, 1e-3, 1e-3)

    return step


def _answer_seconds(model: Transformer) -> float:
    """One of many answers sampled together."""
    prompts = [[0] * 12 for _ in range(ROWS)]
    batch = _median_seconds(lambda: generate(model, prompts, NEW_TOKENS, end=None))
    return batch / ROWS * ANSWER_TOKENS / NEW_TOKENS


def _median_seconds(action: Callable[[], object]) -> float:
    """Of several goes after a first that warms up; of that one alone where it takes long."""
    warm = _seconds(action)
    if warm > BUDGET_SECONDS:
        return warm
    taken: list[float] = []
    while len(taken) < MOST_TRIES and warm + sum(taken) < BUDGET_SECONDS:
        taken.append(_seconds(action))
    return statistics.median(taken)


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
