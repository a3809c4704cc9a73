"""The report of a run, finished or not."""

import msgspec

from tui_trainer.messages.events import (
    Guessed,
    Measured,
    Noticed,
    RunEnded,
    RunStarted,
    StageEnded,
    StageSkipped,
    StageStarted,
    Stepped,
    Validated,
    WeightsFrozen,
)
from tui_trainer.run.storage import report, resources
from tui_trainer.run.storage.log import LogWriter

EVENTS = [
    RunStarted("r", 3, "quick", {"data": {}}, ("/a.txt",), {"torch": "2"}, {"threads": "2"}),
    StageStarted("pretrain", 10),
    Validated("pretrain", 0, 7.0, 3.5, 7.6),
    Validated("pretrain", 10, 2.0, 1.5, 7.6),
    WeightsFrozen("base", "ab" * 32, 10, 99, "weights/base.safetensors", "cd" * 32),
    Measured("base/sums", 0.25, (0.1, 0.4), 40, 0.1),
    StageEnded("pretrain"),
    StageSkipped("finetune", "no pairs"),
    Noticed("by the way"),
    Measured("pretrain/bits_per_byte", 1.25, n=1000),
    RunEnded(),
]


def test_report(new_run):
    folder = new_run()
    writer = LogWriter(folder.events, 0, 0)
    for event in EVENTS[:4]:
        writer.append(event, 2.5)
    early = report.build(folder)
    assert early.metrics["pretrain/bits_per_byte"].value == 1.5
    assert not early.run.ended and early.run.stages == {"pretrain": "started"}
    assert "run/peak_memory_bytes" not in early.metrics
    for event in EVENTS[4:]:
        writer.append(event, 7.25)
    resources.record(folder, 1000)
    resources.record(folder, 500)
    report.write(folder)
    written = msgspec.json.decode(folder.report.read_bytes())
    assert written["metrics"]["base/sums"] == {
        "value": 0.25,
        "ci95": [0.1, 0.4],
        "n": 40,
        "baseline": 0.1,
        "note": "",
    }
    # What has no interval says why.
    assert all((metric["ci95"] is None) == bool(metric["note"]) for metric in written["metrics"].values())
    assert written["metrics"]["pretrain/bits_per_byte"]["value"] == 1.25
    assert written["metrics"]["run/compute_seconds"]["value"] == 7.25
    assert written["metrics"]["run/peak_memory_bytes"]["value"] == 1000
    assert written["weights"]["base"] == {
        "sha256": "ab" * 32,
        "parameters": 10,
        "bytes": 99,
        "file": "weights/base.safetensors",
        "file_sha256": "cd" * 32,
    }
    assert written["run"]["stages"] == {"pretrain": "ended", "finetune": "skipped: no pairs"}
    assert written["run"]["ended"] and written["run"]["seed"] == 3 and written["run"]["events"] == len(EVENTS)
    assert list(written["metrics"]) == sorted(written["metrics"])


def test_a_run_that_has_not_begun(new_run):
    folder = new_run()
    assert report.build(folder).metrics["run/compute_seconds"].value == 0


def test_seconds_of_training_leave_out_evaluations(new_run):
    folder = new_run()
    writer = LogWriter(folder.events, 0, 0)
    step = (Stepped("pretrain", n, 2.0, 0.02, 1.0, 100 * n, 0.0) for n in (1, 2, 3))
    for busy, event in (
        (1.0, Validated("pretrain", 0, 7.0, 3.5, 7.6)),
        (1.5, next(step)),
        (1.75, Guessed("pretrain", 1, "", "", 0.5, ())),
        (2.25, next(step)),
        (9.0, Validated("pretrain", 2, 2.0, 1.5, 7.6)),
        (9.5, next(step)),
        (20.0, Measured("pretrain/bits_per_byte", 1.25, n=1000)),
    ):
        writer.append(event, busy)
    metrics = report.build(folder).metrics
    assert metrics["run/pretraining_seconds"].value == 0.5 + 0.25 + 0.5 + 0.5
    assert metrics["run/pretraining_steps"].value == 3
    assert metrics["run/pretraining_tokens"].value == 300
