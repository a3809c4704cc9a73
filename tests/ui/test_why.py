"""Why a moment matters: by what one looks at and by the stretch of the curve, as it was measured."""

import pytest
import recorded
from test_actions import scene_at
from test_step_slowly import EXPLAINED

from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Event, Record, StageName
from tui_trainer.ui.chrome.ahead import proposal
from tui_trainer.ui.chrome.caption import forms
from tui_trainer.ui.keys import ACTIONS
from tui_trainer.ui.panes.loss import LossPane
from tui_trainer.view import pace, why
from tui_trainer.view.fold import apply
from tui_trainer.view.state import State
from tui_trainer.view.text import holds
from tui_trainer.view.why import Looking, of_curve, of_learning

RECORDS = recorded.records()
COUNTING = e.Measured("baseline/ngram_bits_per_byte", 0.4)


def learned(
    stage: StageName, *unseen: float, rate: float = 1.0, more: tuple[Event, ...] = (), steps: int = 1000
) -> State:
    """A stage in which unseen text cost so much every tenth step; it cools down to a part of its rate."""
    state = State()
    events: list[Event] = [recorded.records()[0].event, e.StageStarted(stage, steps), *more]
    for number, nats in enumerate(unseen):
        events.append(e.Validated(stage, 10 * number, nats, 0.4 * nats, 7.6))
        lr = 0.01 * (rate if number == len(unseen) - 1 else 1.0)
        events.append(e.Stepped(stage, 10 * number + 1, nats, lr, 0.5, 100, 1e6))
    for event in events:
        apply(state, Record(VERSION, state.records, 0, 0, event))  # type: ignore[arg-type]  # of AnyEvent
    return state


@pytest.mark.parametrize(
    ("unseen", "fields", "said"),
    [
        ((7.7,), {}, "guessing teaches it language and facts"),
        ((7.7, 3.1), {}, "its first fall: common things come first"),
        ((7.7, 3.1, 2.4), {}, "its first fall: common things come first"),
        ((7.7, 3.1, 2.4, 2.2), {"more": (COUNTING,)}, "it must beat plain counting of what follows what"),
        ((7.7, 1.5, 1.0, 0.9), {"more": (COUNTING,)}, "it beats plain counting of what follows what now"),
        ((7.7, 1.5, 1.0, 0.9), {}, "common things are learned: rare ones come"),
        ((7.7, 1.6, 1.59, 1.58), {}, "nearly flat for now: that is no end yet"),
        ((7.7, 1.6, 1.59, 1.58, 1.2), {}, "after a flat stretch it falls again"),
        ((7.7, 1.6, 1.59, 1.58), {"steps": 40}, "the long tail: rare things come slowly"),
        ((7.7, 1.6, 1.5, 1.4), {"rate": 0.3}, "its nudges get smaller now: it settles"),
        ((7.7, 1.6, 1.5, 1.4), {"rate": 0.1}, "the last small nudges settle it"),
    ],
)
def test_pretraining_is_told_by_the_stretch_of_its_curve(
    unseen: tuple[float, ...], fields: dict[str, object], said: str
) -> None:
    assert of_curve(learned("pretrain", *unseen, **fields), "pretrain") == said  # type: ignore[arg-type]  # fields


def test_that_documents_cost_more_is_put_down_to_what_is_read() -> None:
    risen = learned("finetune", 0.66, 0.91)
    assert why.dearer(risen) == (0.66, 0.91)
    assert of_curve(risen, "finetune") == "answers are other text: documents cost more now"
    assert of_curve(learned("finetune", 0.66, 0.67), "finetune") == why.BEGUN["finetune"]
    back = learned("finetune", 0.66, 0.91, 0.8)
    assert of_curve(back, "finetune") == "documents are mixed in, so that it forgets less"
    back.turned["finetune.document_rows"] = 0  # then nothing is
    assert of_curve(back, "finetune") == "answers are other text: documents cost more now"
    over = e.Overfitting("finetune", 10, 0.91, 0, 0.66)
    assert why.dearer(learned("finetune", 0.66, 0.91, more=(over,))) is None  # which is told as that


def test_the_plot_and_the_caption_say_so_too() -> None:
    scene = scene_at([])
    scene.now = learned("finetune", 0.66, 0.91)
    scene.moment = scene.now.validated
    said = forms(scene)[1]
    assert said[0] == (
        "On documents it has never seen: loss 0.91, before fine-tuning 0.66. It learns from answers now, "
        "which are another kind of text."
    )
    assert all("answers" in form and holds(form, room, 2) for form, room in zip(said, (75, 55), strict=True))
    assert "unseen documents 0.66 → 0.91" in LossPane(scene).lines(76, 14)[0].text
    scene.now = learned("finetune", 0.66, 0.65)
    scene.moment = scene.now.validated
    assert "Guessing blindly" in forms(scene)[1][0] and "→" not in LossPane(scene).lines(76, 14)[0].text


def test_it_changes_with_the_pane_and_with_the_part_of_a_step() -> None:
    state = learned("pretrain", 7.7, 3.1)
    said = [of_learning(state, "pretrain", Looking(pane)) for pane in range(1, 6)]
    said.append(of_learning(state, "pretrain", Looking(3, attention=True)))
    said += [of_learning(state, "pretrain", Looking(4, part)) for part in range(1, len(pace.PARTS) + 1)]
    assert len(set(said)) == len(said)
    assert of_learning(state, "finetune", Looking(5)) == of_curve(state, "finetune")  # without a base model
    answers = of_learning(state, "finetune", Looking(5, writes=True))
    assert answers == of_learning(state, "pretrain", Looking(5))  # what stands there is not the base model's
    scene = scene_at(recorded.until(RECORDS, e.Stepped, 200))
    told = set()
    for scene.pane in range(1, 6):
        told.add(proposal(scene, ACTIONS).forms[0].partition(" Next")[0])
    scene.pane, scene.attends = 3, True
    told.add(proposal(scene, ACTIONS).forms[0].partition(" Next")[0])
    assert len(told) == 6
    scene.now.paced, scene.moment, scene.clock = 9.0, EXPLAINED, lambda: 0.0
    assert proposal(scene, ACTIONS).forms[0].startswith(f"Why: {why.PARTS[0]}.")
