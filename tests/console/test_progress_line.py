"""How a run is told without a screen."""

import io

import pytest
from msgspec.structs import replace

from tui_trainer.console.headless import steps_within
from tui_trainer.console.progress import Teller, progress_line, told
from tui_trainer.messages import events as e
from tui_trainer.messages.events import Event, Record
from tui_trainer.view.fold import apply
from tui_trainer.view.state import State


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def after(*events: tuple[float, Event]) -> State:
    """What is known after these events, each at its compute seconds."""
    state = State()
    for seq, (busy, event) in enumerate(events):
        apply(state, Record(e.VERSION, seq, 1000.0 + busy, busy, event))  # type: ignore[arg-type]  # all are AnyEvent
    return state


STARTED = e.RunStarted("r1", 0, "demo", {}, (), {}, {})
SPEED = e.SpeedMeasured(0.1, {"data": 5.0, "pretrain": 50.0, "finetune": 30.0, "feedback": 20.0})


def stepped(step: int, loss: float = 2.5) -> e.Stepped:
    return e.Stepped("pretrain", step, loss, 0.02, 1.0, step * 1000, 0.0)


def test_stage_step_loss_speed_and_time_left() -> None:
    state = after(
        (0, STARTED),
        (1, SPEED),
        (2, e.StageStarted("pretrain", 100)),
        *((2 + 0.5 * step, stepped(step)) for step in range(1, 21)),
    )
    # 2 steps a second: 80 steps are 40 s, and 30 + 20 s are planned for what comes after
    assert progress_line(state) == "2/5 pretrain  step 20/100  loss 2.500  2,000 tokens/s  1:30 left"


def test_no_time_is_left_of_an_exam_but_it_is_said_to_be_on() -> None:
    begun = ((0, STARTED), (1, SPEED), (2, e.StageStarted("pretrain", 20)))
    state = after(*begun, *((2 + 0.5 * step, stepped(step)) for step in range(1, 21)))
    assert progress_line(state) == "2/5 pretrain  step 20/20  loss 2.500  2,000 tokens/s  exam"


def test_before_the_first_step() -> None:
    assert progress_line(after()) == "starting"
    assert progress_line(after((0, STARTED), (0, e.StageStarted("data", 0)))) == "1/5 data"


def test_feedback_tells_picks_then_reward() -> None:
    pair = e.PairOffered(0, "p", "a", "b", False, 0.5)
    picked = [(0, pair), (1, e.Picked(0, "a", "polite", True))]
    of_24 = replace(STARTED, settings={"feedback": {"picks": 24, "steps": 40}})
    picked = [(0, of_24), (0, e.StageStarted("feedback", 10)), *picked]
    assert progress_line(after(*picked)) == "4/5 feedback  picks 1/24"
    reinforced = e.Reinforced(3, 0.5, None, 1.25, 10.0, 2.0, 0, 0, None)
    line = progress_line(after(*picked, (2, reinforced)))
    assert line == "4/5 feedback  step 3/40  reward 0.50  KL 1.25"
    asking = after(*picked, (2, reinforced), (3, e.Answering("feedback", "guard", 0, 192)))
    assert progress_line(asking) == f"{line}  guard of 192 answers"  # written all at once


def test_an_exam_is_counted() -> None:
    begun = ((0, STARTED), (2, e.StageStarted("pretrain", 20)))
    exam = e.Answering("pretrain", "exam", 768, 2148)
    assert progress_line(after(*begun, (3, exam))) == "2/5 pretrain  step 0/20  exam 768/2,148"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            e.Overfitting("pretrain", 300, 4.5, 120, 3.25),
            "warning: Overfitting: the loss on unseen text is 4.50 at step 300; it was 3.25 at step 120. "
            "The best weights are kept.",
        ),
        (
            e.BestKept("finetune", 1200, 0.5, 1500, 0.75, own=True),
            "The weights of step 1,200 are kept: the loss on your held-out answers is 0.50 there, "
            "and 0.75 at step 1,500.",
        ),
        (e.Noticed("read 3\x1b[2J files"), "read 3␛[2J files"),
        (e.Noticed("the loss rose", "warning"), "warning: the loss rose"),
        (e.StageSkipped("finetune", "no pairs"), "fine-tune skipped: no pairs"),
        (e.StageEnded("data"), "data done in 0:03"),
        (stepped(1), None),
    ],
)
def test_what_stays_readable(event: Event, said: str | None) -> None:
    state = after((0, STARTED), (1, e.StageStarted("data", 0)), (4, event))
    assert told(state, event) == said


def test_of_own_text_each_filter_says_why() -> None:
    spam = e.FilterApplied("spam", 30, 3, 900, "Buy now", "reads like \x1b[2Jadvertising")
    own = replace(STARTED, data=("/notes.md",))
    said = "3 thrown out as spam, for example: reads like ␛[2Jadvertising"
    assert told(after((0, own), (1, spam)), spam) == said
    assert told(after((0, STARTED), (1, spam)), spam) is None
    assert told(after((0, own)), replace(spam, dropped=0)) is None


def test_of_a_fork_no_time_is_promised_before_its_own_steps() -> None:
    forked = e.Forked("r2", "r1", "feedback", {}, {}, "tuned", "", 0, {}, {})
    slow = replace(SPEED, planned_seconds={"feedback": 5160.0})
    own, fork = (
        told(after((0, STARTED), (1, slow)), slow),
        told(after((0, STARTED), (1, forked), (2, slow)), slow),
    )
    assert own is not None and "should take about 86 min" in own
    assert fork is not None and "min" not in fork and "once some of its own steps are made" in fork


def test_what_was_masked_is_counted() -> None:
    ready = e.CorpusReady(400, {"web": 1000}, 100, {"web": 1.0}, 3.0)
    applied = e.FilterApplied("personal_data", 30, 2, 10, masked=7)
    assert told(after((1, applied), (2, ready)), ready) == (
        "30 documents, 28 kept (7 with addresses or numbers masked); thrown out: 2 personal data"
    )


def test_what_was_thrown_out_and_by_which_filter() -> None:
    ready = e.CorpusReady(400, {"web": 1000}, 100, {"web": 1.0}, 3.0)
    filters = [
        ("exact_duplicate", 1500, 40),
        ("spam", 1460, 0),
        ("gibberish", 1460, 1160),
        ("new\x1b[2J", 300, 1),
    ]
    applied = [(1, e.FilterApplied(name, before, dropped, 10)) for name, before, dropped in filters]
    assert told(after(*applied, (2, ready)), ready) == (
        "1,500 documents, 299 kept; thrown out: 40 exact copies, 1,160 gibberish, 1 new␛[2J"
    )
    assert told(after((1, e.FilterApplied("spam", 1, 0, 0)), (2, ready)), ready) == "1 document, 1 kept"
    assert told(after((2, ready)), ready) is None  # data.filters is off, which is told by itself
    copied = replace(ready, copied=True)
    said = "a world that was written and filtered before, copied"
    assert told(after((2, copied)), copied) == said
    kept = after((1, e.FilterApplied("spam", 1, 0, 0)), (2, copied))
    assert told(kept, copied) == f"{said}: 1 document, 1 kept"


def test_a_long_plan_offers_quick() -> None:
    long = e.SpeedMeasured(2.0, {"pretrain": 1000.0})
    assert "--preset quick" in str(told(after((0, STARTED)), long))
    assert "--preset quick" not in str(told(after((0, STARTED)), SPEED))


def test_a_terminal_gets_one_line_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    teller = Teller(stream)
    teller.show("x" * 50)
    teller.show("y")
    teller.show("y")
    teller.say("stays")
    teller.show("y")
    assert stream.getvalue() == f"\r{'x' * 18}…\x1b[K\ry\x1b[K\r\x1b[Kstays\n\ry\x1b[K"


def test_a_pipe_gets_few_plain_lines() -> None:
    stream = io.StringIO()
    teller = Teller(stream)
    for step in range(100):
        teller.show(f"step {step}")
    teller.say("stays")
    teller.clear()
    assert stream.getvalue() == "step 0\nstays\n"


def test_steps_of_pretraining_fill_the_seconds_that_it_may_take() -> None:
    def at(steps: int, seconds: float, *more: tuple[float, Event]) -> int | None:
        begun = [(2.0, e.StageStarted("pretrain", steps)), (9.0, e.Validated("pretrain", 0, 7, 3, 7))]
        made = [(9 + 0.5 * step, stepped(step)) for step in range(1, 11)]  # the evaluation took 7 s more
        return steps_within(after((0, STARTED), *begun, *made, *more), seconds)

    assert at(100, 30.0) == 60
    assert at(60, 30.0) is None  # as planned
    assert at(61, 30.0) is None  # as good as planned
    assert at(60, 30.0, (15, e.KnobTurned("pretrain.steps", 40))) == 60
    assert at(100, 3.0) == 10  # over
    assert at(60, 30.0, (20, e.StageEnded("pretrain"))) is None
    assert steps_within(after((0, e.StageStarted("pretrain", 9)), (1, stepped(1))), 30) is None
