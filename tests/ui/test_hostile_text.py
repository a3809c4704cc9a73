"""Text that would take over the terminal, through every pane that shows foreign text."""

import os
import re
import signal
import time
import unicodedata
from pathlib import Path

import msgspec
import pytest
import recorded
from pseudo_terminal import Terminal
from rich.cells import cell_len
from watching import opened, shown

from tui_trainer import events as e
from tui_trainer.events import Event, Record
from tui_trainer.ui.documents import Documents
from tui_trainer.ui.panes.conversation import Turn
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.ui.under_way import ASK

EVIL = (
    "\x1b]52;c;ZXZpbA==\x07\x9b31m\x1b[2J[bold][/][@click=app.quit]x[/]"
    "\u202e\u200b\ud800漢👍🏽e\u0301\u0316\u0316\n\r\t"
)


def poisoned(event: Event, evil: str = EVIL) -> Event:
    """The event with hostile text wherever text can come from outside."""

    def poison(value: object, name: str) -> object:
        known = {"stage", "level", "choice", "weights", "preset", "run", "mode"}
        if isinstance(value, str):
            return value if name in known else evil + value
        if isinstance(value, msgspec.Struct):
            return poisoned(value, evil)  # type: ignore[arg-type]  # also of parts of events
        if isinstance(value, tuple):
            return tuple(poison(item, name) for item in value)
        return value

    if isinstance(event, e.RunStarted):
        return event
    fields = {f.name: poison(getattr(event, f.name), f.name) for f in msgspec.structs.fields(event)}
    if isinstance(event, e.CorpusReady | e.RewardModelFitted):
        dicts = {
            k: {evil + name: v for name, v in d.items()} for k, d in fields.items() if isinstance(d, dict)
        }
        fields |= dicts
    return type(event)(**fields)


RECORDS = [
    Record(r.v, r.seq, r.t, r.busy, poisoned(r.event))  # type: ignore[arg-type]  # of AnyEvent
    for r in recorded.records()
]
MOMENTS = {
    "data": recorded.until(RECORDS, e.FilterApplied, 7),
    "pretrain": recorded.until(RECORDS, e.Guessed, 60),
    "asking": recorded.until(RECORDS, e.PairOffered, 3),
    "reinforcing": recorded.until(RECORDS, e.Reinforced, 12),
    "done": RECORDS,
}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_nothing_acts_or_hides(moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, []) as (app, pilot):
        app.scene.state.apply_all(MOMENTS[moment])
        seen = ""
        for size in ((120, 40), (80, 24)):
            await pilot.resize_terminal(*size)
            for number in range(1, 6):
                app.dashboard.go(number, guided=True)
                app.tick()
                app.dashboard.redraw_all()
                await pilot.pause()
                screen = shown(app)
                bad = {c for c in screen if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")}
                assert not bad, (size, number, bad)
                seen += screen
        assert "␛" in seen  # it was drawn, not left out


LINE = (EVIL.replace("\n", " ") * (1_000_000 // len(EVIL) + 1))[:1_000_000]
DRAWN_IN = 2.0  # seconds, at most, for one pane with such lines: nobody waits for a megabyte


def with_long_lines(records: list[Record]) -> list[Record]:
    """The records with a line of a megabyte wherever the newest event of each kind has a text."""
    newest = {type(r.event): r.seq for r in records}
    return [
        Record(r.v, r.seq, r.t, r.busy, poisoned(r.event, LINE)) if newest[type(r.event)] == r.seq else r  # type: ignore[arg-type]  # of AnyEvent
        for r in records
    ]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_line_of_a_megabyte_is_one_line(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = with_long_lines(MOMENTS[moment])
    async with opened(tmp_path, monkeypatch, []) as (app, pilot):
        line = {"id": LINE, "source": LINE, "text": LINE, "dropped_by": LINE, "reason": LINE}
        path = app.scene.folder.corpus / "documents.jsonl"
        path.write_bytes(msgspec.json.encode({k: v.replace("\ud800", "") for k, v in line.items()}) + b"\n")
        app.dashboard.dataset.open(Documents(path).index())
        app.scene.state.apply_all(records)
        app.dashboard.chat.conversation.add(Turn("you", LINE))
        app.dashboard.chat.conversation.add(Turn("aligned", LINE, sha256=LINE))
        app.say(LINE)
        slowest = 0.0
        for size in ((120, 40), (80, 24)):
            await pilot.resize_terminal(*size)
            for number in range(1, 6):
                app.dashboard.go(number, guided=True)
                began = time.thread_time()
                app.tick()
                app.dashboard.pane(number).refresh(layout=True)
                app.dashboard.redraw_all()
                await pilot.pause()
                screen = shown(app)
                slowest = max(slowest, time.thread_time() - began)
                bad = {c for c in screen if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")}
                assert not bad, (size, number, bad)
                rows = screen.split("\n")
                assert len(rows) == size[1] and {cell_len(row) for row in rows} == {size[0]}
        for key in ("m", "j"):
            began = time.thread_time()
            await pilot.press(key)
            await pilot.pause()
            slowest = max(slowest, time.thread_time() - began)
            assert isinstance(app.screen, Sheet)
            assert not any(
                unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") for c in shown(app) if c != "\n"
            )
            await pilot.press("escape")
        assert slowest < DRAWN_IN


# What Textual and the glass send: moves, colours, modes, questions, the mouse's shape; nothing for a title.
OURS = re.compile(r"\x1b\[(?:[0-9;]*[HmC]|\?[0-9;]+[hl]|\?[0-9;]+\$p|>[0-9;]+u|<u)|\x1b\]22;[a-z]+\x07")


def unlike_ours(output: bytes) -> set[str]:
    """Control and format characters in it that are none of ours, with what follows them."""
    text = OURS.sub("", output.decode().replace(ASK, ""))
    return {
        text[at : at + 20]
        for at, c in enumerate(text)
        if c not in "\r\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")
    }


def test_no_foreign_escape_reaches_a_real_terminal(tmp_path: Path) -> None:
    from tui_trainer.run.log import LogWriter

    folder = recorded.write_run(tmp_path / "run", [])
    writer = LogWriter(folder.events, 0, 0)
    for record in MOMENTS["asking"]:
        writer.append(record.event, record.busy)
    writer.close()
    evil = EVIL.encode("utf-8", "replace").decode()
    line = {"id": evil, "source": evil, "text": evil * 2000, "dropped_by": evil, "reason": evil}
    (folder.corpus / "documents.jsonl").write_bytes(msgspec.json.encode(line) + b"\n")
    terminal = Terminal(folder.path, "view")
    terminal.wait_for("The trainer has stopped")
    for key in "12345z1z2z3z4z5m":
        terminal.key(key, 0.05)
    terminal.read(0.3)
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()
    assert unlike_ours(terminal.output) == set()
