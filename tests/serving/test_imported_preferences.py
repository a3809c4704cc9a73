"""Reward models of others' comparisons, on a run's tuned model."""

import json
from pathlib import Path

import pytest
from small_corpus import corpus_of

from tui_trainer import cli
from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.preference_file import Comparison, encode
from tui_trainer.errors import UserError
from tui_trainer.learning.feedback import Feedback
from tui_trainer.learning.preferences import fine_tuned
from tui_trainer.learning.preferences.fine_tuned import Ground
from tui_trainer.model.checkpoint import load_model
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving import imported_preferences
from tui_trainer.serving.imported_preferences import ground_of, learn

TOWNS = ("Oster", "Velm", "Pirn", "Dask")


@pytest.fixture
def taught(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """With a corpus of prompts to be rated."""
    monkeypatch.setattr(fine_tuned, "RATE", 3e-3)
    monkeypatch.setattr(imported_preferences.machine, "configure", lambda threads: None)
    corpus = corpus_of(run, rating_prompts=[f"Who is {n}?" for n in range(24)])
    monkeypatch.setattr(imported_preferences.Corpus, "load", lambda path: corpus)
    return run


def silent(what: str, done: int, total: int) -> None:
    assert what and 0 <= done <= total


def by_town(count: int) -> list[tuple[str, str, str]]:
    """Someone who likes Velm: no feature tells of it."""
    others = [town for town in TOWNS if town != "Velm"]
    return [(f"Where does {n % 9} live?", "In Velm.", f"In {others[n % 3]}.") for n in range(count)]


def polite(count: int) -> list[tuple[str, str, str]]:
    return [
        (f"Where does {n % 9} live?", f"Gladly: {TOWNS[n % 4]}.", f"{TOWNS[n % 3]}.") for n in range(count)
    ]


def test_the_scale_is_set_by_the_answers_that_the_run_s_own_picks_are_made_from(taught: RunFolder) -> None:
    ground = ground_of(taught, silent)
    stage = Feedback(
        load_model(taught.weights("tuned")),
        Corpus.load(taught.corpus),
        taught.plan.settings,
        0,
    )
    while stage.state.collection.sampled < stage.collection.pool_steps:
        list(stage.advance())
    own = [(p.prompt, answer) for p in stage.state.collection.pool for answer in p.answers]
    assert ground.answers == own and len(own) > 1


def test_both_kinds_are_examined_on_the_same_others(taught: RunFolder) -> None:
    """No feature tells of a town, one does of politeness: the one sees both, the other one only that."""
    ground = ground_of(taught, silent)
    towns = learn(ground, by_town(240), by_town(60), silent)
    assert towns.fine_tuned == (True,) * 60 and 0.3 < sum(towns.predicted) / 60 < 0.8
    liked = learn(ground, polite(240), polite(60), silent)
    assert liked.learnt_from == 240 and liked.predicted == (1.0,) * 60 and liked.fine_tuned is not None


def test_few_comparisons_make_no_fine_tuned_model(taught: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = ground_of(taught, silent)
    monkeypatch.setattr(imported_preferences, "FineTuned", None)  # would fail
    found = learn(ground, polite(fine_tuned.ENOUGH - 1), polite(9), silent)
    assert found.fine_tuned is None and found.predicted == (1.0,) * 9


def test_prompts_that_leave_no_room_are_left_out_and_counted(taught: RunFolder) -> None:
    ground: Ground = ground_of(taught, silent)
    long = [("Who? " * 80, "Gladly.", "No.")] * 3
    found = learn(ground, [*polite(9), *long], polite(4), silent)
    assert (found.learnt_from, found.too_long, len(found.predicted)) == (9, 3, 4)
    with pytest.raises(UserError, match="all 3 prompts are too long"):
        learn(ground, long, [], silent)


def test_without_a_tuned_model_there_is_nothing_to_train_it_on(taught: RunFolder) -> None:
    taught.weights("tuned").unlink()
    with pytest.raises(UserError, match="no tuned model yet"):
        ground_of(taught, silent)


@pytest.mark.parametrize("form", ["hh", "trl", "messages"])
def test_a_file_trains_a_reward_model_on_a_run(
    taught: RunFolder, tmp_path: Path, capfd: pytest.CaptureFixture[str], form: str
) -> None:
    file = tmp_path / "theirs.jsonl"
    lines = [encode(Comparison(*texts), form) for texts in by_town(500)]  # type: ignore[arg-type]  # a form
    file.write_bytes(b"".join(lines) + b"broken\n")
    asked = ["preferences", "import", str(file), "--on", taught.id, "--runs", str(taught.path.parent)]
    with pytest.raises(SystemExit) as ended:
        cli.main(asked)
    told = capfd.readouterr()
    assert ended.value.code == 0 and "line 501" in told.err
    assert "500 preferences read, 1 broken" in told.out
    assert "one fine-tuned from the tuned model" in told.out and "predicts 100.0% (98.5%-100.0%)" in told.out
    with pytest.raises(SystemExit):
        cli.main([*asked, "--json"])
    found = json.loads(capfd.readouterr().out)
    assert found["run"] == taught.id and found["fine_tuned"]["agreement"] == 1.0
    assert found["agreement"] < 0.8 and found["too_long"] == 0
    assert found["fine_tuned"]["difference"] == pytest.approx(1 - found["agreement"])
    assert found["fine_tuned"]["difference_ci95"][0] > 0
