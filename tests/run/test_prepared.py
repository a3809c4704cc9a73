"""A world that was prepared before is copied: the same files, the same events, or it is made again."""

import shutil
import stat
from pathlib import Path

import platformdirs
import pytest
from msgspec.structs import replace

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.prepare import prepare
from tui_trainer.messages.events import CorpusReady, Event, Record
from tui_trainer.run.stages import Preparation
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage import prepared
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import comparable
from tui_trainer.run.storage.prepared import MOST_WORLDS, Prepared
from tui_trainer.settings import load

SETTINGS = load("quick", ["data.documents=200", "data.vocabulary=400", "finetune.pairs=100"], environ={})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """A corpus, and what was told of it while it was made."""
    folder = tmp_path_factory.mktemp("made")
    return folder, list(prepare(SETTINGS, 0, (), folder))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name, appauthor: str(tmp_path / "cache"))
    return tmp_path / "cache"


def kept(made: tuple[Path, list[Event]]) -> Prepared:
    world = Prepared(SETTINGS, 0)
    world.keep(*made)
    assert world.there
    return world


def copied(events: list[Event]) -> list[Event]:
    """The same events, the last of which says so."""
    *before, ready = events
    assert isinstance(ready, CorpusReady)
    return [*before, replace(ready, copied=True)]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def new_folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_the_same_files_and_events(made, tmp_path, cache):
    world, folder = kept(made), new_folder(tmp_path / "copy")
    assert world.copy(folder) == copied(made[1])
    assert contents(folder) == contents(made[0])
    Corpus.load(folder)
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o77 == 0 for path in cache.rglob("*"))


@pytest.mark.parametrize(
    ("assignment", "seed"), [("data.documents=201", 0), ("finetune.pairs=101", 0), ("data.vocabulary=400", 1)]
)
def test_another_world_is_not_taken_for_it(made, tmp_path, assignment, seed):
    kept(made)
    settings = load(
        "quick",
        ["data.documents=200", "data.vocabulary=400", "finetune.pairs=100", assignment],
        environ={},
    )
    assert not Prepared(settings, seed).there
    assert Prepared(settings, seed).copy(tmp_path) is None


def test_another_version_of_the_program_makes_its_own(made, monkeypatch):
    before = kept(made)
    monkeypatch.setattr(prepared, "_source", lambda: "of tomorrow")
    assert not Prepared(SETTINGS, 0).there
    kept(made)
    assert not before.there  # nothing will take it again


@pytest.mark.parametrize("name", ["train-web.npy", "corpus.json", "events.json", "questions.json"])
def test_a_damaged_one_is_made_again(made, tmp_path, name):
    world, folder = kept(made), new_folder(tmp_path / "copy")
    path = world.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert world.copy(folder) is None
    assert contents(folder) == {}
    world.keep(*made)
    assert world.copy(folder) == copied(made[1])


def test_a_name_that_leads_elsewhere_is_not_followed(made, tmp_path):
    world, folder = kept(made), new_folder(tmp_path / "copy")
    summary = (world.folder / "corpus.json").read_text().replace("pairs.jsonl", "../pairs.jsonl")
    (world.folder / "corpus.json").write_text(summary.rpartition(',"crc32"')[0] + "}")
    assert world.copy(folder) is None
    assert not (tmp_path / "pairs.jsonl").exists()


def test_few_are_kept_and_the_last_used_stay(made):
    worlds = [Prepared(SETTINGS, seed) for seed in range(MOST_WORLDS + 2)]
    for world in worlds:
        world.keep(*made)
    assert [world.there for world in worlds] == [False] * 2 + [True] * MOST_WORLDS


def test_a_cache_that_can_not_be_written_is_done_without(made, cache, tmp_path):
    cache.write_text("no folder")
    world = Prepared(SETTINGS, 0)
    world.keep(*made)
    assert world.copy(tmp_path) is None


def test_a_run_takes_the_world_that_another_run_made(tmp_path, monkeypatch):
    def told(folder: RunFolder) -> list[Event]:
        stage = Preparation(folder, folder.plan.settings)
        events = list(stage.advance())
        assert stage.step == 1
        return events

    runs = [folders.create(tmp_path / "runs", plans.make(SETTINGS, preset="quick")) for _ in range(2)]
    first = told(runs[0])
    monkeypatch.setattr("tui_trainer.run.stages.prepare", None)  # not called again
    again = told(runs[1])
    assert again == copied(first) != first
    assert [comparable(Record(1, 0, 0.0, 0.0, event)) for event in again] == [
        comparable(Record(1, 0, 0.0, 0.0, event)) for event in first
    ]  # or a run that is gone on with after a kill would not be the same
    assert contents(runs[0].corpus) == contents(runs[1].corpus)
    shutil.rmtree(runs[0].path)
    Corpus.load(runs[1].corpus)
