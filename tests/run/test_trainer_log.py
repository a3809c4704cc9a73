"""trainer.log: nothing that is quoted there acts on a terminal, or passes for a line of the trainer's own."""

import io
import subprocess
import sys
import traceback
import unicodedata
from pathlib import Path

from waiting import PATIENCE

from tui_trainer.run.trainer import Sanitized, say

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


def test_a_trainer_in_its_process_writes_nothing_raw(tmp_path: Path) -> None:
    run = tmp_path / EVIL
    run.mkdir()
    (run / "plan.json").write_text(f'{{"{EVIL}": 1}}')
    command = [sys.executable, "-m", "tui_trainer.run.trainer", str(run)]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert raw(done.stderr.decode()) == set() and "<202E>" in done.stderr.decode()
    assert done.stdout == b"" and done.stderr.count(b"\n") == 1
