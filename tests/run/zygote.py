"""Forks trainers, so that a test can kill a dozen of them without importing torch a dozen times.

Reads lines of JSON {"run", "real", "proceed", "held", "env", "limit"}; answers with the process id when the
trainer has been forked and with its exit status (negative: the signal) when it has ended. Its stages are the
toys, or the real ones.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable

import torch
from toys import build

import tui_trainer.run.stage_machine
import tui_trainer.run.stages
import tui_trainer.run.steering  # noqa: F401 - imported here once for all children
from tui_trainer.run import machine, threads, trainer
from tui_trainer.run.storage import log
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.trainer import Trainer


def main() -> None:
    torch.set_num_threads(1)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_trainer(order)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become_trainer(order: dict) -> None:  # type: ignore[type-arg]
    os.setsid()
    folder = RunFolder(order["run"])
    output = os.open(folder.trainer_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.update(order.get("env", {}))
    if order.get("limit"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], resource.RLIM_INFINITY))
    if "TOY_THREADS" in order.get("env", {}):  # two, and steps that always take too long
        machine.threads = lambda setting: 2
        threads.FEWEST_STEPS, threads.WINDOW_SECONDS, threads.MUCH_LONGER = 3, 0.0, 0.0
    if order.get("die_at_write"):
        log.os = _Torn(order["die_at_write"])  # type: ignore[assignment]
    status = 1
    try:
        if order.get("real"):
            sys.argv = ["trainer", str(folder.path)]
            status = trainer.main()
        else:
            given = {name: order.get(name, False) for name in ("proceed", "held")}
            status = Trainer(folder, build, **given).run()
    finally:
        sys.stderr.flush()
        os._exit(status)


class _Torn:
    """Stands in for `os` in the log's module: at the nth write half the line comes out, then nothing ever."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __getattr__(self, name: str) -> Callable[..., object]:
        return getattr(os, name)  # type: ignore[no-any-return]

    def write(self, descriptor: int, content: bytes) -> int:
        self.left -= 1
        if self.left == 0:
            os.write(descriptor, content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return os.write(descriptor, content)


if __name__ == "__main__":
    main()
