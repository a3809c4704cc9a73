"""The report of a run, finished or not."""

import msgspec

from tui_trainer.messages.events import (
    Measured,
    Noticed,
    RunEnded,
    RunStarted,
    StageEnded,
    StageSkipped,
    StageStarted,
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
    assert written["metrics"]["base/sums"] == {"value": 0.25, "ci95": [0.1, 0.4], "n": 40, "baseline": 0.1}
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
