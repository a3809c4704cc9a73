"""Text that would take over the terminal, through every pane that shows foreign text."""

import cProfile
import gc
import os
import re
import signal
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import recorded
from pseudo_terminal import Terminal
from rich.cells import cell_len
from textual.screen import Screen
from watching import opened, shown, until

from tui_trainer.experiments.cultures import Cultures
from tui_trainer.messages import events as e
from tui_trainer.messages.comparison import Answers, Compared, Comparison, Side, Verdict
from tui_trainer.messages.events import Event, Record
from tui_trainer.messages.rater_panel import Annotator, Exam, Gathered, RaterPanel
from tui_trainer.sanitize import LONGEST
from tui_trainer.ui import app as studio
from tui_trainer.ui.panes.conversation import Turn
from tui_trainer.ui.run_files.documents import Documents
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.experiments import comparison
from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen
from tui_trainer.ui.screens.experiments.cultures import MakingCultures
from tui_trainer.ui.screens.model.exam import ExamSheet
from tui_trainer.ui.screens.model.samples import Samples
from tui_trainer.ui.screens.rater import rater_panel as panel
from tui_trainer.ui.screens.rater.ledger import LedgerSheet
from tui_trainer.ui.screens.rater.prompts import Prompts
from tui_trainer.ui.screens.rater.rater_panel import RaterPanelSheet
from tui_trainer.ui.screens.rater.reward_model import RewardModelSheet
from tui_trainer.ui.screens.rater.simulate import Simulate
from tui_trainer.ui.screens.runs.branch import Branch
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.ui.terminal.flow_control import ASK
from tui_trainer.view.fold import apply_all

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
    "before or after": recorded.until(RECORDS, e.PairOffered, 2, blind=True),
    "done": RECORDS,
}


@pytest.fixture(autouse=True)
def freed() -> Iterator[None]:
    """A hundred texts of a megabyte each are gone before the next test makes as many."""
    yield
    gc.collect()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_nothing_acts_or_hides(moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, []) as (app, pilot):
        apply_all(app.scene.state, MOMENTS[moment])
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


def line_of(characters: int) -> str:
    return (EVIL.replace("\n", " ") * (characters // len(EVIL) + 1))[:characters]


LINE = line_of(1_000_000)
SCREENFUL = line_of(2 * LONGEST)  # more than is ever drawn; what is longer must cost no more


def with_long_lines(records: list[Record], text: str = LINE) -> list[Record]:
    """The records with a long line wherever the newest event of each kind has a text."""
    newest = {type(r.event): r.seq for r in records}
    return [
        Record(r.v, r.seq, r.t, r.busy, poisoned(r.event, text)) if newest[type(r.event)] == r.seq else r  # type: ignore[arg-type]  # of AnyEvent
        for r in records
    ]


class Calls:
    """Counts calls of functions in this thread, Python's and C's: the same number on any machine."""

    def __init__(self) -> None:
        self.counted: list[int] = []

    @contextmanager
    def counting(self) -> Iterator[None]:
        profile = cProfile.Profile()
        profile.enable()
        try:
            yield
        finally:
            profile.disable()
        self.counted.append(sum(entry.callcount for entry in profile.getstats()))


def assert_no_more_than(long: Calls, short: Calls) -> None:
    """A few timers fire or don't while a picture is drawn; a line drawn whole is 25 times a screenful."""
    assert len(long.counted) == len(short.counted) > 0
    both = list(zip(long.counted, short.counted, strict=True))
    assert [(a, b) for a, b in both if a >= 2 * b] == [], both


def assert_harmless(screen: str, size: tuple[int, int], where: str = "") -> None:
    bad = {c for c in screen if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")}
    assert not bad, (where, size, bad)
    rows = screen.split("\n")
    assert len(rows) == size[1] and {cell_len(row) for row in rows} == {size[0]}, where


async def test_a_line_for_the_person_hides_no_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, []) as (app, pilot):
        app.say(LINE)
        await pilot.pause()
        (toast,) = app.query("Toast")
        assert 0 < toast.size.height <= 12
        assert_harmless(shown(app), (120, 40))


async def draw_all(moment: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every pane and two sheets with this text wherever text can stand; what each of them cost."""
    records, calls = with_long_lines(MOMENTS[moment], text), Calls()
    async with opened(tmp_path, monkeypatch, []) as (app, pilot):
        line = {"id": text, "source": text, "text": text, "dropped_by": text, "reason": text}
        path = app.scene.folder.corpus / "documents.jsonl"
        path.write_bytes(msgspec.json.encode({k: v.replace("\ud800", "") for k, v in line.items()}) + b"\n")
        app.dashboard.dataset.open(Documents(path).index())
        apply_all(app.scene.state, records)
        app.dashboard.chat.conversation.add(Turn("you", text))
        app.dashboard.chat.conversation.add(Turn("aligned", text, sha256=text))
        app.say(text)
        for size in ((120, 40), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for number in range(1, 6):
                app.dashboard.go(number, guided=True)
                with calls.counting():
                    app.tick()
                    app.dashboard.pane(number).refresh(layout=True)
                    app.dashboard.redraw_all()
                    await pilot.pause()
                    screen = shown(app)
                assert_harmless(screen, size)
        for key in ("m", "j") if app.scene.state.examined else ("j",):
            with calls.counting():
                await pilot.press(key)
                await pilot.pause()
            assert isinstance(app.screen, Sheet)
            assert_harmless(shown(app), size)
            await pilot.press("escape")
    return calls


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_line_of_a_megabyte_is_one_line(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "TICK_SECONDS", 1e6)  # else the slower the machine, the more pictures
    short, long = [await draw_all(moment, t, tmp_path, monkeypatch) for t in (SCREENFUL, LINE)]
    assert_no_more_than(long, short)


SHEETS: dict[str, Callable[[Scene], Screen[Any]]] = {
    "taste": RewardModelSheet,
    "ledger": LedgerSheet,
    "prompts": lambda scene: Prompts(scene, lambda *edit: None),
    "a prompt being edited": lambda scene: Ask(
        "Another prompt in its place", next(iter(scene.state.prompts))
    ),
    "a room of raters": RaterPanelSheet,
    "two models": ComparisonScreen,
    "two cultures": lambda scene: MakingCultures(scene, Cultures(scene.folder, ("polite", "short"))),
    "a simulated rater": Simulate,
    "branch": Branch,
    "exam": ExamSheet,
    "samples": Samples,
}


def foreign(said: str) -> tuple[Compared, Gathered]:
    """What other processes say, with text of others wherever text can stand."""
    side = Side(said, "aligned", said, said)
    verdict = Verdict(said, 0.7, (0.6, 0.8), 160)
    exam = Exam(6, 12, 0.5, None)
    annotators = (Annotator(said, False, 12, exam, exam), Annotator("polite", True, 12, exam, exam))
    panel = RaterPanel(12, 6, 0.2, {said: {said: 0.7, "polite": 0.4}}, annotators)
    found = Comparison(side, side, (Answers(said, said, said),), (verdict,))
    return Compared(found), Gathered(panel)


async def open_sheets(
    sheets: Iterable[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Calls]:
    """Sheets with this text wherever text can stand, in two sizes; what each of them cost."""
    two_models, a_room = foreign(said)

    async def ask(*order: object) -> Compared | Gathered:
        return a_room if order[-1] is Gathered else two_models

    monkeypatch.setattr(comparison, "ask", ask)
    monkeypatch.setattr(panel, "ask", ask)
    texts = (said, said + "2", said + "3")
    more = [
        e.PromptsListed(texts),
        e.RewardModelFitted(
            *(9, {said: (0.5, 0.1)}, 0.7, (0.6, 0.8)),
            best=tuple(e.Valued(text, text, 1.0) for text in texts),
            least=tuple(e.Valued(text, text, -1.0) for text in texts),
        ),
    ]
    records = RECORDS if said is EVIL else with_long_lines(recorded.records(), said)
    records = [*records[:-1], *(Record(records[0].v, 0, records[-1].t, 0.0, event) for event in more)]
    cost = {sheet: Calls() for sheet in sheets}
    async with opened(tmp_path, monkeypatch, recorded.records()) as (app, pilot):
        apply_all(app.scene.state, records)
        for size in ((120, 40), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for sheet, calls in cost.items():
                with calls.counting():
                    await app.push_screen(SHEETS[sheet](app.scene))
                    await pilot.pause()
                    await pilot.pause()
                    for key in ("down", "pagedown", "up"):
                        assert_harmless(shown(app), size, sheet)
                        await pilot.press(key)
                await pilot.press("escape")
                await until(pilot, lambda: app.screen is app.dashboard)
    return cost


@pytest.mark.parametrize("sheets", [tuple(SHEETS)[:5], tuple(SHEETS)[5:]], ids=", ".join)
async def test_sheets_of_foreign_text(
    sheets: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_sheets(sheets, EVIL, tmp_path, monkeypatch)
    monkeypatch.setattr(studio, "TICK_SECONDS", 1e6)
    short, long = [await open_sheets(sheets, said, tmp_path, monkeypatch) for said in (SCREENFUL, LINE)]
    for sheet in sheets:
        assert_no_more_than(long[sheet], short[sheet])


# What Textual and the glass send: moves, colors, modes, questions, the mouse's shape; nothing for a title.
OURS = re.compile(r"\x1b\[(?:[0-9;]*[HmC]|\?[0-9;]+[hl]|\?[0-9;]+\$p|>[0-9;]+u|<u)|\x1b\]22;[a-z]+\x07")


def unlike_ours(output: bytes) -> set[str]:
    """Control and format characters in it that are none of ours, with what follows them."""
    text = OURS.sub("", output.decode().replace(ASK, ""))
    return {
        text[at : at + 20]
        for at, c in enumerate(text)
        if c not in "\r\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")
    }


@pytest.mark.parametrize("moment", ["asking", "before or after"])
@pytest.mark.parametrize("said", [EVIL, LINE], ids=["evil", "long"])
def test_no_foreign_escape_reaches_a_real_terminal(said: str, moment: str, tmp_path: Path) -> None:
    from tui_trainer.run.storage.log import LogWriter

    folder = recorded.write_run(tmp_path / "run", [])
    writer = LogWriter(folder.events, 0, 0)
    for record in with_long_lines(MOMENTS[moment]) if said is LINE else MOMENTS[moment]:
        writer.append(record.event, record.busy)
    writer.append(e.PromptsListed((said,)), 0.0)
    writer.close()
    evil = said.encode("utf-8", "replace").decode()
    text = evil if said is LINE else evil * 2000
    line = {"id": evil, "source": evil, "text": text, "dropped_by": evil, "reason": evil}
    (folder.corpus / "documents.jsonl").write_bytes(msgspec.json.encode(line) + b"\n")
    terminal = Terminal(folder.path, "view")
    terminal.wait_for("The trainer has stopped")
    for key in ("12345", "\x1b", *"z1z2z3z4z5", "\x1b", *"m\x1bj\x1b4R\x1bL\x1bP", "e", "\x1b", "\x1b"):
        terminal.key(key, 0.0)
        terminal.settle()
    os.kill(terminal.process, signal.SIGTERM)
    assert terminal.ended() == 0
    assert unlike_ours(terminal.output) == set()
