"""One trainer a run, and none once it is dead."""

import os
import signal
import subprocess
import sys
import time

import pytest
from waiting import wait_until

from tui_trainer.errors import UserError
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.lock import Lock


def test_held_and_released(new_run, monkeypatch):
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.001)
    folder = new_run()
    assert not lock.is_alive(folder) and lock.holder(folder) is None
    held = Lock(folder)
    assert lock.is_alive(folder)
    owner = lock.holder(folder)
    assert owner is not None and owner.pid == os.getpid()
    with pytest.raises(UserError, match=f"already has a trainer \\(process {os.getpid()}\\)"):
        Lock(folder)
    held.release()
    assert not lock.is_alive(folder) and lock.holder(folder) is None
    Lock(folder).release()


def test_a_dead_process_leaves_nothing_in_the_way(new_run):
    folder = new_run()
    code = (
        "import sys, time\n"
        "from tui_trainer.run.storage.lock import Lock\n"
        "from tui_trainer.run.storage.folder import RunFolder\n"
        "held = Lock(RunFolder(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder.path)], stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        assert lock.is_alive(folder)
        owner = lock.holder(folder)
        assert owner is not None and owner.pid == process.pid
        process.send_signal(signal.SIGKILL)
    assert not lock.is_alive(folder) and lock.holder(folder) is None
    assert folder.lock.read_bytes()  # what it wrote is still there, and stale
    Lock(folder).release()


def test_another_process_with_the_same_id_is_not_the_holder(new_run):
    folder = new_run()
    folder.lock.write_text(f'{{"pid":{os.getpid()},"started":"1"}}')
    assert lock.holder(folder) is None
    for foreign in ("", "[]", '{"pid":0,"started":""}', '{"pid":-1,"started":""}', "\x00"):
        folder.lock.write_text(foreign)
        assert lock.holder(folder) is None and not lock.is_alive(folder)


def test_only_one_of_many_that_start_at_once(new_run, trainers):
    folder = new_run()
    code = (
        "import sys; from tui_trainer.run.storage import lock\n"
        "from tui_trainer.run.storage.folder import RunFolder\n"
        "lock.ATTEMPTS = 1\n"
        "try: held = lock.Lock(RunFolder(sys.argv[1]))\n"
        "except lock.UserError: print('no', flush=True)\n"
        "else: print('yes', flush=True)\n"
        "sys.stdin.read()"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    answers = sorted(process.stdout.readline().strip() for process in processes if process.stdout)
    for process in processes:
        process.communicate("")
    assert answers == ["no", "no", "no", "yes"]


def test_asking_does_not_keep_a_trainer_out(new_run, trainers):
    """Someone who asks all the time whether it lives holds the lock again and again, but never for long."""
    folder = new_run()
    trainers.start(folder)
    seen: list[bool] = []

    def ask() -> None:
        seen.append(lock.is_alive(folder))
        time.sleep(0.0005)

    wait_until(trainers.ended, meanwhile=ask)
    assert trainers.wait() == 0 and any(seen)
