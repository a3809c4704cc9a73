"""Experiments on the screen: the list, the question, the run in front of the viewer, the verdict."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import recorded
from watching import opened, shown, until

from tui_trainer.experiments.catalog import CATALOG, NAMES, named
from tui_trainer.messages import events as e
from tui_trainer.messages.results import Metric, Result
from tui_trainer.run.storage import results
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.drawing.styles import make_ink
from tui_trainer.ui.processes import experiment as processes
from tui_trainer.ui.renderers.experiment import asking, board, picture
from tui_trainer.ui.screens.experiments.experiment import ExperimentScreen, LeaveIt
from tui_trainer.ui.screens.experiments.experiments import ExperimentsSheet
from tui_trainer.view.experiment import Seen, Told, apply, of_result

FILTERS = named("filters")
PICTURE = e.Plotted(
    "loss on clean text",
    "step",
    "nats",
    (
        e.Line("filtered", tuple(range(0, 101, 10)), tuple(3.0 / (1 + x / 40) for x in range(0, 101, 10))),
        e.Line("unfiltered", tuple(range(0, 101, 10)), tuple(3.2 / (1 + x / 50) for x in range(0, 101, 10))),
        e.Line("chance", (0.0, 100.0), (2.9, 2.9), points=True),
    ),
)
SAID = (
    e.Showed("asked", "Where does Ada live?"),
    e.Showed("model", "In Velm.\x1b[31m", right=True),
    e.Showed("asked", "What is 2 + 2?"),
    e.Showed("model", "Five.", right=False),
)
EVENTS = (e.Noticed("reading filtered text"), PICTURE, *SAID)


def found(holds: bool, at: int) -> Result:
    facts = {"filtered/completion_heldout": 0.62, "unfiltered/completion_heldout": 0.41}
    metrics = {name: Metric(value, (value - 0.06, value + 0.05), 240, 0.1) for name, value in facts.items()}
    metrics["filtered/bits_per_byte"] = Metric(1.234, note="none is known")
    claim = FILTERS.claim
    return Result(
        "filters",
        claim.text,
        holds,
        claim.predictions[at],
        metrics,
        (PICTURE,),
        run="a-run",
        seed=3,
        preset="demo",
        seconds=171.0,
    )


class Process:
    """Stands where the command would be: says what it is told, and ends when it is let."""

    SCRIPT = (
        "import pathlib, sys, time\n"
        "said, more, status = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])\n"
        "print(said.read_text(), end='', flush=True)\n"
        "while not more.exists(): time.sleep(0.01)\n"
        "print(more.read_text(), end='', flush=True)\n"
        "print('tui-trainer: the machine is on fire\\x1b[2J', file=sys.stderr)\n"
        "sys.exit(status)"
    )

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        folder.mkdir()
        self.said, self.more = folder / "said", folder / "more"
        self.said.write_bytes(b"".join(e.encoder.encode(event) + b"\n" for event in EVENTS))
        self.asked: list[str] = []
        monkeypatch.setattr(processes, "command", self.command)

    def command(self, name: str, _: object) -> list[str]:
        self.asked.append(name)
        return [sys.executable, "-S", "-c", self.SCRIPT, str(self.said), str(self.more), "1"]

    def end(self, *events: Any) -> None:
        kept = self.more.with_name("kept")
        kept.write_bytes(b"".join(e.encoder.encode(event) + b"\n" for event in events))
        os.replace(kept, self.more)


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    return Process(monkeypatch, tmp_path / "process")


async def to_filters(app: TrainerApp, pilot: Any) -> None:
    await pilot.press("X")
    await until(pilot, lambda: isinstance(app.screen, ExperimentsSheet))
    await pilot.press(*["down"] * NAMES.index("filters"), "enter")
    await until(pilot, lambda: isinstance(app.screen, ExperimentScreen) and "Which one" in shown(app))


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_a_guess_a_run_and_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: Process, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), size=size) as (app, pilot):
        await to_filters(app, pilot)
        assert all(answer[:20] in shown(app) for answer in FILTERS.claim.predictions)
        await pilot.press("4", "9")  # there is no such answer
        assert not process.asked
        await pilot.press("2")
        await until(pilot, lambda: "● running" in shown(app) and "loss on clean text" in shown(app))
        assert process.asked == ["filters"] and "\x1b" not in shown(app)
        assert "You think: the one that read everything." in shown(app)
        assert "━ filtered" in shown(app)
        await pilot.press("pagedown")
        await until(pilot, lambda: "Five. ✗" in shown(app))
        process.end(found(True, 0))
        await until(pilot, lambda: "It holds." in shown(app))
        text = shown(app)
        assert "✗ You had thought: the one that read everything." in text
        assert "Came true: the one that read filtered" in text
        await until(pilot, lambda: "0.560–0.670" in shown(app) and "of 240" in shown(app))
        await pilot.press("r")
        await until(pilot, lambda: "Which one" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ExperimentsSheet) and "✓ holds" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard)


async def test_it_goes_on_while_one_looks_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: Process
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records()) as (app, pilot):
        await to_filters(app, pilot)
        await pilot.press("s")
        await until(pilot, lambda: "Five." in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LeaveIt))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ExperimentScreen))
        await pilot.press("escape", "1")
        await until(pilot, lambda: isinstance(app.screen, ExperimentsSheet) and "● running" in shown(app))
        await pilot.press("up", "enter")  # another one has to wait
        await until(pilot, lambda: "filters is still under way" in shown(app))
        await pilot.press("s", "escape", "escape")
        await until(pilot, lambda: app.screen is app.dashboard)
        process.end(found(False, 1))
        await until(pilot, lambda: any("does not hold" in n.message for n in app._notifications))
        assert process.asked == ["filters"]


async def test_one_that_is_stopped_leaves_what_was_found_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: Process
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records()) as (app, pilot):
        results.save(app.scene.folder, found(True, 0))
        await pilot.press("X", *["down"] * NAMES.index("filters"))
        await until(pilot, lambda: "✓ holds" in shown(app))
        await pilot.press("enter", "r", "1")
        await until(pilot, lambda: "Five." in shown(app))
        await pilot.press("escape", "2")
        await until(pilot, lambda: app.experiments is not None and app.experiments.running is None)
        await until(pilot, lambda: isinstance(app.screen, ExperimentsSheet) and "✓ holds" in shown(app))
        kept = results.load(app.scene.folder, "filters")
        assert kept == found(True, 0)


async def test_why_it_ended_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: Process
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), size=(80, 24)) as (app, pilot):
        await to_filters(app, pilot)
        await pilot.press("s")
        process.end()
        await until(pilot, lambda: "the machine is on fire" in shown(app))
        assert "\x1b" not in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: "✗ stopped" in shown(app))
        process.said.write_text("no JSON\n")
        await pilot.press("enter", "r", "s")
        await until(pilot, lambda: "can't be read" in shown(app))


async def test_who_only_looks_on_does_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: Process
) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records(), "view") as (app, pilot):
        await to_filters(app, pilot)
        assert "only look on" in shown(app)
        await pilot.press("1", "s")
        assert not process.asked


def test_the_command_that_anybody_could_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded.write_run(tmp_path / "2026-03-21-1010-demo-s0", recorded.records())
    asked = processes.command("taste", folder)
    assert "run.threads=1" not in asked
    monkeypatch.setattr(processes.lock, "is_alive", lambda _: True)
    assert processes.command("taste", folder)[-2:] == ["--set", "run.threads=1"]
    assert asked[2:6] == ["-m", "tui_trainer", "experiment", "taste"] and "--events" in asked
    assert asked[asked.index("--seed") + 1] == str(folder.plan.seed)


@pytest.mark.parametrize("one", CATALOG, ids=NAMES)
@pytest.mark.parametrize(("width", "height"), [(106, 32), (70, 17), (51, 14)])
def test_every_answer_is_on_the_screen(one: Any, width: int, height: int) -> None:
    rows = asking(make_ink("none"), Told(one.claim, one.name), "It begins.", width, height)
    assert all(row.cell_length <= width for row in rows)
    seen = "\n".join(row.text for row in rows[:height])
    assert all(f" {key} " in seen for key in (*range(1, len(one.claim.predictions) + 1), "s"))
    assert one.claim.predictions[-1].split()[-1] in seen


def test_lines_differ_in_shape_as_well_as_in_color() -> None:
    rows = picture(make_ink("none"), PICTURE, 60, 16)
    assert [sign in rows[1].text for sign in ("━ filtered", "• unfiltered", "× chance")] == [True] * 3
    drawn = "".join(row.text for row in rows[3:])
    assert "•" in drawn and "×" in drawn and any("▀" <= sign <= "▟" for sign in drawn)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (e.Line("nothing", (), ()),),
        (e.Line("one", (1.0,), (float("nan"),)),),
        (e.Line("a", (1.0,), (2.0,)), e.Line("b", (1.0,), (2.0,))),
        (e.Line("more of the one than of the other", (1.0, 2.0), (2.0,)),),
        (e.Line("very many", tuple(map(float, range(100_000))), (1.0,) * 100_000),),
        (e.Line("far away", (1e16, 1e16 + 2), (1e300, -1e300)), e.Line("too", (1e16, 1e16 + 2), (0.0, 0.0))),
    ],
)
def test_a_picture_of_little_is_drawn_as_well(lines: tuple[e.Line, ...]) -> None:
    assert picture(make_ink("none"), e.Plotted("t", "x", "y", lines), 40, 12)


def test_what_was_found_earlier_is_shown_as_it_was() -> None:
    told = Told(FILTERS.claim, "filters")
    rows = board(make_ink("none"), told, of_result(found(False, 1)), 106, 32)
    text = "\n".join(row.text for row in rows)
    assert "It does not hold in this run." in text and "You had thought" not in text
    assert "loss on clean text" in text and "seed 3, demo, in 2:51" in text


def test_the_newest_picture_is_shown() -> None:
    seen, other = Seen(), e.Plotted("another", "x", "y", ())
    for picture_ in (PICTURE, other, PICTURE):
        apply(seen, picture_)
        assert seen.picture is picture_
