"""Keys as a terminal sends them: a lone escape, sequences that come in two pieces, letters of many bytes."""

import os
import signal
from pathlib import Path

import recorded
from pseudo_terminal import Terminal

from tui_trainer import events as e


def test_escape_and_sequences_are_told_apart(tmp_path: Path) -> None:
    run = recorded.write_run(tmp_path / "run", recorded.until(recorded.records(), e.Guessed, 130))
    terminal = Terminal(run.path, "view")
    terminal.wait_for("tokens/s")
    terminal.key("?")
    terminal.wait_for("you are here")
    terminal.key("\x1b")
    terminal.wait_until_gone("you are here")
    terminal.wait_for("Weights")
    terminal.key("3\x1b[")
    terminal.key("B")
    terminal.wait_for("layer 1 key")
    terminal.key("m")
    terminal.wait_for("What it can do")
    os.kill(terminal.process, signal.SIGTERM)
    assert terminal.ended() == 0
