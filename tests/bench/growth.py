"""What each part costs as the model, the context, the corpus and the run grow tenfold and a hundredfold.

    python tests/bench/growth.py [--rounds 3]

One thread, processor time, the least of the rounds. Prints a table and a plot: each cost over that of the
smallest, and the exponent of its growth, fitted to the three points: 1 is in proportion, 0 not at all.
"""

import argparse
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import linear_regression

import plotext
import torch
from long_run import lines

from tui_trainer.corpus.prepare import prepare
from tui_trainer.learning.optimizer import Optimizer
from tui_trainer.messages.events import Stepped
from tui_trainer.model.decoding import Decoder
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.run.storage.log import LogReader, LogWriter
from tui_trainer.settings import load
from tui_trainer.view.fold import apply_all
from tui_trainer.view.state import State

Measure = Callable[[], object]
WIDTHS = (40, 136, 440)  # of a model of 2 layers with 256 tokens: 10 and 100 times the parameters, nearly
CONTEXTS = (16, 160, 1600)
DOCUMENTS = (200, 2_000, 20_000)
RECORDS = (1_000, 10_000, 100_000)


def model(width: int, context: int) -> Transformer:
    return Transformer(Shape(vocabulary=256, layers=2, width=width, heads=4, context=context))


def step(width: int, context: int) -> Measure:
    """One row, forward and back, and the optimizer."""
    trained = model(width, context)
    optimizer = Optimizer(trained)
    rows = torch.randint(0, 256, (1, context + 1))

    def take() -> None:
        trained.score(rows[:, :-1], rows[:, 1:]).loss.backward()  # type: ignore[no-untyped-call]  # torch has no types
        optimizer.step(0.01, 0.01, 0.01)

    return take


def tokens(width: int, read: int) -> Measure:
    """Eight tokens of one row that has read so many."""
    decoder = Decoder(model(width, 128), 1, read + 8)
    with torch.inference_mode():
        decoder.kept.zero_()

    def write() -> None:
        decoder.read = read
        for token in range(8):
            decoder.next(torch.tensor([[token]]))

    return write


def corpus(documents: int) -> Measure:
    """The data stage, from the world to tokens on disk."""
    settings = load("demo", [f"data.documents={documents}", "finetune.pairs=100"], environ={})

    def make() -> None:
        with tempfile.TemporaryDirectory() as folder:
            list(prepare(settings, 0, (), Path(folder)))

    return make


def log(folder: Path, records: int) -> tuple[Measure, Measure, Measure]:
    """To append 100 records to a log of so many, to read it whole, and to fold it."""
    path = folder / f"{records}.jsonl"
    path.write_bytes(lines(records)[0])
    read = LogReader(path).poll()
    writer = LogWriter(path, len(read), path.stat().st_size)
    event = Stepped("pretrain", 1, 2.0, 0.02, 0.7, 1024, 1.4e10)

    def append() -> None:
        for _ in range(100):
            writer.append(event, 1.0)

    return append, lambda: LogReader(path).poll(), lambda: apply_all(State(), read)


def parts(folder: Path) -> Iterator[tuple[str, str, list[tuple[float, Measure]]]]:
    """What is measured, of what, and at which sizes."""
    sizes = [float(model(width, 128).parameter_count) for width in WIDTHS]
    yield "a step", "parameters", [(n, step(width, 128)) for n, width in zip(sizes, WIDTHS, strict=True)]
    yield "a step of one row", "context", [(float(n), step(WIDTHS[0], n)) for n in CONTEXTS]
    yield "8 tokens", "parameters", [(n, tokens(width, 64)) for n, width in zip(sizes, WIDTHS, strict=True)]
    yield "8 tokens", "context read", [(float(n), tokens(WIDTHS[0], n)) for n in CONTEXTS]
    logs = [log(folder, records) for records in RECORDS]
    for at, name in enumerate(("100 records appended", "the log read", "the log folded")):
        yield name, "records", [(float(n), each[at]) for n, each in zip(RECORDS, logs, strict=True)]
    yield "the data stage", "documents", [(float(n), corpus(n)) for n in DOCUMENTS]


def least_seconds(action: Measure, rounds: int) -> float:
    """Of processor time; the first go warms."""
    found = []
    for _ in range(rounds + 1):
        begun = time.process_time()
        action()
        found.append(time.process_time() - begun)
    return min(found[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    plotext.theme("clear")
    plotext.plot_size(100, 30)
    plotext.title("cost over that of the smallest, powers of ten, as the size grows by powers of ten")
    print("| cost of | as these grow | from | smallest, ms | x 10 | x 100 | exponent |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, of, measures in parts(Path(folder)):
            seconds = [max(1e-7, least_seconds(action, rounds)) for _, action in measures]
            grown = [math.log10(size / measures[0][0]) for size, _ in measures]
            cost = [math.log10(each / seconds[0]) for each in seconds]
            ratios = " | ".join(f"{each / seconds[0]:.1f}" for each in seconds[1:])
            exponent = linear_regression(grown, cost).slope
            first = f"{measures[0][0]:,.0f} | {1e3 * seconds[0]:.2f}"
            print(f"| {name} | {of} | {first} | {ratios} | {exponent:.2f} |", flush=True)
            plotext.plot(grown, cost, label=f"{name}, {of}")
    print(plotext.uncolorize(plotext.build()))


if __name__ == "__main__":
    main()
