"""The start is held for who takes the tour; one dial for the pace; a step in slow motion, part by part."""

from pathlib import Path
from typing import get_args

import pytest
import recorded
from msgspec.structs import replace
from test_actions import scene_at
from test_step_slowly import EXPLAINED, GUESS, TRAINING
from watching import FakeControl, caption, opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.commands import Continue, Pause
from tui_trainer.messages.events import VERSION, Record
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.chrome.caption import forms
from tui_trainer.ui.chrome.footer import Footer
from tui_trainer.ui.keys import BY_NAME
from tui_trainer.view import pace, slow_motion
from tui_trainer.view.fold import apply
from tui_trainer.view.text import holds
from tui_trainer.view.waits import BATCHES, wait_of

RECORDS = recorded.records()
OPENED = recorded.until(RECORDS, e.Sampled)  # measured, before the first step


def after(records: list[Record], *events: e.Event) -> list[Record]:
    last = records[-1]
    return [*records, *(Record(VERSION, last.seq + n, last.t, last.busy, x) for n, x in enumerate(events, 1))]  # type: ignore[arg-type]  # of AnyEvent


HELD = after(OPENED, e.Paused(held=True))
SLOW = after(TRAINING, e.Continued(pace=8.0), EXPLAINED)


def test_the_dial_from_one_end_to_the_other() -> None:
    scene = scene_at(TRAINING)
    assert pace.of(scene.now) is pace.FULL and pace.turned(scene.now, 1) is pace.FULL
    assert pace.turned(scene.now, -1) is pace.WALKING
    for seconds, is_ in ((8.0, pace.SLOW), (1.0, pace.WALKING), (0.0, pace.FULL)):
        apply(scene.now, after(TRAINING, e.Continued(pace=seconds))[-1])
        assert pace.of(scene.now) is is_
    apply(scene.now, after(TRAINING, e.Paused())[-1])
    assert pace.of(scene.now) is pace.STEPWISE is pace.turned(scene.now, -1)
    assert pace.turned(scene.now, 1) is pace.SLOW


async def sent(app: TrainerApp, pilot: object, key: str) -> object:
    """What a key sends to the trainer."""
    await until(pilot, lambda: not app.scene.sent)  # type: ignore[arg-type]  # a Pilot
    before = len(FakeControl.last.sent)
    await pilot.press(key)  # type: ignore[attr-defined]  # likewise
    await until(pilot, lambda: len(FakeControl.last.sent) > before)  # type: ignore[arg-type]
    return FakeControl.last.sent[-1]


async def test_keys_turn_it_and_it_is_always_to_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING, size=(80, 24)) as (app, pilot):
        assert " -  1 a second  now full speed  " in shown(app)
        assert await sent(app, pilot, "-") == Continue(pace=1.0)
        apply(app.scene.now, after(TRAINING, e.Continued(pace=1.0))[-1])
        app.tick()
        await until(pilot, lambda: " -  slow  now 1 a second   +  full speed " in shown(app))
        assert await sent(app, pilot, "-") == Continue(pace=8.0)
        apply(app.scene.now, after(TRAINING, e.Continued(pace=8.0))[-1])
        assert await sent(app, pilot, "-") == Pause()
        apply(app.scene.now, after(TRAINING, e.Paused())[-1])
        app.tick()
        await until(pilot, lambda: " now paused   +  slow " in shown(app))
        assert await sent(app, pilot, "space") == Continue(pace=8.0)  # as it was before the pause


def test_the_footer_says_the_pace_that_is_and_what_each_key_leads_to() -> None:
    scene = scene_at(TRAINING)

    def said(width: int) -> str:
        return Footer(scene, lambda: [BY_NAME["faster"], BY_NAME["help"]]).lines(width, 1)[0].text

    for paced, whole in (
        (0.0, " -  1 a second  now full speed "),
        (1.0, " -  slow  now 1 a second   +  full speed "),
        (8.0, " -  paused  now slow   +  1 a second "),
    ):
        scene.now.paced = paced
        assert whole in said(80) and said(80).endswith(" ?  help  ")
        now = whole.partition("now ")[2].partition("  ")[0].strip()
        for width in (40, 60):  # with less room, that which is
            assert f"now {now} " in said(width) and len(said(width)) <= width
    scene.now.paused = True
    assert " now paused   +  slow " in said(80)
    replay = scene_at(TRAINING, mode="replay", replay_speed=2.0)
    line = Footer(replay, lambda: [BY_NAME["faster"]]).lines(80, 1)[0].text
    assert " - +  now ×2 " in line


async def test_a_run_that_is_held_begins_slowly_and_speeds_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, HELD) as (app, pilot):
        screen = " ".join(shown(app).split())
        assert "Nothing has been learned yet" in screen and "space begins" in screen
        assert await sent(app, pilot, "space") == Continue(pace=8.0)
        for step, following in ((9, None), (10, 1.0), (19, None), (20, 0.0)):
            if following is None:
                apply(app.scene.now, after(HELD, e.Stepped("pretrain", step, 7.0, 0.02, 1.0, 8, 1.0))[-1])
                continue
            if step == 10:
                apply(app.scene.now, after(HELD, e.Continued(pace=8.0))[-1])
            await until(pilot, lambda: not app.scene.sent)
            before = len(FakeControl.last.sent)
            app.tick()
            await pilot.pause()
            assert len(FakeControl.last.sent) == before  # not yet
            apply(app.scene.now, after(HELD, e.Stepped("pretrain", step, 7.0, 0.02, 1.0, 8, 1.0))[-1])
            app.tick()
            await until(pilot, lambda before=before: len(FakeControl.last.sent) > before)
            assert FakeControl.last.sent[-1] == Continue(pace=following)
            apply(app.scene.now, after(HELD, e.Continued(pace=following))[-1])
        assert not app.scene.speeds_up


async def test_leaving_the_tour_lets_it_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, OPENED) as (app, pilot):
        app.scene.holding = True
        app.dashboard.tour(0)
        app.tick()
        await pilot.pause()
        await pilot.press("space", "+", "-")  # neither the next stop nor the pace lets it begin
        await until(pilot, lambda: app.scene.tour == 1 and "It has not begun yet" in shown(app))
        assert not any(isinstance(one, Continue) for one in FakeControl.last.sent)
        await pilot.press("escape")
        await until(pilot, lambda: Continue(pace=8.0) in FakeControl.last.sent)
        assert not app.scene.holding


async def test_each_part_stays_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING, size=(80, 24)) as (app, pilot):
        now = 100.0
        app.scene.clock = lambda: now
        for record in SLOW[len(TRAINING) :]:
            apply(app.scene.now, record)
        app.tick()
        await until(pilot, lambda: app.dashboard.current == 4)
        pane, seen = app.dashboard.pane(4), list[str]()
        for part, name in enumerate(pace.PARTS, 1):
            app.tick()
            await until(
                pilot,
                lambda part=part, name=name: (
                    f" {part}/4 {name.capitalize()}" in shown(app) and name in text_of(pane)
                ),
            )
            seen.append(text_of(pane))
            now += app.scene.reading.seconds[part - 1]
        assert "score" not in seen[0] and "→" not in seen[0] and "again" in seen[3]
        assert "blame" not in seen[1] and "nudge" not in seen[2] and "→" in seen[3]


def test_each_part_stands_as_long_as_its_words_take() -> None:
    scene = scene_at(SLOW)
    scene.hold()
    first = list(scene.reading.seconds)
    said = slow_motion.sentences(scene.now, EXPLAINED)
    for seconds, sentence in zip(first, said, strict=True):
        assert seconds >= 2.0 and len(set(sentence.split())) / (seconds / 60) <= 180 + 1e-6, sentence
    again = replace(EXPLAINED, step=EXPLAINED.step + 1, loss_before=EXPLAINED.loss_before + 1)
    apply(scene.now, after(SLOW, again)[-1])
    scene.hold()
    assert scene.moment is again and scene.reading.seconds == [2.0] * 4  # all but a number has been read


async def test_the_next_step_waits_for_what_is_read_and_a_key_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING, size=(80, 24)) as (app, pilot):
        now = 100.0
        app.scene.clock = lambda: now
        for record in SLOW[len(TRAINING) :]:
            apply(app.scene.now, record)
        app.tick()
        reading = app.scene.reading
        assert reading.whole > 16.0
        await until(pilot, lambda: Continue(pace=round(reading.whole, 1)) in FakeControl.last.sent)
        await until(pilot, lambda: "space  hold" in shown(app) and ".  next part" in shown(app))
        for part in (1, 2, 3, 4):
            assert app.scene.part == part
            now += 0.7
            await pilot.press(".")
        assert FakeControl.last.sent[-1] == Continue(pace=2.8) and app.scene.passed == 4.0
        count = len(FakeControl.last.sent)
        assert await sent(app, pilot, "space") == Pause()
        await until(pilot, lambda: not app.scene.sent)
        apply(app.scene.now, after(SLOW, replace(EXPLAINED, step=9))[-1])  # before the pause is in the log
        app.tick()
        await pilot.pause()
        assert len(FakeControl.last.sent) == count + 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_sentence_of_it_is_cut(width: int) -> None:
    scene = scene_at(SLOW)
    for probability in (1e-9, 0.0005, 0.3):
        guess = replace(GUESS, probability=probability)
        apply(scene.now, after(SLOW, replace(EXPLAINED, guess=guess))[-1])
        scene.hold()
        for part in range(1, 5):
            begun = scene._since
            into = sum(scene.reading.seconds[: part - 1]) + 0.5
            scene.clock = lambda begun=begun, into=into: begun + into
            sign, said = forms(scene)
            assert sign == f"{part}/4" and any(holds(one, width - len(sign) - 4, 2) for one in said), said


@pytest.mark.parametrize(
    ("records", "launched", "says", "bar"),
    [
        ([], False, "Starting the trainer", False),
        ([], True, "libraries", False),
        (RECORDS[:1], True, "how fast this machine is", False),
        (recorded.until(RECORDS, e.StageStarted), True, "being gathered", True),
        (recorded.until(RECORDS, e.SourceRead, 5), True, "Filters read all 6,310 documents", True),
        (recorded.until(RECORDS, e.FilterApplied, 7), True, "cut into tokens", True),
        (recorded.until(RECORDS, e.StageStarted, stage="pretrain"), True, "before its first step", False),
        (recorded.until(RECORDS, e.Guessed, 61), True, "takes longer than the last ones, 0.1", False),
        (recorded.until(RECORDS, e.Guessed, 500), True, "measured on unseen text", False),
        (recorded.until(RECORDS, e.WeightsPictured, 20), True, "exam", False),
        (recorded.until(RECORDS, e.StageStarted, stage="feedback"), True, "Answers are being written", False),
        (recorded.until(RECORDS, e.Picked, 3), True, "The reward model learns", False),
        (recorded.until(RECORDS, e.Picked, 24), True, "turned to what was picked", False),
        (recorded.until(RECORDS, e.Reinforced, 9), True, "takes longer than the last ones, 0.5 s", False),
        (recorded.until(RECORDS, e.Reinforced, 60), True, "before and after the picks", False),
        (recorded.until(RECORDS, e.BeforeAfter, 3), True, "are compared", False),
        (recorded.until(RECORDS, e.Measured, name="aligned/format"), True, "exam", False),
    ],
)
def test_every_wait_has_a_word(records: list[Record], launched: bool, says: str, bar: bool) -> None:
    state = scene_at(records).now
    # From the last step on, all that follows is one thing: no figure of it comes and goes.
    assert (wait_of(state, launched, 0.0) is not None) == (state.examining and state.stage == "pretrain")
    wait = wait_of(state, launched, 3.0)
    assert wait is not None and says in wait.said and (wait.estimated is not None) == bar
    assert ("━" in wait.told or "─" in wait.told) == bar and ("3 s" in wait.told) != bar
    late = wait_of(state, launched, 1234.0)
    assert late is not None and (", longer than the " in late.told) == bar and "━" not in late.told
    assert all(holds(said, 60 - 5, 2) for said in (wait.told, late.told))


@pytest.mark.parametrize(
    ("records", "says"),
    [
        (recorded.until(RECORDS, e.Guessed, 500), "measured on unseen text"),
        (recorded.until(RECORDS, e.StageStarted, stage="finetune"), "before its first step"),
    ],
)
def test_a_measurement_is_held_against_the_one_before(records: list[Record], says: str) -> None:
    state = scene_at(records).now
    assert state.evaluation_seconds is not None  # what the recorded ones took is less than one notices
    state.evaluation_seconds = 6.0
    wait, late = wait_of(state, True, 3.0), wait_of(state, True, 9.0)
    assert wait is not None and says in wait.said and wait.told.endswith("━━━━━━────── 50 %")
    assert late is not None and late.told.endswith("9 s, longer than the 6 s that the last one took.")


@pytest.mark.parametrize("purpose", get_args(e.Purpose))
@pytest.mark.parametrize("width", [60, 80])
def test_answers_that_are_written_are_counted(purpose: e.Purpose, width: int) -> None:
    begun = recorded.until(RECORDS, e.StageStarted, stage="feedback")
    state = scene_at(after(begun, e.Answering("feedback", purpose, 0, 2148))).now
    assert wait_of(state, True, 0.5) is None  # nobody notices
    first = wait_of(state, True, 3.0)
    assert first is not None and ("─" in first.told) == (purpose in BATCHES)
    told = [first.told]
    if purpose in BATCHES:
        apply(state, after(begun, e.Answering("feedback", purpose, 1074, 2148))[-1])
        half = wait_of(state, True, 0.0)  # a batch that ends is no end of the wait
        assert half is not None and half.told.endswith("━━━━━━────── 50 %") and "1,074 of 2,148" in half.told
        told.append(half.told)
    else:
        state.answer_seconds = 0.01
        known = wait_of(state, True, 3.0)
        assert known is not None and known.told.endswith("14 %")
        told.append(known.told)
        late = wait_of(state, True, 1234.0)
        assert late is not None and late.told.endswith("longer than the 21 s estimated.")
        told.append(late.told)
    assert all(holds(said, width - 5, 2) for said in told), told
    apply(state, after(begun, e.Noticed("they are written"))[-1])
    assert state.answering is None


def test_an_exam_is_held_against_the_one_before() -> None:
    state = scene_at(recorded.until(RECORDS, e.Measured, name="tuned/bits_per_byte")).now
    wait, late = wait_of(state, True, 0.8), wait_of(state, True, 30.0)
    assert wait is not None and "━" in wait.told
    assert late is not None and late.told.endswith(" 31 s, longer than the 2 s that the exam before took.")
    assert state.run is not None and "hundreds of questions" in late.told
    state.run = replace(state.run, data=("notes.md",))  # there are none about a text of one's own
    own = wait_of(state, True, 30.0)
    assert own is not None and "what unseen text costs" in own.told


def test_the_exam_is_one_thing_from_its_first_question_to_the_next_stage() -> None:
    """As the trainer tells of it: frozen first, then unseen text, sentences, questions, and figures."""
    before = recorded.until(RECORDS, e.WeightsPictured, 20)
    frozen = recorded.until(RECORDS, e.WeightsFrozen)[-1].event
    state = scene_at(before).now
    told = []
    for event in (
        None,
        frozen,
        e.Answering("pretrain", "exam", 0, 1900),
        e.Measured("pretrain/bits_per_byte", 0.3, n=1000),
        e.Measured("base/completion_heldout", 0.8, (0.7, 0.9), 160),
        e.Answering("pretrain", "exam", 128, 1900),
        e.Measured("base/format", 0.0, (0.0, 0.1), 1900),
        e.StageEnded("pretrain"),
    ):
        if event is not None:
            apply(state, Record(VERSION, 0, before[-1].t, before[-1].busy, event))  # type: ignore[arg-type]  # of AnyEvent
        wait = wait_of(state, True, 0.0)
        assert wait is not None, event
        told.append(wait.told.rpartition(" 0 s")[0] or wait.told)
        assert holds(wait.told, 60 - 5, 2)
    unseen = "The exam: unseen text, then hundreds of questions."
    assert told == [
        "The weights are hashed, and frozen. Then comes the exam.",
        *(unseen,) * 4,
        "The exam: 128 of 1,900 questions are answered; it learns nothing from them. ━─────────── 7 %",
        "The answers of the exam are judged.",
        "This stage is over. The next one is being made ready.",
    ]


def test_a_step_is_waited_for_once_it_is_late_and_beyond_the_pace() -> None:
    state = scene_at(recorded.until(RECORDS, e.Reinforced, 9)).now  # steps of half a second
    assert wait_of(state, True, 1.9) is None and wait_of(state, True, 2.1) is not None
    state.paced = 8.0
    assert wait_of(state, True, 9.9) is None
    late = wait_of(state, True, 12.0)
    assert late is not None and late.told.endswith("0.5 s each: 4 s")


def test_a_wait_is_told_after_a_moment_and_not_while_one_is_asked() -> None:
    now = 10.0
    scene = scene_at(recorded.until(RECORDS, e.SourceRead, 5))
    scene.clock, scene.arrived = (lambda: now), now
    scene.hold()
    assert "Filters read" not in caption(scene)[1]
    now += 1.0
    assert caption(scene)[0] == "…" and "Filters read" in caption(scene)[1]
    asking = scene_at(recorded.until(RECORDS, e.PairOffered, 3))
    asking.clock, asking.arrived = (lambda: now), 0.0
    assert asking.wait is None
