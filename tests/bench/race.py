"""The race: seconds of training that nanoGPT's recipe takes to a loss, over ours, in turns.

    python tests/bench/race.py TEXT [--target 1.8857] [--seeds 10] [--threads 2]
    python tests/bench/race.py --standard-library

Rules: one text, whose last tenth is held out; no other data; at most 0.80 million parameters; the loss is
that of the whole held-out part in windows of 64 characters, every position once; seconds are those of
training without evaluation; the same threads; each side a process of its own, in turns, seed by seed.
Nothing is set for the text: ours is `tui-trainer train --tokenizer char` as a person would call it.

nanoGPT's seconds are those to the first evaluation (every 100 steps) at or below the target, interpolated
from the one before; where none is, all of its 2,000 steps. Without --target it is, for each seed, the loss
that nanoGPT ends with.

The second text, of another kind, is the source of Python's standard library: its modules in alphabetical
order, as many characters as tiny Shakespeare has.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tui_trainer.formulas.intervals import mean_interval

MOST_PARAMETERS = 800_000
CHARACTERS = 1_115_394  # of the second text
MISSED = 1  # exit status of `train` that did not come down to the target


def standard_library(folder: Path) -> Path:
    """Its modules, end to end."""
    modules = sorted(Path(os.__file__).parent.glob("*.py"))
    text = "\n".join(path.read_text("utf-8") for path in modules)[:CHARACTERS]
    assert len(text) == CHARACTERS, "this Python's library is too small"
    path = folder / "library.txt"
    path.write_text(text, "utf-8")
    return path


def nanogpt(text: Path, seed: int, threads: int) -> list[tuple[int, float, float]]:
    """Step, seconds, loss at each evaluation."""
    script = Path(__file__).with_name("nanogpt.py")
    said = _run(str(script), str(text), "--seed", str(seed), "--threads", str(threads))
    return [tuple(evaluation) for evaluation in json.loads(said)["losses"]]


def seconds_to(losses: list[tuple[int, float, float]], target: float) -> tuple[float, bool]:
    """Seconds to the target, and whether it was reached; all of them where it was not."""
    before = (0.0, float("inf"))
    for _, seconds, loss in losses:
        if loss <= target:
            share = (before[1] - target) / (before[1] - loss) if before[1] < float("inf") else 1.0
            return before[0] + share * (seconds - before[0]), True
        before = seconds, loss
    return before[0], False


def ours(text: Path, seed: int, threads: int, target: float, folder: Path, settings: list[str]) -> dict:
    """The report of a run to the target."""
    arguments = ["--data", str(text), "--tokenizer", "char", "--target-loss", str(target), "--json"]
    arguments += ["--seed", str(seed), "--runs", str(folder), f"--set=run.threads={threads}"]
    arguments += [f"--set={setting}" for setting in settings]
    return json.loads(_run("-m", "tui_trainer", "train", *arguments, allowed=(0, MISSED)))


def _run(*arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    if done.returncode not in allowed:
        raise SystemExit(done.stderr)
    return done.stdout


def main() -> int:
    """The table; 0 when ours reached the target each time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("text", type=Path, nargs="?")
    parser.add_argument("--standard-library", action="store_true", help="the second text")
    parser.add_argument("--target", type=float, help="nats a character")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--set", action="append", default=[], help="a setting of ours, to try it")
    options = parser.parse_args()
    if (options.text is None) != options.standard_library:
        parser.error("give a text, or --standard-library")
    ratios, missed = [], 0
    print(f"{'seed':>4} {'target':>7} {'nanoGPT':>18} {'ours':>36} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = standard_library(folder) if options.standard_library else options.text
        for seed in range(options.first, options.first + options.seeds):
            losses = nanogpt(text, seed, options.threads)
            target = losses[-1][2] if options.target is None else options.target
            theirs, reached = seconds_to(losses, target)
            report = ours(text, seed, options.threads, target, folder / "runs", options.set)
            figures = {name: figure["value"] for name, figure in report["metrics"].items()}
            parameters = report["weights"]["base"]["parameters"]
            assert parameters <= MOST_PARAMETERS, f"{parameters:,} parameters"
            seconds, loss = figures["run/pretraining_seconds"], figures["pretrain/nats_per_token"]
            missed += loss > target
            ratios.append(theirs / seconds)
            print(
                f"{seed:>4} {target:7.4f} {theirs:7.2f} s {losses[-1][2]:.4f}{' ' if reached else '>'}"
                f" {seconds:7.2f} s {loss:.4f}{'>' if loss > target else ' '}"
                f" {figures['run/pretraining_steps']:4.0f} steps"
                f" {figures['run/pretraining_tokens'] / 1e6:.3f}M"
                f" {ratios[-1]:6.2f}",
                flush=True,
            )
    interval = mean_interval(ratios)
    print(
        f"nanoGPT's seconds over ours: mean {statistics.mean(ratios):.2f}"
        + (f" (95 % interval {interval[0]:.2f}-{interval[1]:.2f})" if interval else "")
        + f", {len(ratios)} seeds, {options.threads} threads; ours missed the target {missed} times"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
