"""Stages of thirty steps."""

from tui_trainer import settings

SETTINGS = settings.load(
    assignments=[
        "pretrain.steps=30",
        "pretrain.batch=4",
        "pretrain.measure_every=5",
        "finetune.steps=30",
        "finetune.measure_every=5",
        "finetune.pair_rows=2",
    ],
    environ={},
)
