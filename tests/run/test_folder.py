"""Runs are made, found again by whatever a person types, and described by their plan."""

from types import SimpleNamespace

import msgspec
import pytest
from toys import toy_run

from tui_trainer.errors import UserError
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.settings import Settings


@pytest.fixture
def within_a_minute(monkeypatch):
    """However long it takes: runs of one minute have the same name but for a number."""
    monkeypatch.setattr(folders, "time", SimpleNamespace(strftime=lambda form: "2026-03-21-1010"))


def test_ids_say_what_they_are_and_never_meet(within_a_minute, tmp_path):
    made = [folders.create(tmp_path, plans.make(Settings(), seed=7)) for _ in range(5)]
    assert len({run.id for run in made}) == 5
    assert made[0].id.endswith("-demo-s7") and made[1].id.endswith("-demo-s7-2")
    assert [run.plan.run for run in made] == [run.id for run in made]


def test_find(tmp_path):
    one = toy_run(tmp_path)
    two = folders.create(tmp_path, plans.make(Settings(), seed=12))
    for name in (two.id, str(two.path), "latest"):
        assert folders.find(tmp_path, name).path == two.path
    assert folders.find(tmp_path, one.id).path == one.path
    with pytest.raises(UserError, match="could be"):
        folders.find(tmp_path, one.id[:4])
    with pytest.raises(UserError, match=rf"no run 'x' in .*{two.id}"):
        folders.find(tmp_path, "x")
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError, match=f"{path} is not a run"):
            folders.find(tmp_path / "none", str(path))
    unique = folders.create(tmp_path / "more", plans.make(Settings()))
    assert folders.find(tmp_path / "more", unique.id[:6]).path == unique.path


def test_the_whole_id_wins_over_a_beginning_of_others(within_a_minute, tmp_path):
    one = toy_run(tmp_path)
    toy_run(tmp_path)  # its id begins with the whole of the first one's
    assert folders.find(tmp_path, one.id).path == one.path


def test_no_runs(tmp_path):
    with pytest.raises(UserError, match="no runs in"):
        folders.find(tmp_path / "none", "latest")
    (tmp_path / "half").mkdir()
    (tmp_path / "file").touch()
    assert folders.list_runs(tmp_path) == []


def test_runs_of_another_version_are_told_of(tmp_path):
    one = toy_run(tmp_path)
    plan = one.plan_file.read_text().replace('"beta"', '"leash"')
    one.plan_file.write_text(plan)
    with pytest.raises(UserError, match=r"\(1\) are of another version"):
        folders.find(tmp_path, "latest")
    with pytest.raises(UserError, match="unknown field `leash`"):
        folders.find(tmp_path, one.id)


def test_newest_first(tmp_path):
    made = [toy_run(tmp_path) for _ in range(3)]
    assert [run.id for run in folders.list_runs(tmp_path)] == [run.id for run in reversed(made)]


def test_where_runs_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("TUI_TRAINER_RUNS", str(tmp_path))
    assert folders.runs_directory() == tmp_path
    assert folders.runs_directory("/elsewhere").as_posix() == "/elsewhere"
    monkeypatch.delenv("TUI_TRAINER_RUNS")
    assert folders.runs_directory().name == "runs"


def test_a_folder_that_can_not_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="no run can be made"):
        folders.create(tmp_path / "file", plans.make(Settings()))


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"settings":{"no":1}}', b"[1]"])
def test_a_plan_that_is_none(tmp_path, content):
    run = toy_run(tmp_path)
    run.plan_file.write_bytes(content)
    with pytest.raises(UserError, match=r"plan\.json is not a plan"):
        plans.load(run.plan_file)


def test_a_plan_of_a_later_version(tmp_path):
    run = toy_run(tmp_path)
    later = msgspec.structs.replace(run.plan, version=2)
    run.plan_file.write_bytes(plans.encode(later))
    with pytest.raises(UserError, match="version 2"):
        plans.load(run.plan_file)


def test_a_plan_survives_its_file(tmp_path):
    (tmp_path / "text.txt").touch()
    plan = plans.make(Settings(), data=(str(tmp_path / "text.txt"),), until="pretrain")
    assert folders.create(tmp_path, plan).plan.data == (str(tmp_path / "text.txt"),)
    assert plan.stages() == ("data", "pretrain")


def test_impossible_plans(tmp_path):
    with pytest.raises(UserError, match="no file or folder"):
        plans.make(Settings(), data=(str(tmp_path / "nothing"),))
    with pytest.raises(UserError, match="can't be left out"):
        plans.make(Settings(), skip=("data",))
