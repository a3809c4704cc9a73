"""Two cultures: two forks by two raters, one after the other, and none made twice."""

import pytest
from toys import toy_run

from tui_trainer.console import cultures as without_screen
from tui_trainer.errors import UserError
from tui_trainer.experiments import cultures
from tui_trainer.experiments.cultures import Cultures
from tui_trainer.run import client
from tui_trainer.run.storage.folder import RunFolder, list_runs


@pytest.fixture(scope="module")
def whole(trainers, tmp_path_factory) -> RunFolder:
    folder = toy_run(tmp_path_factory.mktemp("whole"))
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    return folder


@pytest.fixture
def launched(trainers, monkeypatch) -> list[RunFolder]:
    """Trainers run to their end, in place of being launched."""
    runs: list[RunFolder] = []

    def launch(folder: RunFolder, **_: object) -> None:
        runs.append(folder)
        assert trainers.run(folder) == 0, folder.trainer_log.read_text()

    monkeypatch.setattr(client, "launch", launch)
    return runs


def test_one_after_the_other_and_never_twice(whole, launched):
    making = Cultures(whole, ("polite", "short"))
    doing = []
    while not making.ended:
        making.advance()
        doing.append(tuple(arm.doing for arm in making.arms))
    assert doing == [("starting", "waiting"), ("done", "starting"), ("done", "done")]
    first, second = (arm.folder for arm in making.arms)
    assert launched == [first, second] and first.path != second.path
    assert [f.plan.settings.feedback.rater for f in launched] == ["polite", "short"]
    assert all(f.plan.forked.source == whole.id and f.plan.forked.weights == "tuned" for f in launched)
    assert [(arm.picks, arm.ended) for arm in making.arms] == [(6, True)] * 2
    before = list_runs(whole.path.parent)
    again = Cultures(whole, ("short", "polite"))
    again.advance()
    assert again.ended and [arm.folder.id for arm in again.arms] == [second.id, first.id]
    assert len(list_runs(whole.path.parent)) == len(before) and len(launched) == 2


def test_a_trainer_that_ends_too_soon_is_told_of_and_not_tried_forever(whole, monkeypatch):
    launches = []
    monkeypatch.setattr(client, "launch", lambda folder, **_: launches.append(folder))
    making = Cultures(whole, ("short", "ceremonious"))
    making.arms = making.arms[::-1]  # the one that no test has made
    making.advance()
    with pytest.raises(UserError, match=r"ended before the run did; see its trainer\.log"):
        making.advance()
    assert len(launches) == 1


@pytest.mark.parametrize(
    "raters", [("polite",), ("polite", "polite"), ("polite", "person"), (), ("a", "b", "c")]
)
def test_two_simulated_raters_are_needed(whole, raters):
    with pytest.raises(UserError, match="two different simulated raters"):
        Cultures(whole, raters)


def test_who_rates_the_upset_is_given_their_prompts(whole):
    topics = {
        rater: cultures.plan_of(whole, rater).settings.feedback.topic
        for rater in ("comforter", "list-maker", "ceremonious", "polite")
    }
    assert topics == {
        "comforter": "upset",
        "list-maker": "upset",
        "ceremonious": "everyday",
        "polite": "everyday",
    }


def test_raters_that_nobody_knows_and_runs_without_a_tuned_model(whole, trainers, new_run):
    with pytest.raises(UserError, match=r"feedback\.rater takes one of"):
        Cultures(whole, ("polite", "nobody"))
    with pytest.raises(UserError, match="has not finished finetune yet"):
        cultures.plan_of(new_run(), "polite")


def test_without_a_screen(whole, trainers, monkeypatch):
    followed = []

    def follow(folder: RunFolder) -> str:
        followed.append(folder)
        return "stopped" if len(followed) == 3 else "ended" if trainers.run(folder) == 0 else "died"

    monkeypatch.setattr(without_screen, "follow", follow)
    raters = ("plain-spoken", "scholarly")
    first, second = without_screen.made(whole, raters)
    assert followed == [first, second]
    assert [f.plan.settings.feedback.rater for f in followed] == list(raters)
    assert [f.id for f in without_screen.made(whole, raters[::-1])] == [second.id, first.id]
    with pytest.raises(UserError, match="the same command goes on from there"):
        without_screen.made(whole, ("plain-spoken", "decided"))
