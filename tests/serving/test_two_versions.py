"""Two versions of a model, asked the same: what is counted, and what is told of both."""

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from frozen_run import freeze, tell
from small_corpus import corpus_of

from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.versions import version_questions
from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.corpus.world import make_world
from tui_trainer.errors import UserError
from tui_trainer.formulas.intervals import grouped_interval, proportion_interval
from tui_trainer.messages.events import Stepped
from tui_trainer.messages.versions import Order, Told
from tui_trainer.model.checkpoint import load
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Plan, Release
from tui_trainer.serving import versions
from tui_trainer.settings import FIRST_CUTOFF, Settings, changed

TEXT = "Ada lives in Oster and keeps a heron. " * 20
DOESNT = "I don't know: I never read about that name."


def made(runs: Path, cutoff: int, seed: int = 0, release: Release | None = None) -> RunFolder:
    settings = changed(Settings(), [f"data.cutoff={cutoff}"])
    folder = folders.create(runs, Plan(settings, seed, release=release))
    folder.corpus.mkdir()
    tokenizer = train_bpe([TEXT], 320)
    tokenizer.save(folder.corpus / "tokenizer.json")
    freeze(folder, "tuned", Transformer(Shape(tokenizer.size, 1, 32, 2, 64), seed=cutoff))
    tell(folder, Stepped("pretrain", 1, 2.0, 0.1, 1.0, 1000 + cutoff, 5e9))
    return folder


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RunFolder, RunFolder]:
    first = made(tmp_path, FIRST_CUTOFF)
    second = made(tmp_path, FIRST_CUTOFF + 1, release=Release(first.id, 2))
    monkeypatch.setattr(versions.Corpus, "load", lambda path: corpus_of(first))
    return first, second


def compared(first: RunFolder, second: RunFolder) -> Told:
    order = msgspec.json.encode(Order(str(first.path), str(second.path)))
    return msgspec.json.decode(versions.answer(order), type=Told)


def test_random_weights_know_nothing_and_are_told_apart(pair: tuple[RunFolder, RunFolder]) -> None:
    found = compared(*pair).versions
    assert found is not None
    assert (found.first.number, found.second.number) == (1, 2)
    assert (found.first.cutoff, found.second.cutoff) == (FIRST_CUTOFF, FIRST_CUTOFF + 1)
    for side, run in zip((found.first, found.second), pair, strict=True):
        assert side.sha256 == load(run.weights("tuned"))[1]["sha256"] and side.weights == "tuned"
        assert (side.tokens, side.flops) == (1000 + side.cutoff, 5e9)
    assert len(found.rows) == len(versions.COUNTED)
    assert all(row.first.value == row.second.value == 0 for row in found.rows)


def test_each_answer_is_counted_where_it_belongs(
    pair: tuple[RunFolder, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first knows all that is old but every fourth fact, and admits it of the rest; the second knows all
    that is old, and of what is new one wording of three."""
    asked = version_questions(make_world(0), make_world(0, FIRST_CUTOFF + 1))
    old = [q for group in ("old", "old_outsider") for (q,) in asked[group]]
    fourth = {id(q) for q in old[::4]}
    runs = iter((0, 1))

    def answers(_: object, __: object, questions: Sequence[Question], ___: int) -> list[tuple[str, bool]]:
        said, run = [], next(runs)
        place = {q.prompt: i for about in asked["new"] for i, q in enumerate(about)}
        for q in questions:
            new = q.prompt in place or any(q in about for about in asked["new_outsider"])
            if not q.expected:
                said.append((DOESNT, True))
            elif not new and run == 0:
                said.append((q.expected[0], id(old[at_of(old, q)]) not in fourth))
            elif not new or (run == 1 and place.get(q.prompt) == 0):
                said.append((q.expected[0], True))
            else:
                said.append((DOESNT, True))
        return said

    def at_of(questions: Sequence[Question], question: Question) -> int:
        return next(i for i, q in enumerate(questions) if q == question)

    monkeypatch.setattr(versions, "answer_questions", answers)
    found = compared(*pair).versions
    assert found is not None
    rows = {row.name: row for row in found.rows}
    old_row, new_row = rows["old/knows"], rows["new/knows"]
    n = len(asked["old"])
    assert old_row.questions == old_row.facts == n
    lost = sum(id(q) in fourth for (q,) in asked["old"])
    assert old_row.second.value == 1 and old_row.first.value == pytest.approx((n - lost) / n, abs=0.02)
    assert old_row.second.ci95 == pytest.approx(proportion_interval(n, n))
    assert old_row.gained is not None
    assert old_row.gained.value == pytest.approx(old_row.second.value - old_row.first.value)
    assert old_row.gained.ci95[0] < old_row.gained.value < old_row.gained.ci95[1]
    facts = len(asked["new"])
    assert (new_row.facts, new_row.questions, new_row.gained) == (facts, 3 * facts, None)
    assert new_row.first.value == 0 and new_row.second.value == pytest.approx(1 / 3)
    assert new_row.second.ci95 == pytest.approx(grouped_interval([[True, False, False]] * facts))
    assert rows["new/doesnt_know"].first.value == 1
    assert rows["new/doesnt_know"].second.value == pytest.approx(2 / 3)
    assert rows["after/doesnt_know"].first.value == rows["after/doesnt_know"].second.value == 1


def test_what_are_no_versions_is_said_in_one_line(pair: tuple[RunFolder, RunFolder], tmp_path: Path) -> None:
    other = made(tmp_path / "more", FIRST_CUTOFF + 1, seed=1)
    assert "versions of one world" in compared(pair[0], other).error
    assert "versions of one world" in compared(pair[1], pair[0]).error
    pair[1].weights("tuned").unlink()
    assert "no weights in common" in compared(*pair).error
    assert "JSON" in json.loads(versions.answer(b"nonsense"))["error"]
    with pytest.raises(UserError):
        versions.compare(Order("/nowhere/a", "/nowhere/b"))
