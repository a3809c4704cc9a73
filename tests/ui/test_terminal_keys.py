"""Keys as a terminal sends them: a lone escape, sequences that come in two pieces, letters of many bytes."""

import os
import signal
import sys
from pathlib import Path

import recorded
from pseudo_terminal import Terminal

from tui_trainer.messages import events as e

PROGRAM = f"{sys.executable} -m tui_trainer attach --read-only"


def test_escape_and_sequences_are_told_apart(tmp_path: Path) -> None:
    run = recorded.write_run(tmp_path / "run", recorded.until(recorded.records(), e.Guessed, 130))
    terminal = Terminal(run.path, "view")
    terminal.wait_for("tokens/s")
    terminal.key("?", 0.0)
    terminal.wait_for("you are here")
    terminal.key("\x1b", 0.0)
    terminal.wait_until_gone("you are here")
    terminal.wait_for("Weights")
    terminal.key("3\x1b[", 0.0)
    terminal.wait_for("┏━ 3 Weights")
    terminal.key("B", 0.0)
    terminal.wait_for("layer 1 key")
    terminal.key("j", 0.0)
    terminal.wait_for("What it wrote")
    os.kill(terminal.process, signal.SIGTERM)
    assert terminal.ended() == 0


def test_bytes_that_are_no_text_and_a_paste_without_an_end_take_no_key_away(tmp_path: Path) -> None:
    run = recorded.write_run(tmp_path / "run", recorded.until(recorded.records(), e.Guessed, 130))
    terminal = Terminal(run.path, "view")
    terminal.wait_for("tokens/s")
    os.write(terminal.end, b"\xe9?")
    terminal.wait_for("you are here")
    os.write(terminal.end, b"\x1b[97;1;55296u\x1b[1114112;1u\x1b")
    terminal.wait_until_gone("you are here")
    os.write(terminal.end, b"\x1b[200~q\r?q")  # and nothing more: what is between is no key
    terminal.read(1.5)
    terminal.key("?")
    terminal.wait_for("you are here")
    terminal.key("q")
    terminal.wait_until_gone("you are here")
    terminal.key("T")
    terminal.wait_for("A sentence for the model")
    os.write(terminal.end, b"\x1b[200~one\x1b[31m two\r\nthree\x1b[201~")
    terminal.wait_for("one␛[31m two↵three")
    terminal.key("\x03")  # takes away what is typed
    terminal.wait_until_gone("one␛[31m two")
    assert "A sentence for the model" in terminal.shown()
    terminal.key("\x03")  # leaves the line
    terminal.wait_until_gone("A sentence for the model")
    terminal.key("\x03", 0.0)  # leaves the app
    assert terminal.ended() == 0


def test_ctrl_z_gives_the_shell_its_terminal_and_fg_brings_a_whole_screen_back(tmp_path: Path) -> None:
    records = recorded.until(recorded.records(), e.Guessed, 130)
    run = recorded.write_run(tmp_path / "run", records)
    shell = Terminal("", "", command=["/bin/bash", "--norc", "-i"], PS1="$ ")
    shell.wait_for("$ ")
    shell.key(f"{PROGRAM} {run.path}\r")
    shell.wait_for("The trainer has stopped")
    (app,) = Path(f"/proc/{shell.process}/task/{shell.process}/children").read_text().split()
    shell.settle(int(app))  # its panes are filled one after the other
    # A cell's two halves are drawn by either half block, with the colors the other way round.
    before = shell.shown().replace("▄", "▀")
    shell.key("?")
    shell.wait_for("you are here")  # over every sheet
    shell.key("\x1a")
    shell.wait_for("Stopped")
    assert "Dataset" not in shell.shown()
    shell.key("stty -a; echo mark$((40+2))\r")
    shell.wait_for("mark42")
    assert " icanon" in shell.shown() and " echo " in shell.shown()
    shell.key("fg\r")
    shell.wait_for("you are here")
    shell.key("\x1b")
    shell.wait_until(lambda: shell.shown().replace("▄", "▀") == before)
    shell.key("q")
    shell.key("echo rc$?\r")
    shell.wait_for("rc0")
    shell.key("exit\r", 0.0)
    assert shell.ended() == 0


def test_ctrl_z_where_nobody_could_bring_it_back_leaves_it_there(tmp_path: Path) -> None:
    run = recorded.write_run(tmp_path / "run", recorded.records()[:40])
    terminal = Terminal(run.path, "view")  # the leader of its session: no shell has it as a job
    terminal.wait_for("The trainer has stopped")
    terminal.key("\x1a")
    terminal.key("?")
    terminal.wait_for("you are here")
    terminal.key("q")
    terminal.wait_until_gone("you are here")
    terminal.key("q", 0.0)
    assert terminal.ended() == 0
