"""Text that would take over the terminal, through every pane that shows foreign text."""

import os
import re
import signal
import unicodedata
from pathlib import Path

import msgspec
import pytest
import recorded
from pseudo_terminal import Terminal
from watching import opened, shown

from tui_trainer import events as e
from tui_trainer.events import Event, Record
from tui_trainer.ui.under_way import ASK

EVIL = (
    "\x1b]52;c;ZXZpbA==\x07\x9b31m\x1b[2J[bold][/][@click=app.quit]x[/]"
    "\u202e\u200b\ud800漢👍🏽e\u0301\u0316\u0316\n\r\t"
)


def poisoned(event: Event) -> Event:
    """The event with hostile text wherever text can come from outside."""

    def poison(value: object, name: str) -> object:
        known = {"stage", "level", "choice", "weights", "preset", "run", "mode"}
        if isinstance(value, str):
            return value if name in known else EVIL + value
        if isinstance(value, msgspec.Struct):
            return poisoned(value)  # type: ignore[arg-type]  # also of parts of events
        if isinstance(value, tuple):
            return tuple(poison(item, name) for item in value)
        return value

    if isinstance(event, e.RunStarted):
        return event
    fields = {f.name: poison(getattr(event, f.name), f.name) for f in msgspec.structs.fields(event)}
    if isinstance(event, e.CorpusReady | e.RewardModelFitted):
        dicts = {
            k: {EVIL + name: v for name, v in d.items()} for k, d in fields.items() if isinstance(d, dict)
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
