"""The next version of a model: a run of its own, from scratch, on a world one year newer."""

import msgspec
import pytest
from toys import toy_run

from tui_trainer.corpus.world import make_world
from tui_trainer.errors import UserError
from tui_trainer.messages.events import RunStarted, Stepped
from tui_trainer.run import release
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage import report
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.storage.plan import Release
from tui_trainer.run.storage.spent import spent
from tui_trainer.run.storage.status import status
from tui_trainer.settings import FIRST_CUTOFF, LAST_CUTOFF, differences, lookup


@pytest.fixture(scope="module")
def first(trainers, tmp_path_factory) -> RunFolder:
    folder = toy_run(tmp_path_factory.mktemp("first"))
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    return folder


def released(source: RunFolder) -> RunFolder:
    return folders.create(source.path.parent, release.plan_of(source))


def test_it_is_trained_whole_and_each_fact_is_read_as_often(trainers, first):
    folder = released(first)
    old, new = first.plan, folder.plan
    assert new.release == Release(first.id, 2) and (old.number, new.number) == (1, 2)
    facts = [len(make_world(old.seed, FIRST_CUTOFF + years).facts) for years in (0, 1)]
    assert differences(old.settings, new.settings) == {
        "data.cutoff": FIRST_CUTOFF + 1,
        **{
            name: round(lookup(old.settings, name) * facts[1] / facts[0])
            for name in ("data.documents", "finetune.pairs", "pretrain.steps", "finetune.steps")
        },
    }
    assert (new.seed, new.preset, new.data, new.skip, new.until) == (
        old.seed,
        old.preset,
        old.data,
        old.skip,
        old.until,
    )
    assert not folder.events.exists() and not folder.corpus.exists()  # nothing is taken over
    assert release.versions_around(first) is None  # it has not come to its end
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    started = next(read_all(folder.events)).event
    assert isinstance(started, RunStarted) and started.settings["data"]["cutoff"] == FIRST_CUTOFF + 1
    assert report.build(folder).run.release == new.release
    assert status(folder).release == first.id and status(first).release is None
    found = release.versions_around(first)
    assert found is not None and [run.id for run in found] == [first.id, folder.id]
    again = release.versions_around(folder)
    assert again is not None and [run.id for run in again] == [first.id, folder.id]
    assert release.plan_of(folder).release == Release(folder.id, 3)
    assert release.in_common(first, folder) == "aligned"
    folder.weights("aligned").unlink()
    assert release.in_common(first, folder) == "tuned"


def test_of_a_fork_the_settings_are_kept_and_nothing_else(first):
    plan = first.plan
    forked = plans.Fork("other", "finetune", 3, 1.0, {"finetune.steps": 9})
    first_forked = msgspec.structs.replace(plan, forked=forked)
    folder = RunFolder(first.path)
    folder.plan = first_forked  # as if it had gone on from another run
    made = release.plan_of(folder)
    assert made.forked is None and made.settings.feedback == plan.settings.feedback


def test_what_has_no_next_version_says_why(trainers, first, new_run, tmp_path):
    (tmp_path / "own.txt").write_text("some text")
    own = new_run(data=(str(tmp_path / "own.txt"),))
    with pytest.raises(UserError, match="your own text"):
        release.plan_of(own)
    with pytest.raises(UserError, match="no finished model yet"):
        release.plan_of(new_run())
    last = RunFolder(first.path)
    settings = msgspec.structs.replace(
        first.plan.settings, data=msgspec.structs.replace(first.plan.settings.data, cutoff=LAST_CUTOFF)
    )
    last.plan = msgspec.structs.replace(first.plan, settings=settings)
    with pytest.raises(UserError, match=f"ends with {LAST_CUTOFF}"):
        release.plan_of(last)


def test_what_it_took_is_counted_from_the_log(first):
    steps = [r.event for r in read_all(first.events) if isinstance(r.event, Stepped)]
    took = spent(first)
    by_stage = {s.stage: s for s in sorted(steps, key=lambda s: s.tokens)}  # the furthest of each
    assert set(by_stage) >= {"pretrain", "finetune"}
    assert took.tokens == sum(s.tokens for s in by_stage.values()) > 0
    assert took.flops == sum(s.flops for s in by_stage.values())
    assert took.seconds == max(r.busy for r in read_all(first.events))


def test_a_plan_of_an_earlier_version_has_no_release(first):
    tree = msgspec.json.decode(first.plan_file.read_bytes())
    del tree["release"], tree["settings"]["data"]["cutoff"]
    tree.pop("sha256", None)
    read = msgspec.convert({k: v for k, v in tree.items() if k in plans.Plan.__struct_fields__}, plans.Plan)
    assert read.release is None and read.number == 1 and read.settings.data.cutoff == FIRST_CUTOFF
