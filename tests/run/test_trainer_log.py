"""trainer.log: nothing that is quoted there acts on a terminal, or passes for a line of the trainer's own."""

import io
import subprocess
import sys
import traceback
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from waiting import PATIENCE

from tui_trainer.run.trainer import Sanitized, say, trouble

EVIL = "\x1b]52;c;eA==\x07\x9b31m‮⁦\x85\u2028"


def raw(text: str) -> set[str]:
    return {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}


def test_whatever_is_written_is_tame(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", Sanitized(written, "utf-8", line_buffering=True))
    say(f"no file {EVIL}")
    print(EVIL, file=sys.stderr)
    try:
        raise ValueError(f"{EVIL}\udce9")
    except ValueError as error:
        traceback.print_exception(error)
    assert raw(written.getvalue().decode()) == set()
    assert "␛]52;c;eA==" in written.getvalue().decode()


def test_a_name_can_not_pass_for_the_last_word(capsys):
    say("failed: no file a\n2026-11-25 12:00:00 stopped; the run can be resumed")
    assert capsys.readouterr().err.count("\n") == 1


def test_what_a_full_disk_does_not_take_ends_nothing() -> None:
    begin = "import sys; from tui_trainer.run import trainer; sys.stdout = sys.stderr = trainer.Sanitized("
    begin += "sys.stderr.buffer, 'utf-8', line_buffering=True)"
    rest = "trainer.say('x'); print('x' * 100_000); trainer.traceback.print_exception(OSError()); sys.exit(7)"
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-c", f"{begin}; {rest}"], stderr=full, timeout=PATIENCE)
    assert done.returncode == 7


def test_an_array_that_finds_no_room_is_told_as_such() -> None:
    with open("/dev/full", "wb") as full, pytest.raises(OSError, match="requested") as raised:
        np.ones(100_000).tofile(full)
    assert "on a full disk" in trouble(raised.value)
    assert trouble(OSError(28, "No space left on device")) == "No space left on device"


def test_a_trainer_in_its_process_writes_nothing_raw(tmp_path: Path) -> None:
    run = tmp_path / EVIL
    run.mkdir()
    (run / "plan.json").write_text(f'{{"{EVIL}": 1}}')
    command = [sys.executable, "-m", "tui_trainer.run.trainer", str(run)]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert raw(done.stderr.decode()) == set() and "<202E>" in done.stderr.decode()
    assert done.stdout == b"" and done.stderr.count(b"\n") == 1
