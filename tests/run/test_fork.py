"""A run that goes on from another one's finished stages: what it takes over, and what is its own."""

import os
import random

import msgspec
import pytest
from toys import PICKS, lines, state_of, toy_run
from waiting import PATIENCE, wait_until

from tui_trainer.errors import UserError
from tui_trainer.messages.commands import Pick, TakeControl
from tui_trainer.messages.events import (
    Forked,
    PairOffered,
    Picked,
    SpeedMeasured,
    StageStarted,
    TasteTested,
    WeightsFrozen,
)
from tui_trainer.run import client, fork
from tui_trainer.run.storage import report
from tui_trainer.run.storage.carried_picks import CarriedPicks
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, comparable, read_all
from tui_trainer.run.storage.status import status
from tui_trainer.settings import SettingsError
from tui_trainer.view.fold import apply_all
from tui_trainer.view.state import State

ASKS = {"TOY_ASKS": "1"}


def records(folder: RunFolder) -> list:
    return list(read_all(folder.events))


def own(folder: RunFolder) -> list[dict]:
    """What a fork did itself."""
    assert folder.plan.forked is not None
    return [comparable(r) for r in records(folder)[folder.plan.forked.records :]]


def forked(source: RunFolder, stage, *assignments: str, keep_picks: bool = False) -> RunFolder:
    return fork.begin(source, fork.plan_of(source, stage, assignments, keep_picks))


@pytest.fixture(scope="module")
def whole(trainers, tmp_path_factory) -> RunFolder:
    folder = toy_run(tmp_path_factory.mktemp("whole"))
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    return folder


@pytest.mark.parametrize("stage", fork.FORKS)
def test_with_nothing_changed_it_is_the_same_run_again(trainers, whole, stage):
    folder = forked(whole, stage)
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    taken = folder.plan.forked.records
    events = [r.event for r in records(folder)]
    assert isinstance(events[taken], Forked) and isinstance(events[taken + 1], SpeedMeasured)
    assert events[taken + 2] == StageStarted(stage, events[taken + 2].steps)
    theirs = [comparable(r) for r in records(whole)]
    mine = [comparable(r) for r in records(folder)]
    assert mine[:taken] == theirs[:taken]
    assert [r["event"] for r in mine[taken + 2 :]] == [r["event"] for r in theirs[taken:]]
    assert state_of(folder) == state_of(whole)
    assert folder.path != whole.path and status(folder).ended and status(folder).forked == whole.id


def test_the_beginning_of_the_log_is_the_other_s_byte_for_byte(whole):
    folder = forked(whole, "finetune")
    assert whole.events.read_bytes().startswith(folder.events.read_bytes())
    last = records(folder)[-1]
    assert (last.seq + 1, last.busy) == (folder.plan.forked.records, folder.plan.forked.busy)


def test_other_knobs_make_another_run_and_leave_the_first_alone(trainers, whole):
    before = {path: path.read_bytes() for path in whole.path.rglob("*") if path.is_file()}
    folder = forked(whole, "finetune", "finetune.steps=4", "finetune.matrix_lr=0.5")
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    assert {path: path.read_bytes() for path in whole.path.rglob("*") if path.is_file()} == before
    assert state_of(folder, "base") == state_of(whole, "base")
    assert state_of(folder, "tuned") != state_of(whole, "tuned")
    plan = folder.plan.forked
    assert plan.source == whole.id and plan.changes == {"finetune.steps": 4, "finetune.matrix_lr": 0.5}
    base = next(
        r.event for r in records(whole) if isinstance(r.event, WeightsFrozen) and r.event.weights == "base"
    )
    assert (plan.weights, plan.sha256) == ("base", base.sha256)
    built = report.build(folder).run
    assert built.forked == plan and built.settings["finetune"]["steps"] == 4
    assert msgspec.json.decode(folder.report.read_bytes())["run"]["forked"]["source"] == whole.id


def test_killed_at_random_moments_it_resumes_exactly(trainers, whole, tmp_path):
    undisturbed = forked(whole, "pretrain", "pretrain.matrix_lr=0.7", "feedback.picks=9")
    assert trainers.run(undisturbed) == 0
    folder = forked(whole, "pretrain", "pretrain.matrix_lr=0.7", "feedback.picks=9")
    draw, kills, slow = random.Random(3), 0, {"TOY_SECONDS": "0.01"}
    while kills < 8 and trainers.kill_after(folder, draw.randint(0, 12), draw.uniform(0, 0.02), env=slow):
        kills += 1
    assert kills >= 4
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    assert own(folder) == own(undisturbed) and state_of(folder) == state_of(undisturbed)
    assert "other data" not in folder.trainer_log.read_text()


def test_picks_are_made_again_by_themselves(trainers, whole):
    # A person would be waited for: only the picks that are kept let this run end.
    folder = forked(whole, "feedback", "feedback.rater=person", "feedback.lr=0.9", keep_picks=True)
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    picked = [r.event for r in records(folder) if isinstance(r.event, Picked)]
    assert picked == [r.event for r in records(whole) if isinstance(r.event, Picked)] and len(picked) == PICKS
    assert lines(folder.preferences) == lines(whole.preferences)
    assert [msgspec.json.decode(line, type=fork.CarriedPick).picked for line in lines(folder.picks)] == picked
    assert state_of(folder) != state_of(whole)
    assert next(r.event for r in records(folder) if isinstance(r.event, Forked)).picks == PICKS


def test_kept_picks_survive_kills(trainers, whole):
    undisturbed = forked(whole, "feedback", "feedback.rater=person", keep_picks=True)
    assert trainers.run(undisturbed) == 0
    folder, count = forked(whole, "feedback", "feedback.rater=person", keep_picks=True), 0
    for nth in (1, 3, 5, 2, 9, 4):
        count += trainers.run(folder, die_at_write=nth) == -9
    assert count == 6
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    assert own(folder) == own(undisturbed) and state_of(folder) == state_of(undisturbed)
    assert len(lines(folder.preferences)) == PICKS


@pytest.fixture(scope="module")
def turned_anyway(trainers, tmp_path_factory) -> RunFolder:
    """A run whose picks show no taste, and whose person had the model turned to them all the same."""
    return _answered(trainers, tmp_path_factory.mktemp("anyway"), "anyway")


def _answered(trainers, place, choice) -> RunFolder:
    """A run whose picks show no taste, and what its person said to that."""
    folder = toy_run(place, "feedback.rater=person")
    trainers.start(folder, env=ASKS)
    reader, asked = LogReader(folder.events), []
    with client.Control(folder, PATIENCE) as control:
        wait_until(lambda: control.send(TakeControl()).ok)

        def picks() -> bool:
            for event in (record.event for record in reader.poll()):
                if isinstance(event, PairOffered):
                    assert control.send(Pick(event.pair, "a")).ok
                asked.extend([event] if isinstance(event, TasteTested) else [])
            return bool(asked)

        wait_until(picks, folder.trainer_log.read_text)
        assert status(folder).doing == "waiting_for_an_answer"
        assert control.send(Pick(asked[0].pair, choice)).ok
    assert trainers.wait() == 0, folder.trainer_log.read_text()
    return folder


def test_who_had_it_turned_anyway_is_not_asked_again(trainers, turned_anyway):
    undisturbed = forked(turned_anyway, "feedback", "feedback.lr=0.9", keep_picks=True)
    assert trainers.run(undisturbed, env=ASKS) == 0, undisturbed.trainer_log.read_text()
    said = [r.event for r in records(undisturbed) if isinstance(r.event, Picked)]
    assert said[-1] == Picked(PICKS, "anyway", "person", False) and len(said) == PICKS + 1
    assert undisturbed.plan.forked.picks == PICKS  # what was said is none of them
    folder = forked(turned_anyway, "feedback", "feedback.lr=0.9", keep_picks=True)
    assert sum(trainers.run(folder, env=ASKS, die_at_write=nth) == -9 for nth in (3, 9, 5)) == 3
    assert trainers.run(folder, env=ASKS) == 0, folder.trainer_log.read_text()
    assert own(folder) == own(undisturbed) and state_of(folder) == state_of(undisturbed)
    # A fork of that fork has it from there.
    assert trainers.run(forked(folder, "feedback", keep_picks=True), env=ASKS) == 0


def test_it_is_asked_again_about_other_picks(turned_anyway):
    carried = CarriedPicks(forked(turned_anyway, "feedback", keep_picks=True))
    asked = next(r.event for r in records(turned_anyway) if isinstance(r.event, TasteTested))
    assert carried.of(msgspec.structs.replace(asked, share=0.41, asks=False)) is not None
    assert carried.of(msgspec.structs.replace(asked, decided=asked.decided - 1)) is None
    carried.forget()  # one was taken back: what follows is other picks
    assert carried.of(asked) is None


def test_how_often_picking_went_on_is_carried(trainers, tmp_path):
    source = _answered(trainers, tmp_path, "more")
    assert not CarriedPicks(forked(source, "feedback")).more
    for _ in range(2):  # a fork of that fork has it from there
        source = forked(source, "feedback", keep_picks=True)
        carried = CarriedPicks(source)
        carried.forget()  # picks taken back are picks that have been tested
        assert len(carried.more) == 1 and source.plan.forked.picks == PICKS
        assert trainers.run(source) == 0, source.trainer_log.read_text()


def test_a_fork_of_a_fork_knows_the_nearer_one_s_settings(trainers, whole):
    first = forked(whole, "finetune", "feedback.lr=0.3")
    assert trainers.run(first) == 0
    second = forked(first, "feedback", "feedback.beta=0.7")
    assert trainers.run(second) == 0, second.trainer_log.read_text()
    assert second.plan.settings.feedback.lr == 0.3 and second.plan.forked.changes == {"feedback.beta": 0.7}
    assert state_of(second) == state_of(first)
    state = State()
    apply_all(state, records(second))
    assert state.forked is not None and state.forked.source == first.id
    assert state.setting("feedback.beta") == 0.7 and state.run.run == second.id and state.ended


@pytest.mark.parametrize(
    ("stage", "assignment", "says"),
    [
        ("feedback", "finetune.steps=3", "finetune.steps can't be changed at feedback"),
        ("finetune", "finetune.pairs=200", "finetune.pairs can't be changed at finetune"),
        ("finetune", "model.width=64", "model.width can't be changed"),
        ("pretrain", "data.vocabulary=512", "data.vocabulary can't be changed"),
        ("pretrain", "pretrain.steps=many", "pretrain.steps takes a whole number"),
        ("pretrain", "nothing=1", "there is no setting"),
        ("data", "data.documents=300", "not at data"),
    ],
)
def test_what_is_refused(whole, stage, assignment, says):
    with pytest.raises((UserError, SettingsError), match=says):
        fork.plan_of(whole, stage, [assignment])


@pytest.mark.parametrize(
    ("stage", "assignment"),
    [("pretrain", "model.width=64"), ("pretrain", "data.mixture.web=3"), ("finetune", "feedback.beta=0")],
)
def test_what_may_be_changed(whole, stage, assignment):
    assert fork.plan_of(whole, stage, [assignment]).forked.changes


def test_a_run_that_has_not_got_so_far(trainers, new_run, whole):
    with pytest.raises(UserError, match="has not finished data yet"):
        fork.plan_of(new_run(), "pretrain")
    with pytest.raises(UserError, match="only a run that goes on at feedback"):
        fork.plan_of(whole, "finetune", keep_picks=True)
    early = new_run(until="pretrain")
    assert trainers.run(early) == 0
    with pytest.raises(UserError, match="has not finished finetune yet"):
        fork.plan_of(early, "feedback", keep_picks=True)
    assert fork.plan_of(early, "finetune").until == "frozen"


def test_a_folder_that_can_t_be_written_leaves_nothing_behind(whole, tmp_path):
    if os.geteuid() == 0:
        (tmp_path / "runs").write_text("a file, where a folder should be")
        with pytest.raises(UserError, match="no run can be made"):
            fork.begin(whole, fork.plan_of(whole, "finetune"), tmp_path / "runs")
    whole.corpus.rename(tmp_path / "corpus")
    try:
        with pytest.raises(UserError, match="has no corpus folder"):
            fork.begin(whole, fork.plan_of(whole, "finetune"))
    finally:
        (tmp_path / "corpus").rename(whole.corpus)
