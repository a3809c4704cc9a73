"""Nothing old goes before the new is known to work; what is begun again keeps what there was."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from toys import toy_run

from tui_trainer import cli
from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.errors import UserError
from tui_trainer.messages.events import PairOffered, Picked
from tui_trainer.run.stages import Preparation
from tui_trainer.run.storage import carried_picks as kept
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage import start_over as aside
from tui_trainer.run.storage.carried_picks import CarriedPicks
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.lock import Lock
from tui_trainer.run.storage.log import LogWriter
from tui_trainer.run.storage.plan import Fork
from tui_trainer.settings import load


@pytest.fixture
def own_text(tmp_path: Path) -> Path:
    path = tmp_path / "own.txt"
    path.write_text("\n\n".join(d.text for d in write_documents(make_world(5), 120, 5)), "utf-8")
    return path


def prepared(tmp_path: Path, text: Path) -> RunFolder:
    settings = load("quick", ["data.vocabulary=400"], environ={})
    run = folders.create(tmp_path / "runs", plans.make(settings, preset="quick", data=(str(text),)))
    list(Preparation(run, settings).advance())
    return run


def test_a_corpus_stays_until_the_new_one_is_whole(tmp_path: Path, own_text: Path) -> None:
    run = prepared(tmp_path, own_text)
    before = {path.name: path.read_bytes() for path in run.corpus.iterdir()}
    away = own_text.rename(tmp_path / "away.txt")
    with pytest.raises(UserError):
        list(Preparation(run, run.plan.settings).advance())
    assert {path.name: path.read_bytes() for path in run.corpus.iterdir()} == before
    away.rename(own_text)
    list(Preparation(run, run.plan.settings).advance())
    (place,) = run.path.glob("aside-*")
    assert {path.name: path.read_bytes() for path in (place / "corpus").iterdir()} == before
    assert {path.name: path.read_bytes() for path in run.corpus.iterdir()} == before  # the same text
    assert not (run.path / "corpus.next").exists()


def test_a_flipped_bit_in_any_file_of_a_corpus_is_noticed(tmp_path: Path, own_text: Path) -> None:
    run, draw = prepared(tmp_path, own_text), np.random.default_rng(0)
    whole = Corpus.load(run.corpus)
    for path in sorted(run.corpus.iterdir()):
        content = path.read_bytes()
        for bit in draw.integers(0, 8 * len(content), 5 if content else 0):
            damaged = bytearray(content)
            damaged[bit // 8] ^= 1 << int(bit % 8)
            path.write_bytes(damaged)
            if path.name == "documents.jsonl":  # nothing is trained on or measured by it
                assert Corpus.load(run.corpus).mixture == whole.mixture
                continue
            with pytest.raises(UserError, match=path.name.replace(".", r"\.")) as caught:
                Corpus.load(run.corpus)
            assert "\n" not in str(caught.value)
        path.write_bytes(content)


def test_started_over_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = toy_run(tmp_path)
    run.checkpoints.mkdir()
    (run.checkpoints / "latest.safetensors").write_bytes(b"nothing of the kind")
    followed = []
    monkeypatch.setattr(
        "tui_trainer.console.commands.training._follow", lambda folder, as_json: followed.append(folder.path)
    )
    order = ["resume", run.id, "--headless", "--start-over", "--runs", str(tmp_path)]
    with pytest.raises(SystemExit) as ended:
        cli.main(order)
    assert ended.value.code == 0 and followed == [run.path]
    (place,) = run.path.glob("aside-*")
    assert (place / "checkpoints" / "latest.safetensors").read_bytes() == b"nothing of the kind"
    assert [path.name for path in run.checkpoints.iterdir()] == ["begun-again"]


def test_a_run_that_is_trained_is_not_started_over(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    held = Lock(run)
    with pytest.raises(UserError, match="already has a trainer"):
        aside.start_over(run)
    held.release()
    assert not list(run.path.glob("aside-*"))


def test_kept_picks_are_those_that_the_plan_names(tmp_path: Path) -> None:
    pair = PairOffered(0, "Who?", "Bo.", "Ada.", False, 0.5)
    content = kept.encode([kept.CarriedPick(0, "Who?", "Bo.", "Ada.", Picked(0, "a", "person", False))], 1)
    fork = Fork("other", "feedback", 0, 0.0, {}, picks=1, picks_sha256=hashlib.sha256(content).hexdigest())
    run = folders.create(tmp_path, plans.Plan(load("quick", environ={}), forked=fork))
    run.picks.write_bytes(content)
    picked = CarriedPicks(run).of(pair)
    assert picked is not None and picked.choice == "a"
    for at in range(len(content)):
        run.picks.write_bytes(content[:at] + bytes([content[at] ^ 2]) + content[at + 1 :])
        with pytest.raises(UserError, match=r"picks\.jsonl\): it is damaged, or was changed; fork run other"):
            CarriedPicks(run)


@pytest.mark.parametrize("content", [b"", b"\n\n", b'{"prompt":"Whe', b"\xff\n", b"[" * 100_000])
def test_picks_go_out_whatever_has_become_of_preferences_jsonl(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], content: bytes
) -> None:
    run = toy_run(tmp_path)
    writer = LogWriter(run.events, 0, 0)
    writer.append(PairOffered(0, "Who?", "Bo.", "Ada.", False, 0.5), 0.0)
    writer.append(Picked(0, "b", "person", False), 0.0)
    writer.close()
    run.preferences.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        cli.main(["preferences", "export", run.id, "--runs", str(tmp_path)])
    told = capfdbinary.readouterr()
    assert ended.value.code == 0 and told.err == b""
    assert told.out == b'{"prompt":"Who?","chosen":"Ada.","rejected":"Bo."}\n'
