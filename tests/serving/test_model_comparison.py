"""Two models on the same prompts: their answers, and raters who judge them."""

import json
import subprocess
import sys
from typing import get_args

import msgspec
import pytest
from frozen_run import freeze, tell
from small_corpus import corpus_of

from tui_trainer.errors import UserError
from tui_trainer.learning.preferences import comparison
from tui_trainer.learning.preferences.raters import CULTURES
from tui_trainer.messages.comparison import Order
from tui_trainer.messages.events import PairOffered, Picked
from tui_trainer.model.checkpoint import load, load_model
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving import comparison as comparing
from tui_trainer.serving.comparison import compare
from tui_trainer.settings import Culture

PROMPTS = ("Where does Ada live?", "Who won?")


@pytest.fixture
def taught(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """With aligned weights, that a simulated rater's picks made; the corpus has what is needed here."""
    monkeypatch.setattr(comparison, "COMPARISONS", 20)
    freeze(run, "aligned", load_model(run.weights("base")))
    pair = PairOffered(0, "Who?", "Gladly. Bo.", "Bo.", False, 0.5)
    tell(run, pair, Picked(0, "a", "ceremonious", True))
    corpus = corpus_of(
        run,
        held_out_prompts=list(PROMPTS),
        upset_prompts=["I am sad."],
        upset_held_out=["I feel sad."],
    )
    monkeypatch.setattr(comparing.Corpus, "load", lambda path: corpus)
    return run


def test_both_are_asked_and_their_makers_judge(taught: RunFolder) -> None:
    found = compare(Order(str(taught.path), str(taught.path), second_weights="tuned"))
    assert (found.first.weights, found.first.rater) == ("aligned", "ceremonious")
    assert (found.second.weights, found.second.rater) == ("tuned", None)
    assert found.first.sha256 == load(taught.weights("aligned"))[1]["sha256"]
    assert [said.prompt for said in found.answers] == list(PROMPTS)
    assert [v.rater for v in found.verdicts] == ["ceremonious"] and found.verdicts[0].n == len(PROMPTS)
    assert found == compare(Order(str(taught.path), str(taught.path), second_weights="tuned"))


def test_a_model_rated_by_the_upset_is_asked_what_they_say(taught: RunFolder) -> None:
    plan = taught.plan
    feedback = msgspec.structs.replace(plan.settings.feedback, topic="upset")
    settings = msgspec.structs.replace(plan.settings, feedback=feedback)
    taught.plan_file.write_bytes(plans.encode(msgspec.structs.replace(plan, settings=settings)))
    here = str(taught.path)
    found = compare(Order(here, here, "aligned", "tuned"))
    assert [said.prompt for said in found.answers] == ["I feel sad."]
    found = compare(Order(here, here, "tuned", "base"))
    assert [said.prompt for said in found.answers] == list(PROMPTS)


def test_what_one_rater_gives_to_the_one_it_takes_from_the_other(taught: RunFolder) -> None:
    here = str(taught.path)
    raters = ("polite", "plain-spoken")
    there = compare(Order(here, here, "aligned", "tuned", ("Hm?",), raters))
    back = compare(Order(here, here, "aligned", "aligned", ("Hm?",), raters))
    assert [v.rater for v in there.verdicts] == list(raters) and there.answers[0].prompt == "Hm?"
    assert back.answers[0].first == back.answers[0].second  # the likeliest answer of the same weights
    assert all(v.ci95[0] <= v.share <= v.ci95[1] for v in (*there.verdicts, *back.verdicts))


def test_what_can_t_be_compared(taught: RunFolder) -> None:
    here = str(taught.path)
    with pytest.raises(UserError, match="no taste 'nobody'"):
        compare(Order(here, here, raters=("nobody",)))
    with pytest.raises(UserError, match="too long"):
        compare(Order(here, here, prompts=("Ada lives " * 60,)))
    assert "JSON" in json.loads(comparing.answer(b"nonsense"))["error"]
    (taught.weights("base")).unlink()
    with pytest.raises(UserError, match="has no weights 'base'"):
        compare(Order(here, here, "base"))


def test_the_process_tells_errors_on_one_line() -> None:
    order = msgspec.json.encode(Order("/nowhere/a", "/nowhere/b"))
    done = subprocess.run(
        [sys.executable, "-m", "tui_trainer.serving.comparison"], input=order, capture_output=True, check=True
    )
    assert "error" in json.loads(done.stdout)


def test_the_settings_name_the_cultures_of_the_file() -> None:
    assert set(get_args(Culture)) == set(CULTURES)
