"""The machine a run is on: what decides its numbers, and what the run takes of it."""

import contextlib
import ctypes
import os
import platform
import resource
import sys
from importlib import metadata
from pathlib import Path

from tui_trainer.run import torchrun
from tui_trainer.run.energy import Meter

CGROUP = Path("/sys/fs/cgroup/cpu.max")
AUTOGROUP = Path("/proc/self/autogroup")
METER = Meter()
NICENESS = 5  # a third of the time of what others do; all of it when they do nothing


def threads(setting: int) -> int:
    """CPU threads to compute with: the setting, or one a core that this process may use.

    The processes that torchrun has started on this machine share its cores.
    """
    if setting:
        return setting
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _quota(CGROUP) or cores) // torchrun.place().local_ranks)


def _quota(path: Path) -> int | None:
    """Cores that a container may use in all, by its control group (version 2); None: all there are.

    Threads beyond it would spin while they wait for those that the kernel holds back.
    """
    try:
        quota, period = path.read_text("ascii").split()
        return max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return None  # no such file, or "max"


def step_back() -> None:
    """Let whoever uses the machine go first: a key is to be answered while all cores compute.

    A desktop's kernel shares the time among sessions before it does among processes, and the trainer has a
    session of its own: so that is told as well.
    """
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        if os.getsid(0) == os.getpid():  # not that of somebody's shell
            AUTOGROUP.write_text(str(NICENESS), "ascii")


def configure(count: int) -> None:
    """Make torch give the same numbers every time on so many threads, in bounded memory."""
    # oneDNN keeps a compiled kernel for each shape of product it has met, 1,024 of them at first. Answers of
    # many lengths make every reinforcement step meet new shapes, which came to 10 MB a step. A training step
    # has some forty shapes, and takes half as long again where they are compiled anew each time.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "256")

    import numpy  # noqa: F401 - brings the library whose threads are limited here
    import torch
    from threadpoolctl import ThreadpoolController

    torch.set_num_threads(count)
    # NumPy's own linear algebra would take a thread a core, or what the environment says, whatever this run
    # began with; and its last digits depend on how many. Its problems here are small: one thread is enough.
    ThreadpoolController().select(internal_api="openblas").limit(limits=1)
    # The same as use_deterministic_algorithms(True), which would import the compiler for two seconds.
    torch.set_deterministic_debug_mode("error")
    # It would fill every new tensor, to make reads of unwritten memory repeatable; there are none to repeat.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a property


def use_threads(count: int) -> None:
    """From here on, compute on so many threads."""
    import torch

    torch.set_num_threads(count)


def threads_used() -> int:
    """Threads that torch computes on now."""
    import torch

    return torch.get_num_threads()


def allow_gpu() -> None:
    """After `configure`: nearly the same numbers will do. Some of a GPU's operations add up in any order."""
    import torch

    torch.set_deterministic_debug_mode("default")


def trim_memory() -> None:
    """Hand freed memory back to the system: the C library keeps it, in pieces that later needs don't fit."""
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)


def description(count: int) -> dict[str, str]:
    """What a run's first event says of the machine."""
    return {"cpu": _processor(), "threads": str(count)}


def software() -> dict[str, str]:
    """Versions of what computes."""
    versions = {"python": platform.python_version()}
    for package in ("tui-trainer", "torch", "tokenizers"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "unknown"
    return versions


def peak_memory_bytes() -> int:
    """The most memory that this process has held at once (resident)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # elsewhere in KiB


def energy_taken() -> float:
    """Joules that the machine's processors have taken since this was last asked, or since this program began;
    0 where it doesn't tell."""
    return METER.taken()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
