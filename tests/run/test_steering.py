"""Commands to a running trainer: what they do, when they are refused, and that a resume repeats them."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec
import pytest
from toys import PICKS, lines, state_of
from waiting import PATIENCE, rests, wait_until

from tui_trainer import cli
from tui_trainer.console.commands import training
from tui_trainer.messages.commands import (
    Continue,
    EditPrompts,
    LookAt,
    Pause,
    Pick,
    Reply,
    Simulate,
    Stop,
    TakeControl,
    Turn,
)
from tui_trainer.messages.events import (
    Continued,
    KnobTurned,
    Measured,
    Noticed,
    PairOffered,
    Paused,
    Picked,
    PromptsEdited,
    Record,
    RunEnded,
    StageStarted,
    Stepped,
)
from tui_trainer.messages.inspection import Look
from tui_trainer.run import fork
from tui_trainer.run.client import Control
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader, comparable, read_all
from tui_trainer.run.storage.status import status

SLOW = {"TOY_SECONDS": "0.01"}


class Watched:
    """A toy run under control, its events as they come."""

    def __init__(self, trainers: object, folder: RunFolder, **order: object) -> None:
        self.trainers, self.folder, self.order = trainers, folder, order
        self.control = Control(folder, timeout=PATIENCE)
        self.reader = LogReader(folder.events)
        self.records: list[Record] = []
        self.pid = 0
        self.running = False
        self.start()

    def start(self) -> None:
        self.pid = self.trainers.start(self.folder, **self.order)  # type: ignore[attr-defined]  # of conftest
        self.running = True
        wait_until(lambda: self.control.send(TakeControl()).ok, self.folder.trainer_log.read_text)

    def wait(self) -> int:
        self.running = False
        return self.trainers.wait()  # type: ignore[attr-defined, no-any-return]  # likewise

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self.wait() == -9

    def until(self, found: Callable[[object], bool]) -> Record:
        """Wait for an event."""
        came: list[Record] = []

        def comes() -> bool:
            for record in self.reader.poll():
                self.records.append(record)
                if found(record.event):
                    came.append(record)
                    return True
            return False

        wait_until(comes, self.folder.trainer_log.read_text)
        return came[0]

    def quiet(self) -> bool:
        """Whether nothing more comes, though it has time for a step between any two answers."""
        self.records += self.reader.poll()
        for _ in range(5):
            self.control.send(LookAt(Look("Is anything going on?")))
        return self.reader.poll() == []

    def events(self) -> list[object]:
        return [record.event for record in read_all(self.folder.events)]

    def ok(self, command: object) -> Reply:
        reply = self.control.send(command)  # type: ignore[arg-type]  # a Command
        assert reply.ok, reply.error
        return reply

    def refused(self, command: object) -> str:
        reply = self.control.send(command)  # type: ignore[arg-type]  # a Command
        assert not reply.ok and reply.error and "\n" not in reply.error
        return reply.error


@pytest.fixture
def watch(trainers, new_run) -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def make(*assignments: str, **order: object) -> Watched:
        order.setdefault("env", SLOW)
        made.append(Watched(trainers, new_run(*assignments), **order))
        return made[-1]

    yield make
    for one in made:
        if one.running:
            one.kill()


def step(number: int, stage: str = "pretrain") -> Callable[[object], bool]:
    return lambda event: isinstance(event, Stepped) and (event.stage, event.step) == (stage, number)


def folder_events(folder: RunFolder) -> list[object]:
    return [record.event for record in read_all(folder.events)]


def test_pause_single_steps_continue(watch):
    run = watch()
    run.until(step(3))
    run.ok(Pause())
    run.ok(Pause())  # already
    assert "no pair to pick from" in run.refused(Pick(0, "a"))
    assert run.quiet()
    paused_at = run.events()[-1]
    assert paused_at == Paused()
    done = [e.step for e in run.events() if isinstance(e, Stepped)][-1]
    run.ok(Continue(steps=2))
    run.until(lambda e: isinstance(e, Paused))
    assert run.quiet()
    assert [e.step for e in run.events() if isinstance(e, Stepped)][-1] == done + 2
    run.ok(Continue())
    assert run.wait() == 0
    assert isinstance(run.events()[-1], RunEnded)
    inputs = [e for e in run.events() if isinstance(e, Paused | Continued)]
    assert inputs == [Paused(), Continued(2), Paused(), Continued()]


def test_held_at_the_start_and_slow_it_ends_in_the_same_weights(watch, trainers, new_run):
    """Nothing is learnt before somebody says go; the pace holds while one watches, and changes no number."""
    run = watch(held=True)
    assert run.until(lambda e: isinstance(e, Paused)).event == Paused(held=True)
    assert run.quiet()
    assert not any(isinstance(e, Stepped) for e in run.events())
    run.ok(Continue(pace=0.05))
    first, third = run.until(step(1)), run.until(step(3))
    assert third.t - first.t >= 0.1
    assert third.busy - first.busy < third.t - first.t  # waiting is not computing
    run.kill()
    run.order.pop("held")  # a resume is not held
    run.start()  # by a terminal that has not asked for a pace
    run.until(step(12))
    run.ok(Continue(pace=0.01))
    run.until(step(14))
    run.control.close()  # nobody looks any more: full speed
    assert run.wait() == 0
    inputs = [e for e in run.events() if isinstance(e, Paused | Continued)]
    paces = [Continued(None, 0.05), Continued(), Continued(None, 0.01), Continued()]
    assert inputs == [Paused(held=True), *paces]
    assert "not what was computed again" not in run.folder.trainer_log.read_text()
    fast = new_run()
    assert trainers.run(fast) == 0
    assert state_of(fast) == state_of(run.folder)
    learnt = [[e for e in folder_events(f) if isinstance(e, Stepped)] for f in (fast, run.folder)]
    assert learnt[0] == learnt[1]


def test_who_leaves_at_the_start_leaves_it_going(watch):
    run = watch(held=True)
    run.until(lambda e: isinstance(e, Paused))
    run.control.close()
    assert run.wait() == 0
    assert [e for e in run.events() if isinstance(e, Paused | Continued)] == [Paused(held=True), Continued()]


def test_told_to_go_before_the_first_step_it_never_pauses(watch):
    run = watch(held=True, env={"TOY_LONG_SECONDS": "0.02"})
    run.ok(Continue())
    assert run.wait() == 0
    assert not [e for e in run.events() if isinstance(e, Paused | Continued)]


@pytest.mark.skipif(sys.platform != "linux", reason="reads what a process does from /proc")
@pytest.mark.parametrize("what", ["going on", "a pick"])
def test_waiting_is_not_busy(watch, what):
    """It sleeps until it is told something, and what it waits for is not counted as computing."""
    run = watch("feedback.rater=person")
    if what == "a pick":
        _until_offered(run, 0)
    else:
        run.until(step(2))
        run.ok(Pause())
    begun = time.monotonic()
    wait_until(lambda: rests(run.pid, 0.3))  # but for a look now and then whether its folder is still there
    resting = time.monotonic()
    wait_until(lambda: time.monotonic() - resting > 2 * (resting - begun))
    run.ok(Pick(0, "a") if what == "a pick" else Continue())
    run.until(lambda e: isinstance(e, Picked | Continued))
    gaps = pairwise(read_all(run.folder.events))
    before, after = next((a, b) for a, b in gaps if isinstance(b.event, Picked | Continued))
    assert after.busy - before.busy < (after.t - before.t) / 2


def test_turn(watch):
    run = watch()
    run.until(step(2))
    run.ok(Pause())
    assert "no setting 'nonsense'" in run.refused(Turn("nonsense", 1))
    assert "takes a number from 0 to 1" in run.refused(Turn("pretrain.matrix_lr", 0))
    assert "takes a number" in run.refused(Turn("pretrain.matrix_lr", 7))
    assert "whole number" in run.refused(Turn("feedback.picks", 4.5))
    assert "can't be changed at this point" in run.refused(Turn("model.width", 64))
    assert "can't be changed at this point" in run.refused(Turn("pretrain.steps", 64))
    assert "can't be changed while" in run.refused(Turn("data.filters", 1))
    run.ok(Turn("pretrain.matrix_lr", 0.5))
    run.ok(Turn("finetune.steps", 4))  # of a later stage
    run.ok(Turn("finetune.matrix_lr", 0.25))
    run.ok(Turn("feedback.kl", 0.5))  # an old name
    run.ok(Continue())
    assert run.wait() == 0
    events = run.events()
    assert [e for e in events if isinstance(e, KnobTurned)] == [
        KnobTurned("pretrain.matrix_lr", 0.5),
        KnobTurned("finetune.steps", 4),
        KnobTurned("finetune.matrix_lr", 0.25),
        KnobTurned("feedback.beta", 0.5),
    ]
    tuned = [e for e in events if isinstance(e, Stepped) and e.stage == "finetune"]
    assert len(tuned) == 4 and {e.lr for e in tuned} == {0.25}
    assert [e.lr for e in events if isinstance(e, Stepped) and e.stage == "pretrain"][-1] == 0.5


def test_everything_a_person_did_is_repeated_after_kills(watch, trainers, new_run):
    """Knobs, pauses, single steps and picks, with a SIGKILL after each, at every kind of place."""
    run = watch("feedback.rater=person")
    run.until(step(9))
    run.ok(Pause())
    run.kill()
    run.start()
    assert run.quiet()  # still paused
    run.ok(Turn("pretrain.matrix_lr", 0.5))
    run.kill()
    run.start()
    run.ok(Continue(steps=3))
    run.kill()
    run.start()
    run.until(lambda e: isinstance(e, Paused))
    run.ok(Turn("finetune.matrix_lr", 0.125))
    run.ok(Continue())
    run.kill()
    run.start()
    for number in range(PICKS):
        _until_offered(run, number)
        run.ok(Pick(number, "b" if number % 2 else "tie"))
        if number in (0, 3, PICKS - 1):
            run.kill()
            run.start()
    run.until(step(PICKS + 4, "feedback"))
    run.kill()
    assert run.trainers.run(run.folder) == 0
    events = run.events()
    assert [e.pair for e in events if isinstance(e, Picked)] == list(range(PICKS))
    assert [e for e in events if isinstance(e, Paused | Continued | KnobTurned)] == [
        Paused(),
        KnobTurned("pretrain.matrix_lr", 0.5),
        Continued(3),
        Paused(),
        KnobTurned("finetune.matrix_lr", 0.125),
        Continued(),
    ]
    assert [msgspec.json.decode(line)["pair"] for line in lines(run.folder.preferences)] == list(range(PICKS))
    assert "not what was computed again" not in run.folder.trainer_log.read_text()
    # The same log followed once more from the very beginning ends in the same weights.
    stream = [comparable(record) for record in read_all(run.folder.events)]
    again = new_run("feedback.rater=person")
    again.events.write_bytes(b"".join(run.folder.events.read_bytes().splitlines(keepends=True)[:-1]))
    again.begun_again.parent.mkdir(exist_ok=True)
    again.begun_again.touch()  # as `--start-over` leaves it
    assert trainers.run(again) == 0
    assert [comparable(record) for record in read_all(again.events)] == stream
    assert state_of(again) == state_of(run.folder)
    assert "not what was computed again" not in again.trainer_log.read_text()


def _until_offered(run: Watched, number: int | None) -> None:
    """Wait until this pair is the last that was offered; None: any."""

    def is_offered() -> bool:
        offered = [e.pair for e in run.events() if isinstance(e, PairOffered)]
        return bool(offered) and number in (None, offered[-1])

    wait_until(is_offered, run.folder.trainer_log.read_text)


def test_picks_by_a_person(watch):
    run = watch("feedback.rater=person", env={})
    _until_offered(run, 0)
    run.until(lambda e: isinstance(e, PairOffered))
    assert run.quiet()
    assert "pair 4 is over; pair 0 is next" in run.refused(Pick(4, "a"))
    run.ok(Pick(0, "a"))
    preference = msgspec.json.decode(lines(run.folder.preferences)[0])
    assert preference["chosen"] == preference["a"] and preference["rejected"] == preference["b"]
    assert preference["rater"] == "person" and not preference["simulated"]
    _until_offered(run, 1)
    assert "pair 0 is over" in run.refused(Pick(0, "a"))
    run.ok(Pick(1, "both_bad"))
    assert msgspec.json.decode(lines(run.folder.preferences)[1])["chosen"] is None
    _until_offered(run, 2)
    run.ok(Pause())
    run.ok(Pick(2, "skip"))
    # While paused nothing follows but what it taught.
    wait_until(lambda: isinstance(run.events()[-2], Picked) and isinstance(run.events()[-1], Measured))
    assert run.quiet()
    run.ok(Continue())
    _until_offered(run, 3)
    assert "no taste" in run.refused(Simulate("cruel"))
    run.ok(Simulate("polite"))
    assert run.wait() == 0
    picks = [e for e in run.events() if isinstance(e, Picked)]
    assert [p.pair for p in picks] == list(range(PICKS))
    assert [p.rater for p in picks] == ["person"] * 3 + ["polite"] * 3
    assert [p.simulated for p in picks] == [False] * 3 + [True] * 3


def test_a_pick_is_taken_back(watch):
    straight = watch("feedback.rater=person", env={})
    for number in range(PICKS):
        _until_offered(straight, number)
        straight.ok(Pick(number, "a"))
    assert straight.wait() == 0

    run = watch("feedback.rater=person", env={})
    _until_offered(run, 0)
    assert "no pick to take back yet" in run.refused(Pick(0, "undo"))
    run.ok(Pick(0, "a"))
    _until_offered(run, 1)
    run.ok(Pick(1, "b"))
    _until_offered(run, 2)
    run.ok(Pick(2, "undo"))
    _until_offered(run, 1)
    assert [msgspec.json.decode(line)["pair"] for line in lines(run.folder.preferences)] == [0]
    for number in range(1, PICKS):
        run.ok(Pick(number, "a"))
        if number + 1 < PICKS:
            _until_offered(run, number + 1)
    assert run.wait() == 0
    assert lines(run.folder.preferences) == lines(straight.folder.preferences)
    assert state_of(run.folder) == state_of(straight.folder)


def test_a_fork_makes_picks_and_changes_of_the_prompts_again(watch, trainers):
    """Wherever the prompts were changed, also before a pick was taken back; nobody is asked anything."""
    source = watch("feedback.rater=person", env={})
    _until_offered(source, 0)
    source.ok(EditPrompts(added="What is a mill?"))
    assert "no such prompt" in source.refused(EditPrompts(removed="nobody's"))
    for number in range(3):
        source.ok(Pick(number, "b"))
        _until_offered(source, number + 1)
    source.ok(EditPrompts(removed="Who was Ada?"))
    source.ok(EditPrompts(added="Where?", removed="When?"))
    source.ok(Pick(3, "undo"))
    _until_offered(source, 2)
    for number in range(2, PICKS):
        source.ok(Pick(number, "a"))
        if number + 1 < PICKS:
            _until_offered(source, number + 1)
    assert source.wait() == 0
    straight, killed = (
        fork.begin(source.folder, fork.plan_of(source.folder, "feedback", keep_picks=True)) for _ in "ab"
    )
    assert straight.plan.forked.picks == PICKS
    assert trainers.run(straight) == 0, straight.trainer_log.read_text()
    for nth in (1, 2, 3, 4, 5, 6, 7):
        assert trainers.run(killed, die_at_write=nth) == -9
    assert trainers.run(killed) == 0, killed.trainer_log.read_text()
    for folder in (straight, killed):
        own = [r.event for r in list(read_all(folder.events))[folder.plan.forked.records :]]
        made = [e for e in own if isinstance(e, Picked | PromptsEdited)]
        edits = [PromptsEdited("", "Who was Ada?"), PromptsEdited("Where?", "When?")]
        picks = [Picked(at, "b" if at < 2 else "a", "person", False) for at in range(PICKS)]
        assert made == [PromptsEdited("What is a mill?"), *picks[:2], *edits, *picks[2:]]
        assert lines(folder.preferences) == lines(source.folder.preferences)
        assert state_of(folder) == state_of(source.folder)


def test_killed_at_random_moments_while_picking(watch):
    """What was confirmed is in the log, once and as it was picked, whenever the kill came."""
    kills = int(os.environ.get("KILLS", "6"))
    # The run must not end before the last kill, however fast the machine makes the 1000 picks there are: so
    # some picks, and then a moment about as long as a few more take.
    ahead = min(20, 400 // kills)
    run = watch("feedback.rater=person", "feedback.picks=1000", "pretrain.steps=4", env={})
    draw = random.Random(1)
    confirmed: dict[int, str] = {}

    def pick() -> str | None:
        """Pick from the pair on offer; an error, or None when it is confirmed."""
        offered = [e.pair for e in run.events() if isinstance(e, PairOffered)][-1]
        choice = draw.choice(["a", "b", "tie", "both_bad", "skip"])
        reply = run.control.send(Pick(offered, choice))
        if reply.ok:
            confirmed[offered] = choice
        return None if reply.ok else reply.error

    def picking() -> None:
        """Wait until this trainer takes picks: it has mended the file of the preferences by then."""
        _until_offered(run, None)
        wait_until(lambda: pick() is None)

    for _ in range(kills):
        picking()
        for _ in range(draw.randint(0, ahead)):
            pick()
        killer = threading.Timer(draw.uniform(0, 0.005), os.kill, [run.pid, signal.SIGKILL])
        killer.start()
        while True:
            error = pick() or ""
            if "no trainer" in error or "does not answer" in error:
                break
        killer.join()
        assert run.wait() == -signal.SIGKILL
        run.start()
    picking()
    run.kill()
    picks = [e for e in run.events() if isinstance(e, Picked)]
    assert [p.pair for p in picks] == list(range(len(picks)))
    assert {p.pair: p.choice for p in picks}.items() >= confirmed.items()
    assert [msgspec.json.decode(line)["pair"] for line in lines(run.folder.preferences)] == [
        p.pair for p in picks
    ]
    assert "not what was computed again" not in run.folder.trainer_log.read_text()


def test_a_hand_over_outlives_a_kill(watch):
    run = watch("feedback.rater=person", env={})
    _until_offered(run, 0)
    run.ok(Simulate("short"))
    run.until(lambda e: isinstance(e, Picked))
    if lock.is_alive(run.folder):
        run.kill()
    else:
        run.wait()
    assert run.trainers.run(run.folder) == 0
    assert {e.rater for e in run.events() if isinstance(e, Picked)} == {"short"}


def test_looks_change_nothing(watch, trainers, new_run):
    run = watch()
    run.until(step(5))
    looked = run.ok(LookAt(Look("héllo"))).looked
    assert looked is not None and looked.ends == (5,) and looked.stage == "pretrain" and looked.step >= 5
    run.until(step(30))
    run.ok(LookAt(Look("again")))
    assert run.wait() == 0
    plain = new_run()
    assert trainers.run(plain) == 0
    streams = [[comparable(r) for r in read_all(f.events)] for f in (run.folder, plain)]
    assert streams[0] == streams[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after", [4, 0])
def test_a_signal_stops_and_the_run_goes_on_later(watch, trainers, new_run, number, after):
    run = watch(env={"TOY_SECONDS": "0.01", "TOY_LONG_SECONDS": "0.02"})
    if after:
        run.until(step(after))
    os.kill(run.pid, number)
    assert run.wait() == 0
    assert "stopped; the run can be resumed" in run.folder.trainer_log.read_text()
    assert not lock.is_alive(run.folder) and not run.folder.socket.exists()
    assert not any(isinstance(e, Noticed) and e.level == "error" for e in run.events())
    assert trainers.run(run.folder) == 0
    plain = new_run()
    assert trainers.run(plain) == 0
    assert [comparable(r) for r in read_all(run.folder.events)] == [
        comparable(r) for r in read_all(plain.events)
    ]


@pytest.mark.parametrize("where", ["data", "training", "paused", "picking"])
def test_stop(watch, where):
    """Nothing more is done, and the end of a long step is not waited for."""
    seconds = "600" if where == "data" else "0.01"
    env = {"TOY_SECONDS": "0.01", "TOY_LONG_SECONDS": seconds}
    run = watch("feedback.rater=person", *(["pretrain.steps=100000"] if where == "training" else []), env=env)
    run.until(step(3) if where != "data" else lambda e: isinstance(e, StageStarted))
    if where == "data":
        wait_until(lambda: rests(run.pid, 0.2))  # within the step, and not just before it
    if where == "paused":
        run.ok(Pause())
    if where == "picking":
        _until_offered(run, 0)
    run.ok(Stop())
    done = run.events()
    assert run.wait() == 0
    assert run.events() == done and not any(isinstance(event, RunEnded) for event in done)


def test_closing_the_terminal_is_nothing_to_the_trainer(watch):
    run = watch()
    run.until(step(2))
    os.kill(run.pid, signal.SIGHUP)
    run.control.close()
    assert run.wait() == 0


def test_a_second_trainer_is_turned_away(watch):
    run = watch("feedback.rater=person", env={})
    _until_offered(run, 0)
    command = [sys.executable, "-m", "tui_trainer.run.trainer", str(run.folder.path)]
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode == 2
    assert f"already has a trainer (process {run.pid})" in second.stderr
    run.ok(Pick(0, "a"))


def test_proceed_leaves_the_pause(watch, trainers):
    run = watch()
    run.until(step(2))
    run.ok(Pause())
    run.kill()
    assert trainers.run(run.folder, proceed=True) == 0
    assert isinstance(run.events()[-1], RunEnded)


def test_no_room_for_a_checkpoint_pauses(watch, trainers, new_run):
    """Files may not grow beyond what the log needs, but a checkpoint does; then there is room."""
    env = {"TOY_SECONDS": "0.002", "TOY_STATE": "20000"}
    run = watch("run.checkpoint_every=10", limit=60_000, env=env)
    run.until(lambda e: isinstance(e, Paused))
    assert run.events()[-2:] == [
        Noticed("no checkpoint could be written (File too large); make room, then continue", "error"),
        Paused(),
    ]
    assert run.quiet()
    resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    run.ok(Continue())
    run.until(step(20))
    run.kill()
    assert (run.folder.checkpoints / "latest.safetensors").stat().st_size > 60_000
    assert trainers.run(run.folder, env=env) == 0
    plain = new_run("run.checkpoint_every=10")
    assert trainers.run(plain, env=env) == 0
    added = (Noticed, Paused, Continued)
    streams = [
        [e for e in (r.event for r in read_all(f.events)) if not isinstance(e, added)]
        for f in (run.folder, plain)
    ]
    assert streams[0][2:] == streams[1][2:]
    assert state_of(run.folder) == state_of(plain)


def test_a_failure_is_told_in_one_line(trainers, new_run):
    folder = new_run()
    assert trainers.run(folder, env={"TOY_FAILS": "1"}) == 2
    last = list(read_all(folder.events))[-1].event
    assert last == Noticed("too little text", "error", mendable=False)
    assert trainers.run(folder) == 0  # errors of the trainer's own are no part of what it repeats
    assert "not what was computed again" not in folder.trainer_log.read_text()


def test_what_fails_in_the_middle_of_a_pick_ends_the_trainer(watch, trainers, new_run):
    """And the run goes on from what was whole, the pick included."""
    run = watch("feedback.rater=person", env={"TOY_PICK_FAILS": "1"})
    _until_offered(run, 0)
    run.ok(Pick(0, "b"))  # it was taken, before what it teaches failed
    run.until(lambda e: isinstance(e, Noticed) and e.level == "error")
    assert run.wait() == 1
    assert "ValueError: of a library" in run.events()[-1].text
    run.order = {"env": {"TOY_PICK_FAILS": ""}}
    run.start()
    for number in range(1, PICKS):
        _until_offered(run, number)
        run.ok(Pick(number, "b"))
    assert run.wait() == 0
    straight = watch("feedback.rater=person", env={})
    for number in range(PICKS):
        _until_offered(straight, number)
        straight.ok(Pick(number, "b"))
    assert straight.wait() == 0
    assert state_of(run.folder) == state_of(straight.folder)


@pytest.mark.parametrize("doing", ["training", "waiting"])
@pytest.mark.parametrize("how", ["deleted", "moved", "another in its place"])
def test_a_run_whose_folder_is_gone_ends_and_is_not_made_again(watch, doing, how, tmp_path):
    run = watch("feedback.rater=person", env={"TOY_SECONDS": "0.02" if doing == "training" else "0"})
    if doing == "training":
        run.until(step(3))
    else:
        _until_offered(run, 0)
    elsewhere = tmp_path / "elsewhere"
    run.folder.path.rename(elsewhere)
    if how == "deleted":
        shutil.rmtree(elsewhere)
    if how == "another in its place":
        run.folder.path.mkdir()
    assert run.wait() == 1
    assert run.folder.path.exists() == (how == "another in its place")
    if how == "another in its place":
        assert list(run.folder.path.iterdir()) == []
    if how == "deleted":
        return
    moved = RunFolder(elsewhere)
    said = f"the folder of run {run.folder.id} was deleted or moved"
    assert said in moved.trainer_log.read_text()
    last = list(read_all(moved.events))[-1].event
    assert isinstance(last, Noticed) and last.level == "error" and said in last.text and last.mendable
    assert not lock.is_alive(moved)


@pytest.mark.parametrize("doing", ["training", "paused", "waiting_for_picks"])
def test_what_a_run_is_doing_and_its_stop_from_another_terminal(watch, capsys, doing):
    """While a screen steers it: who asks by the lock needs no control."""
    run = watch("feedback.rater=person", env=SLOW if doing != "waiting_for_picks" else {})
    if doing == "waiting_for_picks":
        _until_offered(run, 0)
    else:
        run.until(step(3))
    if doing == "paused":
        run.ok(Pause())
    assert status(run.folder).doing == doing
    where = ["--runs", str(run.folder.path.parent)]
    said, _ = command(capsys, "runs", *where)
    idle = f"; `tui-trainer attach {run.folder.id}`, or `tui-trainer stop {run.folder.id}`"
    assert (idle in said) == (doing != "training")
    if doing == "waiting_for_picks":
        assert f"{run.folder.id} waits for your picks{idle}" in said
    assert msgspec.json.decode(command(capsys, "runs", "--json", *where)[0])[0]["doing"] == doing
    said, code = command(capsys, "stop", run.folder.id, *where)
    assert code == 0
    assert said.startswith(f"run {run.folder.id} has stopped in ")
    assert said.endswith(f"; go on with: tui-trainer resume {run.folder.id}\n")
    assert run.wait() == 0
    now = status(run.folder)
    assert (now.running, now.doing) == (False, None)
    said, code = command(capsys, "stop", run.folder.id, *where)
    assert code == 0
    assert said == (
        f"run {run.folder.id} was not being trained; go on with: tui-trainer resume {run.folder.id}\n"
    )


def test_a_complete_run_has_nothing_to_stop(trainers, new_run, capsys):
    folder = new_run()
    assert trainers.run(folder) == 0
    said = command(capsys, "stop", folder.id, "--runs", str(folder.path.parent))
    assert said == (f"run {folder.id} is complete\n", 0)
    with pytest.raises(SystemExit) as ended:
        cli.main(["stop", "nothing", "--runs", str(folder.path.parent)])
    assert ended.value.code == 2


def test_another_users_run_is_not_stopped(watch, capsys, monkeypatch):
    run = watch()
    run.until(step(2))

    def kill(pid: int, number: int) -> None:
        if number:
            raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(os, "kill", kill)
        with pytest.raises(SystemExit) as ended:
            cli.main(["stop", run.folder.id, "--runs", str(run.folder.path.parent)])
    assert ended.value.code == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith(f"run {run.folder.id} is being trained by another user, who alone can stop it")
    )
    assert lock.is_alive(run.folder)


def test_a_second_stop_ends_a_long_step_at_once(watch, capsys, monkeypatch):
    monkeypatch.setattr(training, "STOP_SECONDS", 0.1)
    run = watch(env={"TOY_WITHIN_SECONDS": "30"})
    run.until(lambda e: isinstance(e, StageStarted) and e.stage == "pretrain")
    where = ["--runs", str(run.folder.path.parent)]
    wait_until(lambda: command(capsys, "stop", run.folder.id, *where)[1] == 0)
    assert run.wait() == 0


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, int]:
    """What a command prints to stdout, and its exit status."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    return capsys.readouterr().out, ended.value.code  # type: ignore[return-value]  # a number
