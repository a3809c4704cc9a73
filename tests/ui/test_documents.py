"""Reading single documents from the disk."""

from pathlib import Path

import pytest
import recorded
from test_actions import scene_at

from tui_trainer.files import open_own
from tui_trainer.messages.events import VERSION, Record, SourceRead
from tui_trainer.ui.panes.dataset import ROOM_FOR_READER, DatasetPane
from tui_trainer.ui.run_files import documents as shown
from tui_trainer.ui.run_files.documents import Documents, Wanted


def test_walking_through_all_and_only_the_dropped(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", [])
    documents = Documents(folder.corpus / "documents.jsonl").index()
    assert len(documents) == 40 and documents.tally(40)[None] == 32
    assert documents.next(0, 1, Wanted()) == 1
    assert documents.next(0, -1, Wanted()) == 39
    assert documents.next(0, 1, Wanted(dropped=True)) == 3
    assert documents.next(38, 1, Wanted(dropped=True)) == 3
    found = documents.read(3)
    assert found is not None and found.dropped_by == "spam" and "31 %" in found.reason
    kept = documents.read(39)
    assert kept is not None and kept.id == "web-00039" and kept.dropped_by is None


def test_a_torn_or_missing_file_is_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "documents.jsonl"
    assert len(Documents(path).index()) == 0
    path.write_bytes(b'{"id":"a","source":"web","text":"x"}\n{"id":"b","sou')
    documents = Documents(path).index()
    assert len(documents) == 1
    path.write_bytes(b"")
    assert documents.read(0) is None


def test_by_filter_source_and_words(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", [])
    documents = Documents(folder.corpus / "documents.jsonl").index()
    assert documents.filters == [None, "spam"] and documents.sources == ["web", "books", "forum"]
    assert documents.next(3, 1, Wanted(filter="spam")) == 8
    assert documents.next(0, 1, Wanted(source="forum")) == 2
    assert documents.next(0, 1, Wanted(filter="spam", source="forum")) == 8
    assert documents.next(0, 1, Wanted(text="GLASS kite")) == 1
    assert documents.next(0, 1, Wanted(text="cheap", source="web")) == 3
    assert documents.next(0, 1, Wanted(text="nowhere")) is None
    assert documents.rank(8, Wanted(filter="spam")) == (2, 8)


def test_words_are_looked_for_in_the_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded.write_run(tmp_path / "run", [])
    documents = Documents(folder.corpus / "documents.jsonl").index()
    opened = list[Path]()
    monkeypatch.setattr(shown, "open_own", lambda path: opened.append(path) or open_own(path))
    rare, none = Wanted(text="CHEAP"), Wanted(text="[bold].*(")
    fits = [number for number in range(40) if documents.next(number - 1, 1, rare) == number]
    assert fits and documents.rank(fits[-1], rare) == (len(fits), len(fits))
    assert documents.next(fits[0], -1, rare) == fits[-1]
    assert documents.next(0, 1, none) is None and documents.rank(5, none) == (0, 0)
    assert len(opened) == 2
    documents.path.write_bytes(b"\xff\n" * 9_000)
    assert documents.next(0, 1, Wanted(text="kite")) is None


def test_beside_a_document_all_sources_are_to_be_seen(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", [])
    more = [SourceRead(name, 1200, 90_000) for name in ("letters", "mail")]
    records = [*recorded.records()[:40], *(Record(VERSION, 0, 0, 0, event) for event in more)]
    pane = DatasetPane(scene_at(records))
    pane.documents = Documents(folder.corpus / "documents.jsonl").index()
    for width, height in ((34, 15), (56, 12)):
        rows = [row.text.rstrip() for row in pane.lines(width, height)]
        text = " ".join(rows)
        for name, read in pane.scene.state.sources.items():
            assert f"{name} {read.documents:,}" in text
        first = next(number for number, row in enumerate(rows) if "1 of 40" in row)
        assert len(rows) - first >= ROOM_FOR_READER and not any("…" in row for row in rows[:first])
