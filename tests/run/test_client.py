"""Starting a trainer, and what the side without torch may import."""

import subprocess
import sys

import pytest
from waiting import PATIENCE, wait_until

from tui_trainer.errors import UserError
from tui_trainer.messages.commands import Stop, TakeControl
from tui_trainer.run import client
from tui_trainer.run.client import Control
from tui_trainer.run.storage import lock

LIGHT = (
    "storage.plan storage.folder storage.lock storage.log client storage.report storage.resources "
    "storage.history live_settings storage.preferences control trainer"
)


def test_what_the_screen_uses_does_not_import_torch():
    imports = "; ".join(f"import tui_trainer.run.{name}" for name in LIGHT.split())
    code = f"{imports}; import sys; sys.exit('torch' in sys.modules or 'textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_launched_it_lives_from_the_first_moment_and_only_once(new_run):
    folder = new_run()
    pid = client.launch(folder).pid
    assert lock.is_alive(folder)
    owner = lock.holder(folder)
    assert owner is None or owner.pid == pid  # None: it is just writing its name
    with pytest.raises(UserError, match="already has a trainer"):
        client.launch(folder)
    with Control(folder, timeout=PATIENCE) as control:
        wait_until(lambda: control.send(TakeControl()).ok)
        assert control.send(Stop()).ok
    wait_until(lambda: not lock.is_alive(folder))
    assert folder.trainer_log.read_text().splitlines()[-1].endswith("stopped; the run can be resumed")


def test_a_folder_that_is_no_run(tmp_path):
    command = [sys.executable, "-m", "tui_trainer.run.trainer", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 2 and "is not a run: it has no plan.json" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_trainer_that_can_not_be_started(new_run, monkeypatch):
    folder = new_run()
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(UserError, match="no trainer could be started"):
        client.launch(folder)
    assert not lock.is_alive(folder)
