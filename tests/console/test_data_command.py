"""`tui-trainer data`: figures that add up."""

import json
from pathlib import Path

import pytest

from tui_trainer import cli
from tui_trainer.console import corpus
from tui_trainer.messages import events as e

Capture = pytest.CaptureFixture[str]

EVENTS = [
    e.Noticed("skipped a\x1b[2Jb.bin: binary"),
    e.CrawlRead("a\x1b[2Jb.warc.gz", 9, 4_000, 900, refused=3, limited=0),
    e.SourceRead("web", 10, 1000),
    e.SourceRead("books", 4, 500),
    e.FilterApplied("spam", 14, 5, 400, "Buy\nnow \x1b[31m", "3 of 4 words sell"),
    e.FilterApplied("harmful", 9, 0, 0),
    e.CorpusReady(512, {"web": 300, "books": 100}, 40, {"web": 1.0, "books": 3.0}, 2.5),
    e.Measured("corpus/spam/precision", 1.0, (0.5, 1.0), 5, 0.3),
]


def test_what_is_read_is_dropped_or_kept() -> None:
    shown = corpus.summary(EVENTS, {"web": 0.5})
    assert shown.documents == {"read": 14, "dropped": 5, "kept": 9}
    assert [(s.source, s.kept, s.tokens, s.share) for s in shown.sources] == [
        ("web", 5, 300, 0.5),
        ("books", 4, 100, 0.5),
    ]
    assert shown.tokens == {"train": 400, "validation": 40}
    assert shown.metrics["corpus/spam/precision"].n == 5


def test_it_is_shown_with_an_example_and_the_reason() -> None:
    shown = corpus.text(corpus.summary(EVENTS, {"web": 0.5}))
    assert "\x1b" not in shown
    assert "3 of 4 words sell" in shown
    assert "Buy↵now" in shown
    assert "b.warc.gz: 9 pages of the web, 900 B of text in 4.00 kB; the crawl left out: 3 refused" in shown
    assert "14 documents read, 5 dropped, 9 kept: 400 tokens to train on" in shown


def test_the_command_on_own_text(capsys: Capture, book: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(bytes(range(256)) * 10)
    arguments = ["data", "--data", str(book), str(tmp_path / "picture.png"), "--json"]
    with pytest.raises(SystemExit) as exit:
        cli.main([*arguments, "--set", "data.filters=false"])
    assert not exit.value.code
    shown = json.loads(capsys.readouterr().out)
    assert shown["documents"]["kept"] == shown["documents"]["read"] > 0
    assert shown["filters"] == []
    assert shown["tokens"]["train"] > 2000
    assert any("picture.png" in notice for notice in shown["notices"])
