"""Ends of all kinds, through a real pseudo-terminal: it is given back, and nobody spins on."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
import recorded
from pseudo_terminal import Terminal, tells_stall

from tui_trainer import settings
from tui_trainer.messages import events as e
from tui_trainer.run.storage import lock
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import create
from tui_trainer.ui.terminal.flow_control import ASK

SWITCH_TO_SCREEN, SWITCH_BACK = b"\x1b[?1049h", b"\x1b[?1049l"
PROGRAM = (sys.executable, "-m", "tui_trainer")
MOUSE_OFF, CURSOR_ON = b"\x1b[?1000l", b"\x1b[?25h"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    records = recorded.until(recorded.records(), e.Stepped, 30)
    folder = recorded.write_run(tmp_path / "a-run", records)
    terminal = Terminal(folder.path, "view")
    terminal.wait_for("The trainer has stopped")
    assert SWITCH_TO_SCREEN in terminal.output
    return terminal


def given_back(terminal: Terminal) -> bool:
    return all(code in terminal.output for code in (SWITCH_BACK, MOUSE_OFF, CURSOR_ON))


def test_q_gives_the_terminal_back_and_says_what_goes_on(terminal: Terminal) -> None:
    terminal.key("q", 0.0)
    assert terminal.ended() == 0
    assert given_back(terminal) and b"tui-trainer resume a-run" in terminal.output


def test_while_the_screen_is_loaded_it_says_so(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "a-run", recorded.records()[:60])
    command = [sys.executable, "-m", "tui_trainer", "attach", "--read-only", str(folder.path)]
    terminal = Terminal(folder.path, "view", command=command)
    terminal.wait_for("loading the screen")
    terminal.wait_for("The trainer has stopped")
    before, _, _ = terminal.output.partition(SWITCH_TO_SCREEN)
    assert before.rstrip().endswith(b"\r\x1b[K")  # and nothing of that is left
    terminal.key("q", 0.0)
    assert terminal.ended() == 0


def test_what_the_terminal_was_sent_can_be_played_again(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "a-run", recorded.records()[:60])
    cast = tmp_path / "screen.cast"
    command = [sys.executable, "-m", "tui_trainer", "attach", "--read-only", "--record", str(cast)]
    terminal = Terminal(folder.path, "view", command=[*command, str(folder.path)])
    terminal.wait_for("The trainer has stopped")
    terminal.key("q", 0.0)
    terminal.ended()
    head, *events = [json.loads(line) for line in cast.read_text("utf-8").splitlines()]
    assert (head["version"], head["width"], head["height"]) == (2, 120, 40)
    played = "".join(data for _, kind, data in events if kind == "o").encode()
    sent = terminal.output.replace(ASK.encode(), b"")  # which whoever plays it must not be asked
    assert played and played in sent.replace(b"\r\n", b"\n")
    times = [at for at, _, _ in events]
    assert times == sorted(times)


def test_ctrl_c_is_a_way_out(terminal: Terminal) -> None:
    terminal.key("\x03", 0.0)
    assert terminal.ended() == 0 and given_back(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_give_the_terminal_back(terminal: Terminal, number: int) -> None:
    os.kill(terminal.process, number)
    terminal.ended()
    assert given_back(terminal)


def test_a_dropped_line_ends_the_screen(terminal: Terminal) -> None:
    terminal.hang_up()
    terminal.ended()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_does_not_read_holds_nobody_up(tmp_path: Path, number: int) -> None:
    folder = recorded.write_run(tmp_path / "a-run", recorded.records())
    stalled = tmp_path / "stalled"
    terminal = Terminal(folder.path, "replay", speed=20.0, before=tells_stall(stalled))
    terminal.wait_for("Dataset")
    terminal.flood(stalled)
    os.kill(terminal.process, number)
    terminal.ended(reading=False)
    terminal.wait_until(lambda: given_back(terminal))


def test_a_killed_screen_leaves_the_trainer_and_a_killed_trainer_is_told(tmp_path: Path) -> None:
    small = ("data.documents=300", "data.vocabulary=400", "model.width=32", "model.layers=1", "model.heads=2")
    chosen = settings.load("quick", assignments=["pretrain.steps=100000", *small], environ={})
    folder = create(tmp_path, plans.make(chosen, seed=0, preset="quick"))
    first = Terminal(folder.path, "control", command=[*PROGRAM, "resume", str(folder.path)])
    first.wait_for("pretrain")
    # The screen takes the lock and starts a trainer, which inherits it: from then on it is the trainer's.
    first.wait_until(lambda: (owner := lock.holder(folder)) is not None and owner.pid != first.process)
    os.kill(first.process, signal.SIGKILL)
    assert first.ended() == -signal.SIGKILL
    assert lock.is_alive(folder)
    second = Terminal(folder.path, "view")
    second.wait_for("step ")
    trainer = lock.holder(folder)
    assert trainer is not None
    os.kill(trainer.pid, signal.SIGKILL)
    second.wait_for("The trainer has stopped")  # how soon: `test_feed`
    second.wait_for("resume")
    os.kill(second.process, signal.SIGTERM)
    assert second.ended() == 0 and given_back(second)


FALLING = """
import dataclasses, sys, threading
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui import keys, start
from tui_trainer.ui.terminal import driver
def fall(*_):
    raise ZeroDivisionError("\\x1b[31mby zero")
def helping(do):
    keys.BY_NAME["help"] = dataclasses.replace(keys.BY_NAME["help"], do=do)
kind = sys.argv[4]
if kind == "key":
    helping(fall)
if kind == "thread":
    helping(lambda app: threading.Thread(target=fall).start())
if kind == "keyboard":
    driver.TerminalDriver.process_message = fall
if kind == "loop":
    helping(lambda app: app.call_later(fall))
sys.exit(start.run_app(RunFolder(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
"""


@pytest.mark.parametrize("kind", ["key", "thread", "keyboard"])
def test_a_mistake_of_the_program_is_one_line_and_status_1(tmp_path: Path, kind: str) -> None:
    folder = recorded.write_run(tmp_path / "a-run", recorded.records()[:40])
    terminal = Terminal("", "", command=[sys.executable, "-c", FALLING, str(folder.path), "view", "1", kind])
    terminal.wait_for("Dataset")
    terminal.key("?", 0.0)
    assert terminal.ended() == 1 and given_back(terminal)
    said = terminal.output.rpartition(CURSOR_ON)[2]
    assert b"ZeroDivisionError" in said and b"tui-trainer attach a-run" in said
    assert b"Traceback" not in said and b"\x1b[31m" not in said
    details = (folder.path / "screen.log").read_text()
    assert "Traceback" in details and "\x1b" not in details


def test_a_recording_for_which_there_is_no_room_costs_the_recording_only(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "a-run", recorded.records()[:40])
    record = ["--record", "/dev/full", str(folder.path)]
    terminal = Terminal("", "", command=[*PROGRAM, "attach", "--read-only", *record])
    terminal.wait_for("/dev/full is not whole")
    terminal.wait_for("The trainer has stopped")
    terminal.key("q", 0.0)
    assert terminal.ended() == 1 and given_back(terminal)
    said = terminal.output.rpartition(CURSOR_ON)[2]
    assert b"/dev/full is not whole" in said and b"Traceback" not in said


@pytest.mark.parametrize("kind", ["vanished", "damaged"])
def test_a_run_that_is_lost_leaves_a_screen_that_says_so(tmp_path: Path, kind: str) -> None:
    folder = recorded.write_run(tmp_path / "a-run", recorded.until(recorded.records(), e.Stepped, 30))
    terminal = Terminal(folder.path, "control", TMPDIR="/nonexistent")
    terminal.wait_for("The trainer has stopped")
    if kind == "vanished":
        shutil.rmtree(folder.path)
        terminal.wait_for("The folder of run a-run is gone")
    else:
        with open(folder.events, "ab") as log:
            log.write(b'{"v": \xff\x00\n')
        terminal.wait_for("damaged")
    for key in "12345zmjgTFKCDUrev[]0+-":
        terminal.key(key, 0.1)
        terminal.key("\x1b", 0.1)
    terminal.wait_for("gone" if kind == "vanished" else "damaged")
    terminal.key("q", 0.0)
    assert terminal.ended() == 1 and given_back(terminal) and b"Traceback" not in terminal.output


def test_between_two_runs_the_screen_is_never_empty(tmp_path: Path) -> None:
    """The old picture stands, and says what is opened, until the new one is drawn over it."""
    ended = recorded.records()
    for name in ("first", "second"):
        recorded.write_run(tmp_path / name, ended)
    terminal = Terminal(tmp_path / "first", "view", size=(80, 24))
    terminal.wait_for("The weights are frozen")
    terminal.key("6", 0.0)
    terminal.wait_for("second")
    terminal.wait_until_gone("reading …")
    shown, sent = [], len(terminal.output)
    terminal.press("k\r")  # the newest is the first of the list

    def opened() -> bool:
        shown.append(terminal.shown())
        return "Opening second" not in shown[-1] and any("Opening second" in one for one in shown)

    terminal.wait_until(opened)
    terminal.wait_for("The weights are frozen")
    between = terminal.output[sent:]
    assert SWITCH_BACK not in between and SWITCH_TO_SCREEN not in between
    assert all(len(one.split()) > 20 for one in shown)
    terminal.settle()
    terminal.key("q", 0.0)
    assert terminal.ended() == 0 and given_back(terminal)
    assert terminal.output.count(SWITCH_BACK) == terminal.output.count(SWITCH_TO_SCREEN) == 1
