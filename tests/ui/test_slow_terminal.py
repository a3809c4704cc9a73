"""A far end that shows things late: it is not sent frames in stock, and what it answers is no key."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
import recorded
from pseudo_terminal import Terminal

from tui_trainer.events import encoder
from tui_trainer.ui.output import LAST_SECONDS, STALLED_SECONDS, Output
from tui_trainer.ui.painting import PART
from tui_trainer.ui.under_way import ASK, FIRST

ANSWER = b"\x1b[24;1R"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    run = recorded.write_run(tmp_path / "a-run", recorded.records())
    return Terminal(run.path, "replay", 20.0)


def answer_all(terminal: Terminal, done: int) -> int:
    """Answer what has been asked since; how often it has been asked in all."""
    asked = terminal.output.count(ASK.encode())
    os.write(terminal.end, ANSWER * (asked - done))
    return asked


def flood(terminal: Terminal) -> int:
    """Have 100 kB painted, and answer nothing; how many were sent."""
    before = len(terminal.output)
    for key in "z3z2z1z4z3z2z1z4z3z2":
        terminal.key(key, 0.1)
    return len(terminal.output) - before


def test_what_the_far_end_has_not_shown_is_waited_for(terminal: Terminal) -> None:
    answered = 0
    for _ in range(2):  # at first it shows everything at once, and is then two seconds late
        deadline = time.monotonic() + 30
        while "Dataset" not in terminal.shown() or not answered:
            assert time.monotonic() < deadline
            answered = answer_all(terminal, answered)
            terminal.read(0.05)
        assert flood(terminal) < FIRST + 2 * PART
    deadline = time.monotonic() + 30
    while "┏━ 2 Loss" not in terminal.shown():  # however many frames in between were never sent
        assert time.monotonic() < deadline
        answered = answer_all(terminal, answered)
        terminal.read(0.05)
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()


def test_the_last_answer_is_not_typed_into_the_shell(terminal: Terminal) -> None:
    terminal.wait_for("Dataset")
    answered = answer_all(terminal, 0)
    terminal.read(1.0)
    terminal.key("z", 0.5)
    assert terminal.output.count(ASK.encode()) > answered
    terminal.key("q", 0.2)  # the end waits for what was asked
    assert os.waitpid(terminal.process, os.WNOHANG)[0] == 0
    answer_all(terminal, answered)
    assert terminal.ended() == 0
    assert b"\x1b[?1049l" in terminal.output


@pytest.mark.skipif(sys.platform != "linux", reason="reads a process's time from /proc")
def test_a_screen_that_nobody_reads_does_nothing_until_somebody_does(tmp_path: Path) -> None:
    records = recorded.records()
    folder = recorded.write_run(tmp_path / "a-run", records[:400])
    terminal = Terminal(folder.path, "view")
    terminal.wait_for("The trainer has stopped")

    def spent() -> float:
        fields = Path(f"/proc/{terminal.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    for key in "z3z2z1z4z3z2z1z4z3z2" * 3:  # more than it takes unread
        os.write(terminal.end, key.encode())
        time.sleep(0.05)
    time.sleep(STALLED_SECONDS + 1.0)
    with folder.events.open("ab") as file:
        file.writelines(encoder.encode(record) + b"\n" for record in records[400:])
    before = spent()
    time.sleep(3.0)
    assert spent() - before <= 0.02  # two ticks of the kernel's clock
    terminal.wait_for("✓ frozen", 5.0)
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()


@pytest.mark.parametrize("unread", [0, 1 << 20])
def test_to_give_up_takes_no_time(unread: int) -> None:
    far, near = os.openpty()
    output = Output(near, "utf-8", lambda: None, lambda: None)
    output.start()
    output.write("x" * unread)
    time.sleep(0.1)
    began = time.monotonic()
    output.give_up()
    assert time.monotonic() - began < LAST_SECONDS / 2 and not output.is_alive()
    os.close(far)
    os.close(near)
