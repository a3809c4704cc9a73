"""Documents go through the filters before one's eyes; a kept one is followed as it cools."""

from pathlib import Path

import pytest
import recorded
from msgspec.structs import replace
from test_actions import scene_at
from watching import FakeControl, opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.commands import Continue
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.settings import FILTERS
from tui_trainer.ui.connection.feed import Arrived
from tui_trainer.ui.connection.inspector import Answer
from tui_trainer.ui.drawing.bars import heights
from tui_trainer.ui.panes.dataset import FOLLOWED
from tui_trainer.ui.renderers import verdicts
from tui_trainer.ui.renderers.filters_at_work import document
from tui_trainer.ui.run_files.documents import Documents, ShownDocument
from tui_trainer.ui.screens.rater.ledger import LedgerSheet
from tui_trainer.view import review
from tui_trainer.view.inspections import KEPT_POINTS, Trace

RECORDS = recorded.records()
READY = recorded.until(RECORDS, e.CorpusReady)
LEARNING = recorded.until(RECORDS, e.Guessed, 130)


def test_a_few_slowly_and_then_all() -> None:
    slowly = (2.6, 2.6)
    frames = [review.frame_at(seconds, slowly) for seconds in (0.0, 2.0, 2.7, 5.1, 5.3, 9.1)]
    assert [frame and (frame.kind, frame.number) for frame in frames] == [
        ("document", 0),
        ("document", 0),
        ("document", 1),
        ("document", 1),
        ("flood", 2),
        ("flood", 2),
    ]
    assert review.frame_at(9.3, slowly) is None
    first, second = frames[0], frames[1]
    assert first is not None and not first.judged and first.passed(7) == 0
    assert second is not None and second.judged and second.passed(7) == 7
    assert review.chosen([1, 2, 3, 4, 5], [10, 11, 12]) == [1, 10, 2, 11]
    assert review.chosen([1, 2, 3, 4, 5], [10]) == [1, 10, 2, 3]


def test_the_flood_counts_what_the_file_says(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", READY)
    documents = Documents(folder.corpus / "documents.jsonl").index()
    assert documents.first_dropped == {"spam": 3} and documents.first_kept[:4] == [0, 1, 2, 4]
    for first in (0, 4, 17, 40):
        verdicts = [documents.read(number) for number in range(first)]
        out = sum(document is not None and document.dropped_by == "spam" for document in verdicts)
        assert documents.tally(first) == {None: first - out, "spam": out}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_they_are_seen_at_work(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, READY, size=size) as (app, pilot):
        pane = app.dashboard.dataset
        await until(pilot, lambda: pane.documents is not None)
        now = 100.0
        app.scene.clock = lambda: now
        await pilot.press("1", "e")
        texts = []
        whole = sum(pane.at_work._seconds) + review.FLOOD_SECONDS
        for _ in range(int(whole / 0.4) + 2):
            app.tick()
            await pilot.pause()
            texts.append(" ".join(text_of(pane).split()))
            now += 0.4
        assert any("✓ kept" in text and "slowly" in text for text in texts)
        struck = [text for text in texts if "✗ struck out" in text]
        assert struck and all("sales words in 31 % of the text" in text for text in struck)
        assert any("✓ copies" in text and "struck out" not in text for text in texts)
        assert not any(
            "kept 40 of 40" in text or "kept 6,310 of" in text for text in texts
        )  # before the verdicts
        # While a few are shown, the figures stay those of all.
        assert not any("slowly" in text and ("copies 0" in text or "spam 0" in text) for text in texts)
        counts = [text for text in texts if "now all of them" in text]
        assert counts and any("40 documents" in text for text in counts)
        if size[0] < 100:  # the pane has the screen to itself
            assert any("harmful" in text and "shown only" in text for text in counts)
        assert "slowly" not in texts[-1] and "now all" not in texts[-1]  # it ends by itself
        await pilot.press("e")
        await pilot.press("e")
        assert pane.at_work.since is None


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_what_is_kept_is_said_once_there_are_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    read = recorded.until(RECORDS, e.SourceRead, 5)
    async with opened(tmp_path, monkeypatch, read, size=size) as (app, pilot):
        await pilot.press("1")
        assert "read 6,310 documents" in text_of(app.dashboard.dataset)
        app.post_message(Arrived(RECORDS[len(read) : len(read) + 1]))
        await until(pilot, lambda: "left 6,000 of 6,310" in text_of(app.dashboard.dataset))
        app.post_message(Arrived(READY[len(read) + 1 :]))
        await until(pilot, lambda: "kept 4,758" in text_of(app.dashboard.dataset))


@pytest.mark.parametrize("height", range(4, 24))
@pytest.mark.parametrize("width", [56, 80, 116])
def test_no_filter_is_cut_from_its_reasons(width: int, height: int) -> None:
    """Where there is no room for all, the last ones are whole."""
    rows = [row.text for row in verdicts.board(scene_at(READY), width, height)]
    assert len(rows) <= height and rows[0].startswith("The rater now is a row of filters")
    first = next(row for row in rows[1:] if row.strip())
    assert first.startswith("✗ "), rows


async def test_the_documents_are_opened_however_late_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log tells of the corpus before it stands in its place."""
    before = recorded.until(RECORDS, e.FilterApplied, 7)
    async with opened(tmp_path, monkeypatch, before) as (app, pilot):
        path = app.scene.folder.corpus / "documents.jsonl"
        content = path.read_bytes()
        path.unlink()
        app.post_message(Arrived(READY[len(before) :]))
        await until(pilot, lambda: app.scene.now.corpus is not None)
        assert app.dashboard.dataset.documents is None
        path.write_bytes(content)
        app.post_message(Arrived(RECORDS[len(READY) : len(READY) + 2]))
        await until(pilot, lambda: app.dashboard.dataset.documents is not None)


async def test_a_first_run_begins_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, READY) as (app, pilot):
        pane = app.dashboard.dataset
        await until(pilot, lambda: pane.documents is not None)
        assert pane.at_work.since is None
        app.scene.holding = True
        app.dashboard.tour(0)
        app.tick()
        await until(pilot, lambda: pane.at_work.since is not None and "slowly" in shown(app))


def test_what_is_harmful_is_counted_and_not_quoted() -> None:
    rows = [row.text for row in verdicts.board(scene_at(READY), 80, 40)]
    harmful = next(at for at, row in enumerate(rows) if "harmful" in row)
    assert "counted, and not quoted here" in rows[harmful]
    assert not any("break into" in row for row in rows)
    assert sum("“" in row for row in rows) >= 5  # of the others there is an example


async def test_one_step_back_from_some_documents_leads_to_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, READY, size=(80, 24)) as (app, pilot):
        pane = app.dashboard.dataset
        await until(pilot, lambda: pane.documents is not None)
        await pilot.press("1", "f")
        await until(pilot, lambda: "esc for all" in text_of(pane) and pane.seeks)
        await pilot.press("escape")
        await until(pilot, lambda: "esc for all" not in text_of(pane) and not pane.seeks)


@pytest.mark.parametrize("width", [28, 36, 40, 56, 76])
@pytest.mark.parametrize("of", [9, 12])
def test_which_document_it_is_and_why_it_goes_are_whole(width: int, of: int) -> None:
    reason = "its letters follow each other as in no language (-5.0 nats), and 0 of 12 words are small ones"
    shown = ShownDocument("11", "papers", "kfkh sfkdh", "gibberish", reason)
    frame = review.Frame("document", 10, 1.0)
    rows = [row.text for row in document(scene_at(READY), shown, frame, of, list(FILTERS), width, 12)]
    assert "…" not in "".join(rows) and f"11 of {of}" in rows[0] and "✗ struck out" in rows[0]
    assert reason in " ".join(" ".join(rows).split())


def test_a_document_stands_as_long_as_its_beginning_takes() -> None:
    assert review.seconds_for("a spam", "") == 2.6
    long = review.seconds_for("word " * 500, "sales words in 31 % of the text")
    assert (16 + 8) / (long / 60) <= 180


async def test_it_is_seen_to_its_end_before_the_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who leaves the tour at once sees what is done to the text, and nothing is learned meanwhile."""
    async with opened(tmp_path, monkeypatch, recorded.until(RECORDS, e.SourceRead, 5)) as (app, pilot):
        now, pane = 100.0, app.dashboard.dataset
        app.scene.clock = lambda: now
        app.scene.holding = True
        app.dashboard.tour(0)
        await pilot.press("escape")
        app.post_message(Arrived(recorded.until(RECORDS, e.Sampled)[app.scene.now.records :]))
        await until(pilot, lambda: pane.at_work.since is not None)
        app.tick()
        assert app.dashboard.current == 1 and app.scene.holding
        assert not any(isinstance(one, Continue) for one in FakeControl.last.sent)
        now += sum(pane.at_work._seconds) + review.FLOOD_SECONDS + 0.1
        app.tick()
        await until(pilot, lambda: Continue(pace=8.0) in FakeControl.last.sent)
        assert not app.scene.holding and app.dashboard.current != 1


async def test_the_document_that_is_followed_cools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, LEARNING, size=(120, 40)) as (app, pilot):
        pane = app.dashboard.dataset
        await until(pilot, lambda: pane.documents is not None and "document" in app.scene.looks.seen)
        text = app.scene.looks.seen["document"].look.text
        followed = recorded.looked(Look(text)).ends
        monkeypatch.setattr(app.inspector, "follow", lambda wishes: None)  # nobody is asked meanwhile
        await pilot.press("1", "z")
        for step, loss in ((1, 7.5), (100, 3.0), (400, 1.5), (800, 0.5)):
            looked = Looked(followed, tuple(loss for _ in followed), (), stage="pretrain", step=step)
            app.post_message(Answer("document", Look(text), looked))
            await until(pilot, lambda step=step: pane.trace.points[-1][0][2] == step)
        falls = [loss for moment, loss in pane.trace.points if moment[2] in (1, 100, 400, 800)]
        assert falls == [7.5, 3.0, 1.5, 0.5] == sorted(falls, reverse=True)
        await until(pilot, lambda: "0.50 at step 800" in text_of(pane))
        line = next(row for row in text_of(pane).split("\n") if "0.50 at step 800" in row)
        assert "it cools: " in line and "▁ 0.50" in line
        at = pane.at
        await pilot.press("2")
        await pilot.press("1")
        assert pane.at == at and pane.documents is not None
        document = pane.documents.read(at)
        assert document is not None and document.dropped_by is None
        await pilot.press("n")
        assert "it cools" not in text_of(pane)  # another one


def test_a_trace_is_of_one_text_and_bounded() -> None:
    trace = Trace()
    for step in range(3 * KEPT_POINTS):
        trace.take(1, (None, "pretrain", step), 1.0 / (step + 1))
    assert len(trace.points) <= KEPT_POINTS and trace.points[0][0][2] == 0
    assert trace.has(1, trace.points[-1][0]) and trace.points[-1][0][2] == 3 * KEPT_POINTS - 1
    trace.take(2, (None, "pretrain", 5), 2.0)
    assert trace.points == [((None, "pretrain", 5), 2.0)]
    assert heights([8, 4, 1], 24) == "█▄▁" and heights([], 5) == "" and len(heights([3.0] * 99, 10)) == 10
    assert FOLLOWED > 500


def test_the_ledger_tells_of_what_is_not_shown() -> None:
    rows = " ".join(" ".join(row.text for row in LedgerSheet(scene_at(RECORDS)).rows(76)).split())
    assert "141 documents of this run went out as harmful" in rows and "not shown" in rows
    seen = replace(RECORDS[0])
    assert "harmful" not in " ".join(r.text for r in LedgerSheet(scene_at([seen])).rows(76))
