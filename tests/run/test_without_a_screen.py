"""What a command without a screen says of its trainer's end, and its exit status."""

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest
from toys import state_of
from waiting import wait_until

from tui_trainer import cli
from tui_trainer.console import headless
from tui_trainer.messages.commands import Reply
from tui_trainer.run.client import Control
from tui_trainer.run.storage.folder import RunFolder


class Launched:
    """A toy trainer, as `client.launch` gives a real one."""

    def __init__(self, trainers, folder: RunFolder, order: dict[str, object]) -> None:
        self.pid = trainers.start(folder, proceed=True, **order)
        self.returncode: int | None = None
        self._waiting = threading.Thread(target=self._wait, args=(trainers,))
        self._waiting.start()

    def _wait(self, trainers) -> None:
        self.returncode = trainers.wait()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._waiting.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("trainer", timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class Console:
    """`resume --headless`, in this process."""

    def __init__(self, trainers, new_run, patch, capsys) -> None:
        self.trainers, self.new_run, self.capsys = trainers, new_run, capsys
        self.launched: Launched | None = None
        self.order: dict[str, object] = {}
        patch.setattr(headless, "launch", self.launch)
        patch.setattr(headless, "POLL_SECONDS", 0.01)

    @property
    def way_on(self) -> str:
        return f"tui-trainer resume {self.folder.id} --headless"

    def launch(self, folder: RunFolder, proceed: bool) -> Launched:
        self.launched = Launched(self.trainers, folder, self.order)
        return self.launched

    def resume(
        self,
        *assignments: str,
        once: Callable[[Launched, RunFolder], None] | None = None,
        said_before: str = "",
        **order: object,
    ) -> tuple[int, str, list[str]]:
        """Exit status, what stands on stdout, and the lines on stderr.

        Args:
            once: is done as soon as the first step is.
        """
        self.folder, self.order = self.new_run(*assignments), order
        self.folder.trainer_log.write_text(said_before)
        if once is not None:
            threading.Thread(target=self._once_it_steps, args=(once,), daemon=True).start()
        with pytest.raises(SystemExit) as ended:
            runs = str(self.folder.path.parent)
            cli.main(["resume", self.folder.id, "--headless", "--json", "--runs", runs])
        printed = self.capsys.readouterr()
        assert "Traceback" not in printed.err
        return ended.value.code, printed.out, printed.err.splitlines()

    def _once_it_steps(self, act: Callable[[Launched, RunFolder], None]) -> None:
        wait_until(lambda: self.folder.events.exists() and b'"stepped"' in self.folder.events.read_bytes())
        assert self.launched is not None
        act(self.launched, self.folder)


@pytest.fixture
def console(trainers, new_run, monkeypatch, capsys) -> Console:
    return Console(trainers, new_run, monkeypatch, capsys)


SLOW = {"TOY_SECONDS": "0.02"}


def test_it_worked(console):
    status, out, _ = console.resume()
    assert status == 0 and json.loads(out)["run"]["ended"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_from_here(console, number):
    status, out, err = console.resume(env=SLOW, once=lambda *_: os.kill(os.getpid(), number))
    assert (status, out) == (0, "")
    assert err[-2:] == [
        "stopping ...",
        f"stopped; go on with: tui-trainer resume {console.folder.id} --headless",
    ]
    assert console.launched.returncode == 0


def test_a_step_that_outlasts_the_patience_is_not_broken_off(console, monkeypatch):
    """Asked once, the trainer ends between two steps, however long that takes: nothing computed is lost."""
    monkeypatch.setattr(headless, "ANSWER_SECONDS", 0.01)
    env = {"TOY_WITHIN_SECONDS": "0.5"}
    status, _, _ = console.resume(env=env, once=lambda *_: os.kill(os.getpid(), signal.SIGINT))
    assert status == 0
    assert console.trainers.run(console.folder) == 0
    assert "resumed in pretrain, 0 events back" in console.folder.trainer_log.read_text()
    undisturbed = console.new_run()
    assert console.trainers.run(undisturbed) == 0
    assert state_of(console.folder) == state_of(undisturbed)


def test_what_could_not_be_handed_over_at_once_is_handed_over_later(console, monkeypatch):
    """A trainer that is busy, or that another screen steers, may not take it at the first pair."""
    refusals = [Reply(ok=False, error="the trainer is busy")] * 3

    class Busy(Control):
        def send(self, command):
            return refusals.pop() if refusals else super().send(command)

    monkeypatch.setattr(headless, "Control", Busy)
    status, _, err = console.resume("feedback.rater=person")
    assert status == 0 and sum("nobody is here to rate" in line for line in err) == 1


def test_stopped_by_someone_else(console):
    status, out, err = console.resume(env=SLOW, once=lambda trainer, _: trainer.send_signal(signal.SIGTERM))
    assert (status, out) == (0, "")
    assert (
        err[-1] == f"stopped by someone else; go on with: tui-trainer resume {console.folder.id} --headless"
    )


@pytest.mark.parametrize("when", ["at the start", "in a step"])
def test_killed(console, when):
    """The word of an earlier trainer is not taken for this one's."""
    before = "2026-01-01 00:00:00 stopped; the run can be resumed\n"
    how = {"once": lambda trainer, _: trainer.send_signal(signal.SIGKILL), "env": SLOW}
    status, out, err = console.resume(
        said_before=before, **({"die_at_write": 1} if when == "at the start" else how)
    )
    assert (status, out) == (1, "")
    assert err[-1] == (
        f"tui-trainer: the trainer of run {console.folder.id} ended before the run did (ended by SIGKILL); "
        f"`{console.way_on}` goes on from its last checkpoint"
    )


def test_what_no_resume_mends_is_asked_wrongly(console):
    status, out, err = console.resume(env={"TOY_FAILS": "1"})
    assert (status, out) == (2, "")
    assert err[-1] == "tui-trainer: too little text"
    assert "resume" not in "".join(err) and "".join(err).count("too little text") == 1


def test_no_room_for_a_checkpoint(console):
    status, out, err = console.resume(
        "run.checkpoint_every=10", limit=60_000, env={"TOY_SECONDS": "0.002", "TOY_STATE": "20000"}
    )
    assert (status, out) == (1, "")
    assert err[-1] == (
        "tui-trainer: no checkpoint could be written (File too large); make room, then continue: "
        f"`{console.way_on}`"
    )
    assert console.launched.returncode == 0  # it was stopped, and does not wait for ever


def test_no_room_for_the_log(console):
    status, out, err = console.resume(limit=9000)
    assert (status, out) == (1, "")
    assert "(File too large; put it right, then resume the run)" in err[-1]


def test_a_fault_of_the_program(console):
    status, out, err = console.resume(env={"TOY_PICK_FAILS": "1"})
    assert (status, out) == (1, "")
    assert "ValueError: of a library" in err[-1] and "goes on from its last checkpoint" in err[-1]


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_the_folder_is_gone(console, how, tmp_path):
    def remove(_: Launched, folder: RunFolder) -> None:
        folder.path.rename(tmp_path / "elsewhere")
        if how == "deleted":
            shutil.rmtree(tmp_path / "elsewhere")

    status, out, err = console.resume(env=SLOW, once=remove)
    assert (status, out) == (1, "")
    assert err[-1].startswith(f"tui-trainer: the folder of run {console.folder.id} was deleted or moved")
    assert not console.folder.path.exists()
