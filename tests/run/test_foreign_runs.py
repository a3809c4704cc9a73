"""Whatever stands in a run's folder: one bad run costs nobody else, and each is told in one line."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from flipping import flipped
from toys import toy_run

from tui_trainer import cli
from tui_trainer.errors import UserError
from tui_trainer.messages.events import Stepped
from tui_trainer.run import client, control
from tui_trainer.run.storage import folder, lock, resources
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogWriter
from tui_trainer.run.storage.status import status

Capture = pytest.CaptureFixture[str]


def begun(runs: Path) -> RunFolder:
    """A run with a few steps in its log."""
    run = toy_run(runs)
    writer = LogWriter(run.events, 0, 0)
    for step in range(1, 30):
        writer.append(Stepped("pretrain", step, 2.5, 0.02, 1.0, 1024, 1e9), 1.0)
    writer.close()
    resources.record(run, 12_345_678)
    return run


def replaced(path: Path, by: Callable[[Path], object]) -> None:
    if path.exists():
        path.unlink()
    by(path)


BAD: dict[str, Callable[[Path], object]] = {
    "nested": lambda path: path.write_text("[" * 100_000),
    "a huge integer": lambda path: path.write_text('{"seed":' + "9" * 100_000 + "}"),
    "half a surrogate": lambda path: path.write_text('{"run":"\\ud800"}'),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe{}"),
    "huge": lambda path: os.truncate(os.open(path, os.O_RDWR | os.O_CREAT), 2**40),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "a link": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("file", ["plan.json", "events.jsonl", "resources.json", "lock", "report.json"])
@pytest.mark.parametrize("bad", BAD)
def test_one_bad_run_is_no_reason_not_to_list_the_others(
    tmp_path: Path, capsys: Capture, file: str, bad: str
) -> None:
    good, spoilt = begun(tmp_path), begun(tmp_path)
    replaced(spoilt.path / file, BAD[bad])
    with pytest.raises(SystemExit) as ended:
        cli.main(["runs", "--runs", str(tmp_path)])
    told = capsys.readouterr()
    assert ended.value.code == 0 and good.id in told.out
    if file == "plan.json":
        assert told.err.count("\n") == 1 and str(spoilt.path) in told.err
        with pytest.raises(UserError):
            folder.find(tmp_path, spoilt.id)
    with pytest.raises(SystemExit) as ended:
        cli.main(["runs", spoilt.id, "--runs", str(tmp_path)])
    told = capsys.readouterr()
    assert "Traceback" not in told.err and told.err.count("\n") <= 1
    assert ended.value.code in (0, 2) and (ended.value.code == 0 or told.err)
    if file == "resources.json":
        assert "peak_memory" not in told.out and "resources.json" in told.err


def test_the_newest_run_is_not_another_one_because_its_plan_is_damaged(tmp_path: Path) -> None:
    begun(tmp_path)
    newest = begun(tmp_path)
    newest.plan_file.write_bytes(newest.plan_file.read_bytes().replace(b'"seed": 0', b'"seed": 1'))
    with pytest.raises(UserError, match="damaged"):
        folder.find(tmp_path, "latest")


@pytest.mark.parametrize("file", ["plan.json", "resources.json"])
def test_a_flipped_bit_anywhere_is_noticed_or_harmless(tmp_path: Path, file: str) -> None:
    run = begun(tmp_path)
    path = run.path / file
    whole, before = path.read_bytes(), (run.plan, resources.load(run))
    for _ in flipped(path, range(0, 8 * len(whole), 29 if file == "plan.json" else 1)):
        try:
            now = (RunFolder(run.path).plan, resources.load(run))
        except UserError as error:
            assert "\n" not in str(error)
        else:
            assert now == before


def test_a_flipped_bit_at_the_end_of_a_log_changes_no_status(tmp_path: Path) -> None:
    run = begun(tmp_path)
    whole, before = run.events.read_bytes(), status(run)
    for _ in flipped(run.events, range(0, 8 * (len(whole) - 1), 61)):  # `test_log` has every bit
        with pytest.raises(UserError, match="log of run"):
            status(run)
    assert status(run) == before


def test_the_tail_of_a_long_log_is_checked_from_its_second_line_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(tmp_path)
    whole, before = run.events.read_bytes(), status(run)
    monkeypatch.setattr("tui_trainer.run.storage.status.TAIL_BYTES", 1000)
    assert status(run) == before
    for at in range(len(whole) - 600, len(whole) - 1, 7):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        run.events.write_bytes(damaged)
        with pytest.raises(UserError, match="is damaged"):
            status(run)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_runs_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        run = begun(tmp_path)
        lock.Lock(run).release()
    finally:
        os.umask(before)
    assert stat.S_IMODE(run.path.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in run.path.iterdir()}
    assert modes == dict.fromkeys(("plan.json", "events.jsonl", "resources.json", "lock"), 0)


def test_the_control_folder_as_a_link_is_not_followed(tmp_path: Path) -> None:
    run, target = begun(tmp_path), tmp_path / "elsewhere"
    target.mkdir(0o755)
    target.chmod(0o755)
    run.control.symlink_to(target)
    with pytest.raises(OSError):
        control.ControlServer(run, lambda request: None)
    assert stat.S_IMODE(target.stat().st_mode) == 0o755 and list(target.iterdir()) == []


@pytest.mark.parametrize("bad", ["a pipe", "a link", "a folder", "huge"])
def test_the_address_of_a_socket_is_read_from_a_small_file(tmp_path: Path, bad: str) -> None:
    run = begun(tmp_path)
    run.control.mkdir()
    BAD[bad](run.address)
    assert client.address(run) == run.socket


def test_a_holder_s_number_is_no_process_s(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.lock.write_bytes(msgspec.json.encode({"pid": 2**62, "started": ""}))
    assert lock.holder(run) is None
