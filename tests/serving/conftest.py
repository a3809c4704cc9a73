"""A run that has frozen base and tuned weights, of a model small enough to be made for every test."""

from pathlib import Path

import msgspec
import pytest
import torch
from frozen_run import freeze

from tui_trainer.corpus import summary
from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.summary import Summary
from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.run.storage.folder import RunFolder, create
from tui_trainer.run.storage.plan import Plan
from tui_trainer.settings import Settings

TEXT = "Ada lives in Oster and keeps a heron. The fair of Oster was won by Bo. Größe, naïve, 東京. " * 20


def random_model(vocabulary: int, seed: int, context: int = 64) -> Transformer:
    """All matrices filled, so that its answers are long, odd and depend on everything."""
    model = Transformer(Shape(vocabulary, layers=2, width=32, heads=2, context=context), seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3, generator=generator)
    return model


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = create(tmp_path / "runs", Plan(Settings()))
    tokenizer = train_bpe([TEXT], 320)
    folder.corpus.mkdir()
    tokenizer.save(folder.corpus / "tokenizer.json")
    pair = Pair("Where does Ada live?", "In Oster.", "fact")
    (folder.corpus / "pairs.jsonl").write_bytes(msgspec.json.encode(pair) + b"\n")
    summary.write(folder.corpus, Summary({}, 0, [], [], []))
    for seed, weights in enumerate(("base", "tuned")):
        freeze(folder, weights, random_model(tokenizer.size, seed))
    return folder
