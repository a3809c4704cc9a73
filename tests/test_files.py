"""Reading what may not be what it seems, and the gate of foreign input."""

import os
import stat
from pathlib import Path

import pytest

from tui_trainer.errors import UserError, foreign
from tui_trainer.files import open_own, read_foreign, read_own


def test_a_file_of_a_run_is_read_and_made_private(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    before = os.umask(0)
    try:
        os.close(open_own(path, os.O_WRONLY | os.O_CREAT))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"abc")
    assert read_own(path) == b"abc"
    assert read_own(path, most=3) == b"abc"
    with pytest.raises(OSError, match="more than the 2 bytes"):
        read_own(path, most=2)


def test_a_link_a_pipe_and_a_folder_are_no_files_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="a link"):
        read_own(tmp_path / "link")
    for name in ("pipe", "folder"):
        with pytest.raises(OSError, match="not a regular file"):
            read_own(tmp_path / name)


def test_what_a_person_names_may_be_a_link_and_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x = 1")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_foreign(tmp_path / "link", 100) == b"x = 1"
    with pytest.raises(OSError, match="more than the 1,000 bytes"):
        read_foreign(Path("/dev/zero"), 1000)


def _deep() -> None:
    _deep()


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (_deep, "x: it is nested too deeply"),
        (lambda: int("9" * 5000), "x: Exceeds the limit"),
        (lambda: "\ud800".encode(), "x: it is not UTF-8"),
        (lambda: Path("/nowhere").read_bytes(), "x: No such file or directory"),
        (lambda: {}["a"], "x: 'a'"),
    ],
)
def test_whatever_a_library_raises_becomes_one_line(fails, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError) as caught, foreign("x"):
        fails()
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_line_that_is_there_already_is_kept() -> None:
    with pytest.raises(UserError, match=r"^said before$"), foreign("x"):
        raise UserError("said before")
