"""A batch shared by several processes: the same losses as of one, and what comes of it when one is lost."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from waiting import PATIENCE, rests, wait_until

from tui_trainer.console.headless import TrainerDied, follow
from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.prepare import prepare
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.training import Training
from tui_trainer.messages.events import Event, Guessed, Record, RunEnded, Stepped
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.run import machine, torchrun
from tui_trainer.run.ranks import Ranks
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, comparable, read_all
from tui_trainer.run.torchrun import Place
from tui_trainer.settings import load

SETTINGS = load(
    "quick",
    [
        "data.documents=200",
        "data.vocabulary=400",
        "model.layers=2",
        "model.width=32",
        "model.heads=2",
        "model.context=64",
        "model.precision=float32",
        "pretrain.steps=50",
        "pretrain.batch=5",  # rows that two can't share evenly
        "pretrain.measure_every=25",
        "finetune.steps=50",
        "finetune.pairs=100",
        "finetune.pair_rows=4",
        "finetune.document_rows=1",
        "run.threads=1",
        "run.checkpoint_every=5",
    ],
    environ={},
)


def of_rank(rank: int, port: int) -> dict[str, str]:
    """What torchrun says to one of two processes."""
    return {
        "TORCHELASTIC_RUN_ID": "test",
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": "2",
        "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """The second of two ranks, started as the command line does; this process is the first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name, value in of_rank(0, port).items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "tui_trainer", "run", "--headless"]
    with subprocess.Popen(command, env={**os.environ, **of_rank(1, port)}) as process:
        yield process
        process.kill()


def test_a_place_among_those_that_torchrun_has_started() -> None:
    assert torchrun.place(of_rank(1, 7)) == Place(1, 2, 1, 2)
    assert torchrun.place({}) == torchrun.place({"RANK": "1", "WORLD_SIZE": "2"}) == Place()
    assert torchrun.place({**of_rank(0, 7), "WORLD_SIZE": "1"}) == Place()
    assert torchrun.place({**of_rank(0, 7), "LOCAL_RANK": "x"}) == Place()


def test_the_ranks_of_a_machine_share_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = machine.threads(0)
    for name, value in of_rank(1, 7).items():
        monkeypatch.setenv(name, value)
    assert machine.threads(0) == max(1, alone // 2)
    assert machine.threads(3) == 3


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    list(prepare(SETTINGS, 0, (), folder))
    return Corpus.load(folder)


def model_of(corpus: Corpus) -> Transformer:
    model = SETTINGS.model
    return Transformer(Shape(corpus.tokenizer.size, model.layers, model.width, model.heads, model.context), 0)


def trained(corpus: Corpus, *ranks: Ranks) -> list[Event]:
    """What both stages of gradient steps tell, one after the other on one model."""
    model = model_of(corpus)
    told: list[Event] = []
    for kind in (Pretraining, Finetuning):
        stage: Training = kind(model, corpus, SETTINGS, 0)
        for each in ranks:
            stage.backward = each.backward
        while stage.step < stage.steps:
            told += stage.advance()
    return told


def test_two_ranks_learn_as_one_does(corpus: Corpus, second: "subprocess.Popen[bytes]") -> None:
    ranks = Ranks("cpu", 1)
    try:
        # Who waits for the next step takes no time of a core; a thread of gloo's looks up now and then.
        wait_until(lambda: rests(second.pid, 0.3, second.pid))
        alone, together = trained(corpus), trained(corpus, ranks)
        # A batch of which the first rank has no row, and one in which it has no target.
        model, row = model_of(corpus), torch.arange(SETTINGS.model.context)[None]
        untaught = torch.full_like(row, IGNORED)
        for inputs, targets in ((row, row), (row.expand(2, -1), torch.cat([untaught, row]))):
            assert float(ranks.backward(model, inputs, targets, None).loss) == pytest.approx(
                model.score(inputs, targets).loss.item(), abs=1e-5
            )
    finally:
        ranks.dismiss()
    assert second.wait(PATIENCE) == 0
    assert [type(event) for event in together] == [type(event) for event in alone]
    for one, two in zip(alone, together, strict=True):
        if isinstance(one, Stepped) and isinstance(two, Stepped):
            assert two.loss == pytest.approx(one.loss, abs=1e-4)
            assert two.gradient_norm == pytest.approx(one.gradient_norm, rel=1e-2)
        if isinstance(one, Guessed) and isinstance(two, Guessed):  # of either rank's rows
            assert (two.context, two.truth) == (one.context, one.truth)
            assert two.probability == pytest.approx(one.probability, abs=1e-3)


def taken(folder: RunFolder, steps: int) -> Callable[[], bool]:
    """Whether something is in the log, and so many steps."""
    reader = LogReader(folder.events)
    seen: list[Record] = []

    def holds() -> bool:
        seen.extend(reader.poll())
        return bool(seen) and sum(isinstance(record.event, Stepped) for record in seen) >= steps

    return holds


def test_a_lost_rank_ends_the_run_with_a_line_and_it_goes_on_with_one(
    tmp_path: Path, second: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plans.make(SETTINGS, preset="quick", until="pretrain")
    folder = folders.create(tmp_path, plan)

    def kill() -> None:
        for steps in (0, 1, 8):  # each in good time, on however busy a machine
            wait_until(taken(folder, steps))
        os.kill(second.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(TrainerDied) as died:
        follow(folder, open(os.devnull, "w"))  # noqa: SIM115 - for the length of a call
    killer.join()
    assert "another rank has ended, or does not answer" in str(died.value)
    assert f"`tui-trainer resume {folder.id} --headless`" in str(died.value)
    assert "Traceback" not in folder.trainer_log.read_text()
    before = [comparable(record) for record in read_all(folder.events)]

    for name in of_rank(0, 0):
        monkeypatch.delenv(name)
    assert follow(folder, open(os.devnull, "w")) == "ended"  # noqa: SIM115 - likewise
    after = list(read_all(folder.events))
    assert isinstance(after[-1].event, RunEnded)
    # What was there stays, but for the error at its end.
    assert [comparable(record) for record in after[: len(before)]] == before
    steps = [r.event.step for r in after if isinstance(r.event, Stepped)]
    assert steps == list(range(1, SETTINGS.pretrain.steps + 1))
