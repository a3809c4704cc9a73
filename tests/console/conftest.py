"""A text to train on."""

from pathlib import Path

import pytest

from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing import write_documents


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.txt"
    path.write_text("\n\n".join(d.text for d in write_documents(make_world(0), 300, 0)), "utf-8")
    return path
