"""Ends of all kinds, through a real pseudo-terminal: it is given back, and nobody spins on."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest
import recorded
from pseudo_terminal import Terminal

from tui_trainer import events as e
from tui_trainer import settings
from tui_trainer.run import lock
from tui_trainer.run import plan as plans
from tui_trainer.run.folder import create
from tui_trainer.ui.under_way import ASK

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
    terminal = Terminal(folder.path, "replay", speed=20.0)
    terminal.wait_for("Dataset")
    time.sleep(3.0)  # it is sent far more than it takes
    os.kill(terminal.process, number)
    terminal.ended(6.0, reading=False)
    terminal.read(0.5)
    assert given_back(terminal), terminal.output[-400:]


def test_a_killed_screen_leaves_the_trainer_and_a_killed_trainer_is_told_in_two_seconds(
    tmp_path: Path,
) -> None:
    chosen = settings.load("quick", assignments=["pretrain.steps=100000"], environ={})
    folder = create(tmp_path, plans.make(chosen, seed=0, preset="quick"))
    first = Terminal(folder.path, "control", command=[*PROGRAM, "resume", str(folder.path)])
    first.wait_for("pretrain")
    deadline = time.monotonic() + 60
    while not lock.is_alive(folder):
        assert time.monotonic() < deadline
        first.read(0.1)
    os.kill(first.process, signal.SIGKILL)
    assert first.ended() == -signal.SIGKILL
    assert lock.is_alive(folder)
    second = Terminal(folder.path, "view")
    second.wait_for("step ")
    trainer = lock.holder(folder)
    assert trainer is not None
    os.kill(trainer.pid, signal.SIGKILL)
    began = time.monotonic()
    second.wait_for("The trainer has stopped")
    assert time.monotonic() - began < 2.0
    second.wait_for("resume")
    os.kill(second.process, signal.SIGTERM)
    assert second.ended() == 0 and given_back(second)
