"""A far end that shows things late: it is not sent frames in stock, and what it answers is no key."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
import recorded
from pseudo_terminal import Terminal, tells_stall
from waiting import PATIENCE, rests, wait_until

from tui_trainer.messages import events as e
from tui_trainer.messages.events import encoder
from tui_trainer.ui.terminal import output as outputs
from tui_trainer.ui.terminal.flow_control import ASK, FIRST
from tui_trainer.ui.terminal.frame_sender import PART
from tui_trainer.ui.terminal.output import Output

ANSWER = b"\x1b[24;1R"
# However slow this machine: an answer is never given up, and the end waits for it and says so.
PATIENT = """
from pathlib import Path
from tui_trainer.ui.terminal import flow_control

def end(self, seconds, real=flow_control.FlowControl.end):
    Path("{end}").write_text("waits")
    real(self, {patience})
    Path("{end}").write_text(f"{{len(self._asked)}} unanswered")

flow_control.LOST_SECONDS = 1e6
flow_control.FlowControl.end = end
"""


@pytest.fixture
def end(tmp_path: Path) -> Path:
    """Where the app says how it ends."""
    return tmp_path / "end"


@pytest.fixture
def terminal(tmp_path: Path, end: Path) -> Terminal:
    run = recorded.write_run(tmp_path / "a-run", recorded.until(recorded.records(), e.Guessed, 130))
    return Terminal(run.path, "view", before=PATIENT.format(end=end, patience=PATIENCE))


def asked(terminal: Terminal) -> int:
    """How often it has been asked in all."""
    return terminal.output.count(ASK.encode())


def answer_all(terminal: Terminal, done: int) -> int:
    """Answer what has been asked since; how often it has been asked in all."""
    now = asked(terminal)
    os.write(terminal.end, ANSWER * (now - done))
    return now


def answer_the_first(terminal: Terminal) -> int:
    """Answer, and have something painted until the app shows by another question that it has heard."""
    terminal.wait_for("The trainer has stopped")
    answered = answer_all(terminal, 0)
    assert answered == 1

    def again() -> bool:
        terminal.key("z", 0.1)
        return asked(terminal) > answered

    terminal.wait_until(again)
    return answered


def flood(terminal: Terminal) -> int:
    """Have 100 kB painted, and answer nothing; how many were sent."""
    before = len(terminal.output)
    for key in "z3z2z1z4z3z2z1z4z3z2":
        terminal.key(key, 0.1)
    return len(terminal.output) - before


def test_what_the_far_end_has_not_shown_is_waited_for(terminal: Terminal) -> None:
    began = time.monotonic()
    answered = answer_the_first(terminal)
    late = time.monotonic() - began  # a far end that never again answers sooner than at first
    for _ in range(2):
        assert flood(terminal) < FIRST + 2 * PART
        terminal.read(late)
        answered = answer_all(terminal, answered)

    def shows(text: str) -> bool:
        nonlocal answered
        answered = answer_all(terminal, answered)
        return text in terminal.shown()

    terminal.wait_until(lambda: shows("┏━ 2 Loss"))  # however many frames in between were never sent
    os.kill(terminal.process, signal.SIGTERM)
    terminal.wait_until(lambda: shows("") and b"\x1b[?1049l" in terminal.output)
    assert terminal.ended() == 0


def test_the_last_answer_is_not_typed_into_the_shell(terminal: Terminal, end: Path) -> None:
    answered = answer_the_first(terminal)
    terminal.key("q", 0.0)
    terminal.wait_until(end.exists)  # it is at its end, and waits for what was asked
    assert os.waitpid(terminal.process, os.WNOHANG)[0] == 0
    answer_all(terminal, answered)
    assert terminal.ended() == 0
    assert end.read_text() == "0 unanswered"
    assert b"\x1b[?1049l" in terminal.output


@pytest.mark.skipif(sys.platform != "linux", reason="reads how often a process wakes up from /proc")
def test_a_screen_that_nobody_reads_does_nothing_until_somebody_does(tmp_path: Path) -> None:
    records = recorded.records()
    folder = recorded.write_run(tmp_path / "a-run", records[:400])
    terminal = Terminal(folder.path, "view", before=tells_stall(tmp_path / "stalled"))
    terminal.wait_for("The trainer has stopped")
    terminal.flood(tmp_path / "stalled")
    # On a busy machine a terminal may have room again that had none when the app looked; and keys are work.
    wait_until(
        lambda: any(rests(terminal.process, 2.0) for _ in range(5)),
        meanwhile=lambda: terminal.press("z3z2z1z4"),
    )
    with folder.events.open("ab") as file:
        file.writelines(encoder.encode(record) + b"\n" for record in records[400:])
    assert rests(terminal.process, 3.0)
    terminal.wait_for("✓ frozen")
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()


@pytest.mark.parametrize("unread", [0, 1 << 20])
def test_to_give_up_takes_no_time(unread: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "STALLED_SECONDS", 0.1)
    monkeypatch.setattr(outputs, "LAST_SECONDS", PATIENCE)  # which is not waited out: the thread does end
    far, near = os.openpty()
    output = Output(near, "utf-8", lambda: None, lambda: None)
    output.start()
    output.write("x" * unread)
    wait_until(lambda: output.stalled if unread else output.idle)
    output.give_up()
    assert not output.is_alive()
    os.close(far)
    os.close(near)
