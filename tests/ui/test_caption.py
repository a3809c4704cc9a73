"""The caption: one sentence that is true of this very moment, in every state of a run."""

import recorded
from msgspec.structs import replace
from test_actions import scene_at
from watching import caption

from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Record
from tui_trainer.ui.chrome.caption import Caption
from tui_trainer.ui.farewell import farewell_of
from tui_trainer.ui.keys import BY_NAME
from tui_trainer.ui.scene import HOLD_SECONDS, Scene
from tui_trainer.view.fold import apply, apply_all
from tui_trainer.view.glossary import TERMS
from tui_trainer.view.state import State

RECORDS = recorded.records()


def said(scene: Scene) -> str:
    scene.hold()
    return " ".join(caption(scene))


def at(event: e.Event, *before: e.Event) -> Scene:
    events = [*before, event]
    return scene_at([Record(VERSION, i, i, i, one) for i, one in enumerate(events)])  # type: ignore[arg-type]


def test_before_anything() -> None:
    assert "Reading the log" in said(scene_at([], loading=True))
    assert "Starting the trainer" in said(scene_at([], trainer="starting"))
    assert "is up" in said(scene_at([]))
    assert "how fast this machine is" in said(scene_at(RECORDS[:1]))


def test_the_plan_and_the_way_out_of_a_long_one() -> None:
    short = said(scene_at(RECORDS[:2]))
    assert "about 3 minutes" in short and "rough" in short and "quick" not in short
    assert "quick" in said(at(e.SpeedMeasured(1.0, {"pretrain": 600.0}), RECORDS[0].event))


def test_a_guess_with_its_numbers() -> None:
    wrong = e.Guessed("pretrain", 3, "the small grey", " rabbit", 0.03, ((" dog", 0.41), (" rabbit", 0.03)))
    text = said(at(wrong))
    assert all(
        part in text
        for part in ("‘dog’", "41 %", "‘rabbit’", "3 %", "loss 3.5", "Blame goes backward", "nudged")
    )
    right = e.Guessed("pretrain", 3, "the small grey", " rabbit", 0.9, ((" rabbit", 0.9),))
    assert "was right: loss 0.1. Right, but not sure: some blame." in said(at(right))
    for given, judged in ((0.3, "Right, but unsure: a nudge."), (0.97, "Hardly any blame.")):
        guess = replace(right, probability=given, top=((" rabbit", given),))
        assert judged in said(at(guess)) and ("Hardly" in said(at(guess))) == (given > 0.95)


def test_the_loss_on_unseen_text_is_the_one_of_the_loss_pane() -> None:
    older, newer = (e.Validated("pretrain", step, nats, 0.5, 7.6) for step, nats in ((25, 3.0), (50, 2.5)))
    scene = at(older)
    assert "loss 3.00" in said(scene)
    apply(scene.now, Record(VERSION, 1, 1, 1, newer))
    scene.hold()
    assert scene.moment is older and "loss 2.50" in caption(scene)[1]
    scene.mode, scene.replay_speed = "replay", 2.0
    assert caption(scene)[1].startswith("Step 50. On documents it has never seen: loss 2.50")


def test_a_world_that_was_written_before_is_called_copied() -> None:
    ready = e.CorpusReady(400, {"web": 1000}, 100, {"web": 1.0}, 3.0)
    assert "copied" in said(at(replace(ready, copied=True))) and "copied" not in said(at(ready))


def test_a_text_that_began_before_what_is_shown_of_it_says_so() -> None:
    guess = e.Guessed("pretrain", 3, " was born in", " Velm", 0.9, ((" Velm", 0.9),))
    assert "After “… was born in” it" in said(at(guess))
    assert "After “Mira was born in” it" in said(at(replace(guess, context="Mira was born in")))


def test_a_capital_s_mark_is_explained_where_it_is_named() -> None:
    for size in (60, 80, 120):
        for top in (("<|capital|>", 0.6), (" the", 0.6)):
            guess = e.Guessed("pretrain", 3, "of Velm lived near the mill of", "<|capital|>", 0.3, (top,))
            scene = at(guess)
            scene.hold()
            rows = [row.text.strip(" ▌▶") for row in Caption(scene).lines(size, 2)]
            assert "(large letter): one follows." in " ".join(rows), rows


def test_an_impossible_truth_does_not_crash_it() -> None:
    assert "loss 27.6" in said(at(e.Guessed("pretrain", 1, "", "x", 0.0, ())))


def test_foreign_text_in_it_is_harmless() -> None:
    text = said(at(e.FilterApplied("spam", 10, 2, 20, "\x1b]0;x\x07[bold]", "[/]\u202e")))
    assert "\x1b" not in text and "\u202e" not in text and "[bold]" in text


def test_a_passing_moment_is_held_until_it_is_read() -> None:
    now = 100.0
    scene = scene_at(recorded.until(RECORDS, e.Guessed, 5))
    scene.clock = lambda: now
    scene.hold()
    scene.hold()
    first = scene.moment
    for record in recorded.until(RECORDS, e.Guessed, 9)[scene.state.records :]:
        apply(scene.now, record)
    scene.hold()
    assert scene.moment is first
    now += HOLD_SECONDS
    scene.hold()
    assert scene.moment is not first


def test_a_guess_is_shown_and_told_however_often_there_is_a_validation() -> None:
    """A machine may be so fast that there is a new validation at every look."""
    now = 100.0
    scene = scene_at([])
    scene.clock = lambda: now
    told = []
    for number in range(8):
        apply_all(
            scene.state,
            [
                Record(VERSION, 2 * number, 0, 0, e.Validated("pretrain", number, 1.0, 0.4, 7.6)),
                Record(
                    VERSION,
                    2 * number + 1,
                    0,
                    0,
                    e.Guessed("pretrain", number, "the", "a", 0.5, (("a", 0.5),)),
                ),
            ],
        )
        scene.hold()
        assert scene.guess is not None and scene.guess.step == number
        told.append(type(scene.moment).__name__)
        now += HOLD_SECONDS
    assert told == ["Validated", "Guessed"] * 4


def test_while_paused_every_step_is_told_at_once() -> None:
    records = recorded.until(RECORDS, e.Guessed, 9)
    scene = scene_at([*records[:-1], Record(VERSION, 0, 0, 0, e.Paused())])
    scene.hold()
    apply(scene.state, records[-1])
    scene.hold()
    assert scene.moment is records[-1].event
    assert said(scene).startswith("‖ Paused at step 9. space goes on")


def test_waiting_for_a_person_and_what_they_picked() -> None:
    asking = scene_at(recorded.until(RECORDS, e.PairOffered, 3))
    assert "Your turn, pick 3: which" in said(asking)
    assert "is being waited for" in said(scene_at(recorded.until(RECORDS, e.PairOffered, 3), mode="view"))
    picked = said(scene_at(recorded.until(RECORDS, e.Picked, 2)))
    assert "You said: A is better" in picked and "reward model had given that" in picked
    simulated = recorded.records(simulated=True)
    assert "The simulated rater (polite)" in said(scene_at(recorded.until(simulated, e.Picked, 2)))


def test_a_dead_trainer_comes_before_everything() -> None:
    records = recorded.until(RECORDS, e.Stepped, 30)
    assert "press r to go on" in said(scene_at(records, trainer="gone"))
    assert "tui-trainer resume run" in said(scene_at(records, trainer="gone", mode="view"))
    full = Record(VERSION, 0, 0, 0, e.Noticed("the disk is full", "error"))
    assert "the disk is full" in said(scene_at([*records, full], trainer="gone"))
    hopeless = Record(VERSION, 9, 9, 9, e.Noticed("only 3 tokens of text", "error", mendable=False))
    scene = scene_at([*records, hopeless], trainer="gone")
    assert said(scene).endswith(": only 3 tokens of text") and not BY_NAME["resume"].when(scene)
    assert farewell_of(scene) == "The run can't be trained: only 3 tokens of text"
    assert BY_NAME["resume"].when(scene_at([*records, full], trainer="gone"))
    assert "Done" in said(scene_at(RECORDS, trainer="gone"))
    assert "leave the chat by esc, then press r to go on" in said(
        scene_at(records, trainer="gone", typing=True)
    )


def test_an_interval_is_called_one() -> None:
    """Not what one can be so and so sure of: the true value is in it or is not."""
    text = said(at(e.Measured("tuned/recall_heldout", 0.8, (0.74, 0.85), 158, 0.03)))
    assert "(95 % interval 74 % to 85 %)" in text and "sure" not in text
    loss = said(at(e.Measured("tuned/own_answer_loss", 2.345, (2.13, 2.56), 20, 7.6)))
    assert "2.345 (95 % interval 2.130 to 2.560); chance 7.600" in loss


def test_the_gradient_points_to_where_the_loss_rises() -> None:
    meanings = {term.english: term.meaning for term in TERMS}
    assert "loss rises" in meanings["Gradient"] and "against its gradient" in meanings["Gradient descent"]


def test_every_moment_of_a_run_has_a_sentence() -> None:
    state = State()
    scene = Scene(scene_at([]).folder, "control", state, trainer="alive", loading=False)
    clock = iter(range(10**9))
    scene.clock = lambda: float(next(clock) * 10)
    seen = set()
    for record in recorded.records(simulated=True):
        apply(state, record)
        scene.hold()
        sign, sentence = caption(scene)
        assert sign and 10 < len(sentence) < 230 and "\n" not in sentence
        seen.add(type(scene.moment))
    assert {e.Guessed, e.Validated, e.Reinforced, e.Measured, e.WeightsFrozen, e.RunEnded} <= seen


def replay(records: list[Record], speed: float, **fields: object) -> Scene:
    return scene_at(records, mode="replay", replay_speed=speed, **fields)


def test_a_fast_replay_is_told_where_it_stands() -> None:
    records = recorded.until(RECORDS, e.Guessed, 344)
    slow = said(replay(records, 1))
    assert "Step" not in slow
    assert "Step 3" in said(replay(records, 2)) and " of 500" not in said(replay(records, 2))
    assert "Step 344 of 500 of pretrain: the loss is" in said(replay(records, 20))
    scene = replay(records, 20)
    said(scene)
    apply_all(scene.now, RECORDS[len(records) : len(records) + 2])  # a step more, held or not
    assert "Step 345 of 500" in said(scene)


def test_the_end_of_a_replay_is_told() -> None:
    whole = said(replay(RECORDS, 20, replayed=True))
    assert "this was the whole run" in whole and "( goes back" in whole
    torn = said(replay(recorded.until(RECORDS, e.Guessed, 344), 20, replayed=True))
    assert "the log ends in pretrain at step 344 of 500, before the run was done" in torn


def test_a_replay_that_begins_again_knows_nothing_of_later() -> None:
    scene = replay(RECORDS, 20, replayed=True, card=object(), waiting=[object()])
    scene.hold()
    scene.begin_again()
    assert scene.now == State() and scene.card is None and not scene.waiting and not scene.replayed
    assert "Reading the log" in said(scene)
