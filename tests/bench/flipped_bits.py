"""One bit flipped in each file of a stopped run, then `resume`, `runs`, `eval`, `chat` and `attach`.

    python tests/bench/flipped_bits.py [--places 200] [--seed 0] [--run real|toys|ended] [--only FILE...]

Prints a table of file x command:

    noticed   the command said so in one line, and left everything else as it was
    harmless  it gave what it gives for the undamaged run: the same output; the same records and documents
              (attach); the same stream of events and the same final weights (resume)
    unread    it never opened the file, by Python's audit of every `open`; run once all the same
    WRONG     anything else: another result, a traceback, or whole work that is gone

Three runs: a tiny real one, stopped within fine-tuning; a fork of a run of the tests' toy stages, stopped
within reinforcement, with preferences, and with picks of the other run to be made again; and the real one at
its end, with its report, where nothing is left to resume. Every trial is a process forked from this one,
which has imported everything.
"""

import argparse
import contextlib
import io
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))

import toys

import tui_trainer.run.stage_machine
import tui_trainer.run.steering
import tui_trainer.serving.frozen
import tui_trainer.serving.measuring  # noqa: F401 - imported once here for all children
from tui_trainer import cli
from tui_trainer.errors import UserError
from tui_trainer.messages.events import Stepped, WeightsFrozen, encoder
from tui_trainer.run import fork
from tui_trainer.run.interruption import DAMAGED
from tui_trainer.run.stages import RunPipeline
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, comparable, read_all
from tui_trainer.run.trainer import Trainer
from tui_trainer.settings import load
from tui_trainer.ui.run_files.documents import Documents

SMALL = (
    "data.documents=200", "data.vocabulary=400",
    "model.layers=1", "model.width=32", "model.heads=2", "model.context=64", "model.precision=float32",
    "pretrain.steps=8", "pretrain.measure_every=4", "finetune.steps=6", "finetune.pairs=100",
    "run.threads=1", "run.checkpoint_every=2",
)  # fmt: skip
ASKED = "Where does Ada live?\nWho?\n"
TOYS = "toys"  # the folder of runs of the toy stages
ENDED = "ended"  # that of the real run at its end
ALL_THE_SAME = 1  # places of a file that a command does not open
ENOUGH_SECONDS = 60.0


# -- processes -------------------------------------------------------------------------------------------


def forked(work: Callable[[], int], output: Path, told: Path | None = None) -> int:
    """Do something in a process of its own, its output in a file; its exit status.

    Args:
        told: takes the paths that it opens, one a line.
    """
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    status = 70
    try:
        os.setsid()
        signal.alarm(int(ENOUGH_SECONDS))  # a hang is an end by a signal
        into = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(into, 1)
        os.dup2(into, 2)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        if told is not None:
            paths = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

            def audit(event: str, arguments: tuple[Any, ...]) -> None:
                if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
                    os.write(paths, os.fsencode(arguments[0]) + b"\n")

            sys.addaudithook(audit)
        status = work()
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)  # whatever happens: this process must not go on as the one that it was forked from


def train(folder: RunFolder) -> int:
    """Be the trainer of a run, of the toy stages if its settings are theirs."""
    with open(folder.trainer_log, "a") as log:
        os.dup2(log.fileno(), 2)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    torch.set_num_threads(1)
    toy = folder.path.parent.name == TOYS
    return Trainer(folder, toys.build if toy else RunPipeline, proceed=True).run()


def train_until(folder: RunFolder, stage: str, step: int) -> None:
    """Train, and stop after a step."""
    pid = os.fork()
    if not pid:
        os.environ["TOY_SECONDS"] = "0.02"
        try:
            train(folder)
        finally:
            os._exit(0)
    reader, until = LogReader(folder.events), time.monotonic() + ENOUGH_SECONDS
    while not any(
        isinstance(r.event, Stepped) and (r.event.stage, r.event.step) == (stage, step) for r in reader.poll()
    ):
        assert time.monotonic() < until, folder.trainer_log.read_text()
        time.sleep(0.002)
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)


# -- commands --------------------------------------------------------------------------------------------


def command(*arguments: str) -> Callable[[RunFolder], int]:
    """A command of the front door on a run."""

    def work(folder: RunFolder) -> int:
        words = [folder.id if word == "RUN" else word for word in arguments]
        reading = io.TextIOWrapper(io.BytesIO(ASKED.encode()))
        sys.stdin = reading
        cli.main([*words, "--runs", str(folder.path.parent)])
        return 0

    return work


def runs(folder: RunFolder) -> int:
    """The list, and the report of one."""
    for words in (("runs",), ("runs", "RUN", "--json")):
        with contextlib.suppress(SystemExit):
            command(*words)(folder)
    return 0


def attach(folder: RunFolder) -> int:
    """What the screen is a pure fold over, and the documents that it shows."""
    try:
        folder.plan  # noqa: B018 - raises
        for record in read_all(folder.events):
            sys.stdout.buffer.write(encoder.encode(record) + b"\n")
        documents = Documents(folder.corpus / "documents.jsonl").index()
        if documents.trouble:
            raise UserError(documents.trouble)
        print([documents.read(number) for number in range(len(documents))])
    except UserError as error:
        print(f"tui-trainer: {error}", file=sys.stderr)
        return 2
    return 0


COMMANDS: dict[str, Callable[[RunFolder], int]] = {
    "resume": train,
    "runs": runs,
    "eval": command("eval", "RUN", "--json"),
    "chat": command("chat", "RUN"),
    "attach": attach,
}


# -- trials ----------------------------------------------------------------------------------------------


class Reference:
    """A stopped run, what each command makes of it, and which files it opens for that."""

    def __init__(self, folder: RunFolder, scratch: Path, commands: tuple[str, ...]) -> None:
        self.folder, self.scratch = folder, scratch
        self.opened: dict[str, set[str]] = {}
        self.output: dict[str, str] = {}
        for name in commands:
            copy = self.copy()
            status = forked(lambda c=copy, n=name: COMMANDS[n](c), scratch / "output", scratch / "paths")
            told = (scratch / "output").read_text() + copy.trainer_log.read_text()
            assert status == 0 and "Traceback" not in told, (name, status, told)
            opened = (scratch / "paths").read_text("utf-8", "replace").splitlines()
            self.opened[name] = {p.removeprefix(f"{copy.path}/") for p in opened}
            self.output[name] = result(name, copy, (scratch / "output").read_text())
        self.content = {p: p.read_bytes() for p in sorted(folder.path.rglob("*")) if p.is_file()}

    def copy(self) -> RunFolder:
        """In a place of its own, always the same."""
        place = self.scratch / self.folder.path.parent.name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder.path.parent, place, ignore=shutil.ignore_patterns("control"))
        return RunFolder(place / self.folder.id)


def result(name: str, folder: RunFolder, output: str) -> str:
    """What a command has made, to be compared."""
    if name != "resume":
        return output
    records = list(read_all(folder.events))
    # Errors of the trainer itself are no part of what it computes.
    stream = [comparable(r)["event"] for r in records if comparable(r)["event"].get("level") != "error"]
    frozen = [r.event for r in records if isinstance(r.event, WeightsFrozen)]
    here = [f.file_sha256 for f in frozen if (folder.path / f.file).is_file()]
    return f"{stream}\n{here}\n{[p.read_bytes() for p in (folder.preferences,) if p.exists()]}"


def trial(reference: Reference, name: str, path: Path, bit: int) -> str:
    """Flip a bit, run a command; what came of it, and in a wrong case why."""
    copy = reference.copy()
    at = path.relative_to(reference.folder.path)
    content = bytearray(reference.content[path])
    content[bit // 8] ^= 1 << bit % 8
    (copy.path / at).write_bytes(content)
    output = reference.scratch / "output"
    before = len((copy.trainer_log).read_bytes())
    status = forked(lambda: COMMANDS[name](copy), output)
    said = output.read_text("utf-8", "replace")
    if name == "resume":
        said = copy.trainer_log.read_bytes()[before:].decode("utf-8", "replace")
    if "Traceback" in said or status not in (0, 1, 2, DAMAGED):
        return f"WRONG status {status}: {said[-300:]}"
    if lost := [p for p in reference.content if p != path and gone(reference, copy, p, name, status)]:
        return f"WRONG lost {[p.name for p in lost]}"
    with contextlib.suppress(UserError):
        if status == 0 and result(name, copy, output.read_text("utf-8", "replace")) == reference.output[name]:
            return "harmless"
    lines = [x for x in said.splitlines() if re.search(r"tui-trainer: |failed: |^\S+ \S+ /", x)]
    if lines:
        return "noticed"
    return f"WRONG: {said[-300:]!r}"


def gone(reference: Reference, copy: RunFolder, path: Path, name: str, status: int) -> bool:
    """Whether work that was whole is not there any more."""
    here = copy.path / path.relative_to(reference.folder.path)
    if path.name in ("trainer.log", "resources.json", "lock", "socket", "address"):
        return False  # no work
    if not here.exists():
        return True
    if name == "resume" and status == 0 and path.parent.name == "checkpoints":
        return False  # it went on
    if path.name == "events.jsonl":  # errors are told in it; a line that is not whole is cut off
        whole = reference.content[path]
        return not here.read_bytes().startswith(whole)
    return here.read_bytes() != reference.content[path] and not (name == "resume" and status == 0)


# -- the whole -------------------------------------------------------------------------------------------


def stopped(base: Path) -> tuple[RunFolder, RunFolder]:
    """The real run, and the fork of a toy."""
    plan = plans.make(load("quick", SMALL, environ={}), preset="quick", until="finetune")
    real = folders.create(base / "real", plan)
    train_until(real, "finetune", 4)
    source = toys.toy_run(base / "source" / TOYS)
    forked(lambda: train(source), base / "output")
    kept = fork.plan_of(source, "feedback", ["feedback.rater=person"], keep_picks=True)
    toy = fork.begin(source, kept, base / TOYS)
    train_until(toy, "feedback", 9)
    return real, toy


def at_its_end(real: RunFolder, base: Path) -> RunFolder:
    """A copy of a stopped run, trained to its end."""
    shutil.copytree(real.path.parent, base / ENDED, ignore=shutil.ignore_patterns("control"))
    folder = RunFolder(base / ENDED / real.id)
    assert forked(lambda: train(folder), base / "output") == 0 and folder.report.is_file()
    return folder


def main() -> int:
    """The table; 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--places", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", choices=["real", TOYS, ENDED])
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    torch.set_num_threads(1)
    draw = random.Random(options.seed)
    wrong: list[str] = []
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="flipped-bits-", dir=shared) as directory:
        base = Path(directory)
        (base / "scratch").mkdir()
        real, toy = stopped(base)
        runs_ = [(real, tuple(COMMANDS)), (toy, ("resume", "runs", "attach"))]
        if options.run in (None, ENDED):
            runs_.append((at_its_end(real, base), tuple(COMMANDS)))
        for folder, commands in runs_:
            if options.run not in (None, folder.path.parent.name):
                continue
            print(f"{'file':34}" + "".join(f"{name:>24}" for name in commands), flush=True)
            reference = Reference(folder, base / "scratch", commands)
            for path, content in reference.content.items():
                name = str(path.relative_to(folder.path))
                if folder is toy and path.parent == reference.folder.corpus:
                    continue  # the toy stages' own stand-in for one
                if not content or (options.only and name not in options.only):
                    continue
                cells = []
                for told in commands:
                    unread = name not in reference.opened[told]
                    places = min(options.places, ALL_THE_SAME) if unread else options.places
                    counts: Counter[str] = Counter()
                    for _ in range(places):
                        bit = draw.randrange(8 * len(content))
                        came = trial(reference, told, path, bit)
                        if came.startswith("WRONG"):
                            wrong.append(f"{name}, bit {bit}, {told}: {came}")
                            came = "WRONG"
                        counts["unread" if unread and came == "harmless" else came] += 1
                    cells.append(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
                print(
                    f"{f'{name} ({folder.path.parent.name})':34}" + "".join(f"{cell:>24}" for cell in cells),
                    flush=True,
                )
    for line in wrong[:40]:
        print(line)
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
