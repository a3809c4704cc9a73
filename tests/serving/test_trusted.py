"""What is served is what was frozen: another file in its place, or a flipped bit, is one line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from frozen_run import freeze, tell

from tui_trainer.corpus import summary
from tui_trainer.corpus.summary import Summary
from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.errors import UserError
from tui_trainer.files import sha256_of
from tui_trainer.messages.comparison import Order
from tui_trainer.messages.events import StageEnded
from tui_trainer.model.checkpoint import load_model, save_weights
from tui_trainer.run import fork
from tui_trainer.run.storage import history
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.comparison import compare
from tui_trainer.serving.frozen import session
from tui_trainer.serving.imported_preferences import ground_of
from tui_trainer.serving.measuring import measure

DOORS: dict[str, Callable[[RunFolder], object]] = {
    "chat": lambda run: session(run, "tuned"),
    "eval": lambda run: list(measure(run)),
    "compare": lambda run: compare(Order(str(run.path), str(run.path), "tuned", "tuned")),
    "import": lambda run: ground_of(run, lambda *_: None),
}


@pytest.fixture
def whole(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """With as much of a corpus as every door opens before the weights."""
    import numpy as np

    monkeypatch.setattr("tui_trainer.run.machine.configure", lambda threads: None)
    np.save(run.corpus / "validation.npy", np.zeros(9, np.uint16))
    (run.corpus / "questions.json").write_text("{}")
    summary.write(run.corpus, Summary({}, 1, ["Who?"], ["Who?"], []))
    run.weights("base").unlink()
    return run


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("spoilt", ["another stage's file", "one that vouches for itself", "a flipped bit"])
def test_other_weights_than_the_log_names_are_refused(whole: RunFolder, door: str, spoilt: str) -> None:
    path = whole.weights("tuned")
    if spoilt == "another stage's file":
        freeze(whole, "base", load_model(path).requires_grad_(False))
        changed = load_model(path)
        next(changed.parameters()).data.add_(1.0)
        freeze(whole, "base", changed)
        shutil.copyfile(whole.weights("base"), path)
        whole.weights("base").unlink()
    elif spoilt == "one that vouches for itself":
        changed = load_model(path)
        next(changed.parameters()).data.add_(1.0)
        save_weights(changed, path, {"weights": "tuned"})
    else:
        content = bytearray(path.read_bytes())
        content[content.index(b'\\"heads\\":2') + 11] ^= 1  # 3 heads: no tensor tells of it
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"tuned weights in .* are not those that its log names") as caught:
        DOORS[door](whole)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("door", DOORS)
def test_a_tokenizer_of_another_size_is_refused(whole: RunFolder, door: str) -> None:
    train_bpe(["Bo and Ada, Ada and Bo. " * 9], 290).save(whole.corpus / "tokenizer.json")
    summary.write(whole.corpus, Summary({}, 1, ["Who?"], ["Who?"], []))
    with pytest.raises(UserError, match=r"tokenizer of run .* tokens and its model was trained with 320"):
        DOORS[door](whole)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("file", ["tokenizer.json", "corpus.json"])
def test_a_damaged_corpus_is_refused(whole: RunFolder, door: str, file: str) -> None:
    content = bytearray((whole.corpus / file).read_bytes())
    content[-20] ^= 1
    (whole.corpus / file).write_bytes(content)
    with pytest.raises(UserError, match=file.replace(".", r"\.")) as caught:
        DOORS[door](whole)
    assert "\n" not in str(caught.value)


def test_weights_that_the_log_does_not_name_are_refused(whole: RunFolder) -> None:
    shutil.copyfile(whole.weights("tuned"), whole.weights("aligned"))
    with pytest.raises(UserError, match="names no aligned weights"):
        session(whole, "aligned")


def test_the_log_has_the_hash_that_sha256sum_prints(whole: RunFolder) -> None:
    import hashlib

    told = history.frozen(whole)["tuned"]
    assert told.file_sha256 == hashlib.sha256(whole.weights("tuned").read_bytes()).hexdigest()
    assert told.file_sha256 == sha256_of(whole.weights("tuned"))


def test_a_fork_takes_over_no_other_weights(whole: RunFolder, tmp_path: Path) -> None:
    tell(whole, StageEnded("finetune"))
    plan = fork.plan_of(whole, "feedback")
    changed = load_model(whole.weights("tuned"))
    next(changed.parameters()).data.add_(1.0)
    save_weights(changed, whole.weights("tuned"), {"weights": "tuned"})
    with pytest.raises(UserError, match="are not those that its log names"):
        fork.begin(whole, plan, tmp_path / "forks")
    assert list((tmp_path / "forks").iterdir()) == []  # no half of a run is left
