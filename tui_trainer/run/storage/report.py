"""`report.json`: a run's figures, from its log; of an unfinished run, those there are so far."""

from typing import Any

import msgspec
from msgspec import Struct

from tui_trainer.errors import UserError
from tui_trainer.files import write_atomically
from tui_trainer.messages.events import (
    Forked,
    Guessed,
    Measured,
    RunEnded,
    RunStarted,
    StageEnded,
    StageSkipped,
    StageStarted,
    Stepped,
    ThreadsChosen,
    Validated,
    WeightsFrozen,
)
from tui_trainer.messages.results import NO_INTERVAL, OF_ONE_TEXT, Metric
from tui_trainer.run.storage import resources
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.storage.plan import Fork, Release
from tui_trainer.settings import of_today

COUNTED = "counted in this run: no sample"


def of(measured: Measured) -> Metric:
    """A measured figure as the report has it."""
    note = measured.note
    if measured.ci95 is None and not note:
        of_one_text = measured.name.endswith(("bits_per_byte", "nats_per_token"))
        note = OF_ONE_TEXT if of_one_text else NO_INTERVAL
    return Metric(measured.value, measured.ci95, measured.n, measured.baseline, note)


class Weights(Struct, frozen=True):
    """Frozen weights."""

    sha256: str  # over parameters and buffers, by name
    parameters: int
    bytes: int
    file: str  # relative to the run's folder
    file_sha256: str = ""  # as `sha256sum` prints it; "" of a run of an earlier version


class RunSummary(Struct):
    """What the figures are of."""

    id: str
    seed: int = 0
    preset: str = ""
    data: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    software: dict[str, str] = {}
    machine: dict[str, str] = {}
    forked: Fork | None = None  # from another run
    release: Release | None = None  # of which run it is the next version
    ended: bool = False  # it went through all its stages
    stages: dict[str, str] = {}  # name: started, ended, or why it was skipped
    events: int = 0
    troubles: list[str] = []  # what could not be read, a line each


class Report(Struct):
    """The whole report."""

    metrics: dict[str, Metric]
    weights: dict[str, Weights]
    run: RunSummary


def build(folder: RunFolder) -> Report:
    """The report of a run as its log stands.

    Raises:
        UserError: the log can't be read.
    """
    report = Report({}, {}, RunSummary(folder.id, forked=folder.plan.forked, release=folder.plan.release))
    metrics, run = report.metrics, report.run
    busy = training = 0.0
    for record in read_all(folder.events):
        if isinstance(record.event, Stepped | Guessed) and record.event.stage == "pretrain":
            training += record.busy - busy
        busy, run.events = record.busy, record.seq + 1
        match record.event:
            case Stepped(stage="pretrain") as stepped:
                metrics["run/pretraining_steps"] = Metric(stepped.step, note=COUNTED)
                metrics["run/pretraining_tokens"] = Metric(stepped.tokens, note=COUNTED)
                metrics["run/pretraining_seconds"] = Metric(training, note=COUNTED)
            case Measured() as m:
                metrics[m.name] = of(m)
            case Validated(stage="pretrain") as v:
                note = "of a part of the validation text, until the exam has read all of it"
                metrics["pretrain/bits_per_byte"] = Metric(v.bits_per_byte, note=note)
            case WeightsFrozen() as w:
                report.weights[w.weights] = Weights(w.sha256, w.parameters, w.bytes, w.file, w.file_sha256)
            case ThreadsChosen(threads):
                run.machine = {**run.machine, "threads": str(threads)}
            case RunStarted() as s:
                run.seed, run.preset, run.data = s.seed, s.preset, s.data
                run.settings, run.software, run.machine = of_today(s.settings), s.software, s.machine
            case Forked() as f:
                run.settings, run.software, run.machine = of_today(f.settings), f.software, f.machine
            case StageStarted() as started:
                run.stages[started.stage] = "started"
            case StageEnded() as ended:
                run.stages[ended.stage] = "ended"
            case StageSkipped() as skipped:
                run.stages[skipped.stage] = f"skipped: {skipped.reason}"
            case RunEnded():
                run.ended = True
    metrics["run/compute_seconds"] = Metric(busy, note=COUNTED)
    try:
        peak = resources.load(folder).peak_memory_bytes
    except UserError as error:
        peak = 0
        run.troubles.append(str(error))
    if peak:
        metrics["run/peak_memory_bytes"] = Metric(peak, note=COUNTED)
    return report


def ordered(report: Report) -> Report:
    """The report with its metrics by name."""
    return Report(dict(sorted(report.metrics.items())), report.weights, report.run)


def encode(report: Report) -> bytes:
    """As indented JSON, metrics by name."""
    return msgspec.json.format(msgspec.json.encode(ordered(report)), indent=2) + b"\n"


def write(folder: RunFolder) -> Report:
    """Build the report and write it to `report.json`. Raises `OSError`, and `UserError` as `build`."""
    report = build(folder)
    write_atomically(folder.report, encode(report))
    return report
