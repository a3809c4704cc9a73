"""2,000 hostile inputs at every door but files of data, files of preferences and the keyboard.

    nice -n 5 python tests/bench/hostile_inputs.py [--seed 0] [--part 1.0] [--keep FOLDER]

Each input meets its command in a process forked from one that has imported everything, in its own folder and
home. Held against: no traceback and no unexpected exception, the exit status (0, or 1 or 2 with one line
that says what is wrong and no result), 10 s, 1 GiB, and no raw control or bidi character on any output. The
messages of the control socket go to one living toy trainer, which has to answer somebody else after each of
them, and whose trainer.log is read in the end. Prints a line for each door, and what was found; `--keep` says
where the inputs are kept that something was found by.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "ui"), str(TESTS / "run"), str(TESTS / "serving")]

import hostile  # noqa: E402 - found by the path above
import toys  # noqa: E402
from hostile import Case  # noqa: E402

import tui_trainer.console.conversation  # noqa: E402 - imported once for all that are forked
import tui_trainer.console.corpus  # noqa: E402
import tui_trainer.console.experiment  # noqa: E402
import tui_trainer.run.stage_machine  # noqa: E402
import tui_trainer.run.steering  # noqa: E402
import tui_trainer.serving.frozen  # noqa: E402
import tui_trainer.serving.measuring  # noqa: E402
import tui_trainer.serving.rater_panel  # noqa: E402, F401
from tui_trainer import cli  # noqa: E402
from tui_trainer.errors import UserError  # noqa: E402
from tui_trainer.messages.commands import Command, LookAt, Stop, TakeControl  # noqa: E402
from tui_trainer.messages.inspection import Look  # noqa: E402
from tui_trainer.run import client  # noqa: E402
from tui_trainer.run.client import Control  # noqa: E402
from tui_trainer.run.storage.folder import RunFolder  # noqa: E402
from tui_trainer.run.trainer import Sanitized, Trainer  # noqa: E402

SECONDS = 10
MOST_KILOBYTES = 1024**2
SHOWN = 1024**2  # bytes of an output that are looked at


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    tried, most, slowest = Counter[str](), Counter[str](), dict[str, float]()
    ends = dict[str, Counter[int]]()
    found = list[str]()
    with tempfile.TemporaryDirectory(prefix="hostile-", dir="/tmp") as name:
        whole = hostile.made_run(Path(name) / "whole")
        for number, case in enumerate(hostile.cases(options.seed, options.part, whole)):
            folder = Path(name) / f"case-{number}"
            folder.mkdir()
            wrong, code, kilobytes, seconds = meet(case, folder)
            ends.setdefault(case.door, Counter())[code] += 1
            tried[case.door] += 1
            most[case.door] = max(most[case.door], kilobytes)
            slowest[case.door] = max(slowest.get(case.door, 0.0), seconds)
            if wrong:
                found.append(f"{case.door}: {wrong}: {case.arguments!r:.300} {case.environment!r:.200}")
                print(found[-1], flush=True)
                if options.keep:
                    shutil.copytree(folder, options.keep / f"case-{number}", symlinks=True, ignore=_pipes)
            shutil.rmtree(folder)
        found += over_the_socket(Path(name), options.seed, round(200 * options.part), tried)
    for door, count in tried.items():
        statuses = dict(sorted(ends.get(door, {}).items()))
        used = f"at most {most[door] / 1024:.0f} MiB and {slowest.get(door, 0):.1f} s" if statuses else ""
        print(f"{door:14} {count:5,} inputs, {used}, statuses {statuses}")
    print(f"{sum(tried.values()):,} inputs, {len(found)} findings")
    sys.exit(1 if found else 0)


def _pipes(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_fifo()]


def meet(case: Case, folder: Path) -> tuple[str, int, int, float]:
    """What is wrong with how an input is met; the exit status; the most memory, in KiB; seconds."""
    work = folder / "work"
    work.mkdir()
    (folder / "home").mkdir()
    hostile.furnish(work, case)
    (folder / "in").write_bytes(case.stdin)
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _child(case, folder, work)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - begun
    out, err = (
        (folder / name).open("rb").read(SHOWN).decode("utf-8", "backslashreplace") for name in ("out", "err")
    )
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGALRM:
        return f"still at it after {SECONDS} s", code, usage.ru_maxrss, seconds
    wrong = hostile.wrong(case, code, out, err)
    if not wrong and usage.ru_maxrss > MOST_KILOBYTES:
        wrong = f"{usage.ru_maxrss / 1024:.0f} MiB"
    return wrong and f"{wrong}: {err[-300:]!r}", code, usage.ru_maxrss, seconds


def _child(case: Case, folder: Path, work: Path) -> None:
    code = 99
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (16 * 1024**3, resource.RLIM_INFINITY))
        for number, (name, flags) in enumerate((("in", os.O_RDONLY), ("out", os.O_RDWR), ("err", os.O_RDWR))):
            os.dup2(os.open(folder / name, flags | os.O_CREAT, 0o600), number)
        sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", buffering=1)  # noqa: SIM115
        for name in [n for n in os.environ if n.startswith(("TUI_TRAINER_", "XDG_"))]:
            del os.environ[name]
        os.environ["HOME"] = str(folder / "home")
        os.environ.update(case.environment)
        os.chdir(work)
        signal.alarm(SECONDS)
        code = _done(case, work)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _done(case: Case, work: Path) -> int:
    try:
        if case.call is None:
            cli.main(case.arguments)
        else:
            case.call(work)
    except UserError as error:
        from tui_trainer.console import output

        output.complain(str(error))
        return 2
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else 98
    return 0


# -- the control socket ------------------------------------------------------------------------------------


def over_the_socket(base: Path, seed: int, count: int, tried: Counter[str]) -> list[str]:
    """Send messages to a living trainer; what was found."""
    folder = toys.toy_run(base / "runs", "pretrain.steps=100000")
    pid = os.fork()
    if pid == 0:
        log = os.open(folder.trainer_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(log, 2)
        os.environ["TOY_SECONDS"] = "0.01"
        sys.stdout = sys.stderr = Sanitized(open(2, "wb", closefd=False), "utf-8", line_buffering=True)  # noqa: SIM115
        os._exit(Trainer(folder, toys.build).run())
    found = list[str]()
    draw = random.Random(f"{seed} socket")
    with Control(folder, SECONDS) as good:
        if wrong := _in_time(good, LookAt(Look("a"))):
            return [f"socket: the trainer does not begin: {wrong}: {folder.trainer_log.read_text()[-500:]}"]
        for _ in range(count):
            tried["socket"] += 1
            sent = b"".join(hostile.message(draw) for _ in range(draw.randrange(1, 4)))
            if wrong := _met(folder, sent, draw.random() < 0.5) or _answers(good):
                found.append(f"socket: {wrong}: {sent[:300]!r}")
                print(found[-1], flush=True)
        if wrong := _in_time(good, TakeControl()) or _in_time(good, Stop()):
            found.append(f"socket: it does not stop: {wrong}")
            os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if status:
        found.append(f"socket: the trainer ended with status {os.waitstatus_to_exitcode(status)}")
    log = folder.trainer_log.read_text("utf-8")
    if hostile.raw(log) or "Traceback" in log:
        found.append(f"trainer.log: {log[-500:]!r}")
    return found


def _met(folder: RunFolder, sent: bytes, controls: bool) -> str:
    """Send it, and read until the answers stop or the other end hangs up."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(SECONDS)
        link.connect(str(client.address(folder)))
        try:
            if controls:
                link.sendall(b'{"type":"take_control"}\n')
            link.sendall(sent)
            link.shutdown(socket.SHUT_WR)
            while link.recv(65536):
                pass
        except (BrokenPipeError, ConnectionResetError):
            return ""
        except TimeoutError:
            return "neither an answer nor the end"
    return ""


def _in_time(good: Control, command: Command) -> str:
    """Ask until it is done; why it never was, or ""."""
    end = time.monotonic() + 3 * SECONDS
    while not (reply := good.send(command)).ok and time.monotonic() < end:
        time.sleep(0.05)
    return "" if reply.ok else str(reply.error)


def _answers(good: Control) -> str:
    reply = good.send(LookAt(Look("a")))
    return "" if reply.ok else f"nobody else is answered: {reply.error}"


if __name__ == "__main__":
    main()
