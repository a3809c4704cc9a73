"""Texts ranked by words, against the formula written out; and what is started for it."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui_trainer.serving.ranking import Index

TEXTS = [["a", "town", "on", "a", "river"], ["a", "river"], ["cheese", "of", "the", "town", "town"]]


def test_scores_are_bm25s() -> None:
    words, k1, b = ["river", "town"], 1.5, 0.75
    mean = sum(map(len, TEXTS)) / len(TEXTS)
    expected = [0.0] * len(TEXTS)
    for word in words:
        has = sum(word in text for text in TEXTS)
        rare = math.log(1 + (len(TEXTS) - has + 0.5) / (has + 0.5))
        for at, text in enumerate(TEXTS):
            often = text.count(word)
            expected[at] += rare * often / (often + k1 * (1 - b + b * len(text) / mean))
    assert Index(TEXTS).scores(words).tolist() == pytest.approx(expected, rel=1e-5)


def test_nothing_matches_where_there_is_nothing_and_no_word_of_it() -> None:
    assert Index([]).scores(["river"]).tolist() == []
    assert Index(TEXTS).scores(["lake"]).tolist() == [0, 0, 0]
    assert Index(TEXTS).scores([]).tolist() == [0, 0, 0]


def test_no_gpu_is_taken_for_it(tmp_path: Path) -> None:
    """A machine with JAX and a GPU: notes took most of its memory, and failed where there was none left."""
    (tmp_path / "jax").mkdir()
    (tmp_path / "jax" / "__init__.py").write_text("")
    (tmp_path / "jax" / "lax.py").write_text(
        "import os\nprint('starts on', os.environ.get('JAX_PLATFORMS'))\ndef top_k(scores, k): pass\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "JAX_PLATFORMS"}
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    ran = subprocess.run(
        [sys.executable, "-c", "from tui_trainer.serving.ranking import Index; Index([['a']])"],
        env={**environment, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ran.stdout, ran.returncode) == ("starts on cpu\n", 0), ran.stderr
