"""Hostile files at the doors that read a person's own: no traceback, no hang, little memory, right status.

    python tests/bench/hostile_files.py [inputs a door]

Each input is read in a forked child of its own, whose memory and time are bounded. Prints a line a door and
exits with status 1 when one of them went wrong.
"""

import importlib
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tui_trainer import cli

sys.path.insert(0, str(Path(__file__).parents[1] / "corpus"))
import hostile_grammar as grammar

SECONDS = 10
BYTES = 1 << 30
WRONG = 99


def outcome(door: str, path: Path) -> tuple[str, float, int]:
    """What came of one input: "" or what went wrong, seconds of computing, bytes of memory at the most."""
    errors = path.with_suffix(".err")
    pid = os.fork()
    if not pid:
        os._exit(_child(door, path, errors))
    _, status, used = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    said = errors.read_text("utf-8", "replace")
    wrong = ""
    if code < 0:
        wrong = f"killed by {signal.Signals(-code).name}"
    elif "Traceback" in said or code == WRONG:
        wrong = f"a traceback: {said.strip().splitlines()[-1][:200] if said.strip() else ''}"
    elif code not in (0, 2) or (code == 2 and not said.strip().splitlines()[-1].startswith("tui-trainer: ")):
        wrong = f"status {code}: {said[-200:]!r}"
    memory = used.ru_maxrss * 1024
    return wrong or ("more than 1 GiB" if memory > BYTES else ""), used.ru_utime + used.ru_stime, memory


def _child(door: str, path: Path, errors: Path) -> int:
    signal.alarm(10 * SECONDS)  # of a machine on which others work, too
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for number, name in ((1, "/dev/null"), (2, str(errors))):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    try:
        cli.main(grammar.command(door, path))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else WRONG
    except BaseException as error:
        os.write(2, f"Traceback: {error!r}\n".encode("utf-8", "replace"))
        return WRONG
    return 0


def main(inputs: int) -> int:
    # Imported once for all children, and not run: a fork takes no thread along, and would wait for it.
    for module in (
        "tui_trainer.corpus.user_text",
        "tui_trainer.console.corpus",
        "tui_trainer.console.preference_exchange",
    ):
        importlib.import_module(module)
    importlib.import_module("charset_normalizer")
    failures = 0
    for door in grammar.DOORS:
        worst_seconds = worst_memory = 0.0
        wrong: list[str] = []
        started = time.monotonic()
        for seed in range(inputs):
            with tempfile.TemporaryDirectory() as name:
                path = grammar.write(Path(name), door, Random(f"{door} {seed}"))
                found, seconds, memory = outcome(door, path)
                worst_seconds, worst_memory = max(worst_seconds, seconds), max(worst_memory, memory)
                if found:
                    wrong.append(f"input {seed}: {found}")
        failures += len(wrong)
        print(
            f"{door:12} {inputs} inputs, {len(wrong)} wrong; at most {worst_seconds:.1f} s of CPU, "
            f"{worst_memory / 1e6:.0f} MB; {time.monotonic() - started:.0f} s in all",
            flush=True,
        )
        for line in wrong[:5]:
            print(f"  {line}", flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
