"""A run is deleted in two steps, of which the first can be undone; never while it is being trained."""

from pathlib import Path

import pytest

from tui_trainer import settings
from tui_trainer.errors import UserError
from tui_trainer.run import deleting
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder, create, list_runs
from tui_trainer.run.storage.lock import Lock


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create(tmp_path, plans.make(settings.load("quick", environ={}), preset="quick"))


def test_what_is_set_aside_can_be_brought_back_or_goes(run: RunFolder, tmp_path: Path) -> None:
    run.events.write_bytes(b"told\n")
    size = deleting.size(run)
    assert size == sum(path.stat().st_size for path in run.path.iterdir()) > 5
    aside = deleting.set_aside(run)
    assert not list_runs(tmp_path) and deleting.left(tmp_path) == [aside]
    assert deleting.bring_back(aside).path == run.path and run.events.read_bytes() == b"told\n"
    deleting.finish(deleting.set_aside(run))
    assert not run.path.exists() and not deleting.left(tmp_path)


def test_a_living_run_stays(run: RunFolder, tmp_path: Path) -> None:
    held = Lock(run)
    with pytest.raises(UserError, match="already has a trainer"):
        deleting.set_aside(run)
    assert list_runs(tmp_path)
    held.release()
    deleting.set_aside(run)


def test_a_name_that_was_given_again_is_not_overwritten(run: RunFolder, tmp_path: Path) -> None:
    aside = deleting.set_aside(run)
    run.path.mkdir()
    with pytest.raises(UserError, match="another run"):
        deleting.bring_back(aside)
    run.path.rmdir()
    assert deleting.bring_back(aside).plan.preset == "quick"


def test_a_second_run_of_a_name_takes_the_place_of_the_first_that_was_set_aside(run: RunFolder) -> None:
    plan = run.plan_file.read_bytes()
    deleting.set_aside(run)
    run.path.mkdir()
    run.plan_file.write_bytes(plan)
    aside = deleting.set_aside(run)
    assert deleting.left(run.path.parent) == [aside]
