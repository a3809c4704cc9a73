"""The one way out: what is printed is harmless and means the same, and what can't be printed is told."""

import io
import json
import os
import resource
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waiting import PATIENCE

from tui_trainer import cli
from tui_trainer.console import output
from tui_trainer.errors import UserError
from tui_trainer.run.storage.folder import create
from tui_trainer.run.storage.plan import Plan
from tui_trainer.sanitize import json_text
from tui_trainer.settings import Settings

Capture = pytest.CaptureFixture[str]
EVIL = "\x1b]52;c;eA==\x07\x9b31m‮⁦\x85\u2028\x7f"


def status(*arguments: str) -> object:
    with pytest.raises(SystemExit) as exit:
        cli.main(arguments)
    return exit.value.code


def raw(text: str) -> set[str]:
    """What a terminal would obey, or hide."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_printed_json_is_harmless_and_holds_the_same_values(value: object) -> None:
    printed = json_text(json.dumps(value, ensure_ascii=False, indent=2))
    assert raw(printed) == set()
    assert json.loads(printed) == value


def test_every_character_survives_being_printed_as_json() -> None:
    for start in range(0, 0x110000, 0x1000):
        text = "".join(chr(code) for code in range(start, start + 0x1000) if not 0xD800 <= code < 0xE000)
        printed = json_text(json.dumps(text, ensure_ascii=False))
        assert raw(printed) == set()
        assert json.loads(printed) == text


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", EVIL),
        (EVIL,),
        (f"--{EVIL}",),
        ("run", "--preset", EVIL),
        ("run", "--seed", EVIL),
        ("replay", "--speed", EVIL),
        ("runs", "--runs", f"/tmp/{EVIL}"),
        ("runs", EVIL),
        ("chat", EVIL),
        ("settings", "--set", f"{EVIL}=1"),
        ("settings", "--set", f"pretrain.steps={EVIL}"),
        ("settings", "--config", f"/no/{EVIL}"),
        ("preferences", EVIL),
        ("preferences", "import", f"/no/{EVIL}"),
        ("data", "--data", f"/no/{EVIL}"),
    ],
)
def test_no_argument_reaches_the_terminal_raw(arguments: tuple[str, ...], capsys: Capture) -> None:
    status(*arguments)
    shown = capsys.readouterr()
    assert raw(shown.out + shown.err) == set()
    assert shown.out + shown.err


def test_the_names_of_runs_reach_the_terminal_tame(capsys: Capture, tmp_path: Path) -> None:
    runs = tmp_path / f"runs {EVIL}"
    made = create(runs, Plan(Settings(), data=(f"/texts/{EVIL}",)))
    made.path.rename(runs / EVIL)
    for arguments in (("runs",), ("runs", EVIL), ("runs", "--json"), ("runs", EVIL, "--json")):
        assert status(*arguments, "--runs", str(runs)) == 0
        shown = capsys.readouterr()
        assert shown.out and raw(shown.out) == set() and shown.err == ""
        if arguments == ("runs", "--json"):
            assert json.loads(shown.out)[0]["run"] == EVIL
            assert json.loads(shown.out)[0]["data"] == [f"/texts/{EVIL}"]


def test_a_folder_whose_name_is_no_utf8_can_be_printed_as_json(capsys: Capture, tmp_path: Path) -> None:
    runs = tmp_path / os.fsdecode(b"caf\xe9")
    made = create(runs, Plan(Settings()))
    assert status("runs", "--runs", str(runs), "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed["run"] == made.id and listed["path"].endswith(f"caf?/{made.id}")


PRINTING = (["settings"], ["settings", "--json"], ["runs"], ["--help"], ["--version"])


def printed(arguments: list[str], **streams: object) -> tuple[int, str]:
    """A command in a process of its own: its status, and what it says on stderr."""
    process = [sys.executable, "-m", "tui_trainer", *arguments]
    done = subprocess.run(process, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, **streams)  # type: ignore[call-overload]
    return done.returncode, done.stderr


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_disk_is_one_line_and_status_1(arguments: list[str], tmp_path: Path) -> None:
    with (tmp_path / "result").open("w") as full:
        code, said = printed(
            arguments, stdout=full, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        )
    assert code == 1
    assert said.count("\n") == 1 and said.startswith("tui-trainer: ") and "File too large" in said


def test_a_reader_that_leaves_is_nothing_to_speak_of() -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as pipe:
        assert printed(["settings"], stdout=pipe) == (1, "")


def test_a_closed_stdout_is_one_line_and_status_1() -> None:
    code, said = printed(["settings"], preexec_fn=lambda: os.close(1))
    assert code == 1 and said.count("\n") == 1 and "standard output is closed" in said


def test_streams_that_are_closed_otherwise_harm_nobody() -> None:
    def close() -> None:
        os.close(0)
        os.close(2)

    assert printed(["settings"], stdout=subprocess.DEVNULL, preexec_fn=close)[0] == 0
    assert printed(["settings", "--set", "x"], stdout=subprocess.DEVNULL, preexec_fn=close)[0] == 2


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_what_is_told_on_the_way_may_go_nowhere() -> None:
    output.tell("a line", Full())
    output.rewrite("a line", Full())


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UserError("wrong\nly"), 2, "tui-trainer: wrong↵ly"),
        (EOFError(), 1, "fault of tui-trainer (EOFError: )"),
        (ValueError("one\ntwo"), 1, "fault of tui-trainer (ValueError: one)"),
        (RecursionError("deep"), 1, "fault of tui-trainer (RecursionError"),
        (MemoryError(), 1, "more memory than there is"),
        (OSError(28, "No space left on device"), 1, "tui-trainer: No space left on device"),
        (PermissionError(13, "Permission denied", "/a/b"), 1, "tui-trainer: /a/b: Permission denied"),
        (type("PanicException", (BaseException,), {})("no"), 1, "fault of tui-trainer (PanicException: no)"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_whatever_a_command_raises_is_one_line(
    error: BaseException, code: int, said: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(values: object) -> None:
        raise error

    monkeypatch.setattr("tui_trainer.console.tables.settings", fail)
    assert status("settings") == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err and shown.err.count("\n") == (1 if said else 0)
    monkeypatch.setenv(output.DEBUG, "1")
    status("settings")
    assert ("Traceback" in capsys.readouterr().err) == ("fault" in said or code == 1)
