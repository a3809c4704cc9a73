"""What the panes draw from besides the run's state: who is watching, and whether the trainer lives."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tui_trainer.messages.events import Event, Guessed, StageName, StepExplained, Stepped, Validated
from tui_trainer.messages.inspection import Look
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.drawing.styles import Ink, make_ink
from tui_trainer.ui.run_files.baseline_run import BaselineRun
from tui_trainer.view import pace, slow_motion
from tui_trainer.view.ahas import Deed
from tui_trainer.view.cards import Card
from tui_trainer.view.inspections import Looks, Purpose, Saw
from tui_trainer.view.noise import Vocabulary
from tui_trainer.view.state import State
from tui_trainer.view.stopwatch import Stopwatch
from tui_trainer.view.waits import Wait, wait_of
from tui_trainer.view.words import Mode, Trainer

HOLD_SECONDS = 2.5  # so long a sentence about a passing moment stays, to be read
ARROWS = {"←": "left", "→": "right", "↑": "up", "↓": "down"}
LEAST_HOLD = 0.8  # in a fast replay: longer, and the sentence is of steps long gone by
PASSING = (Guessed, Validated)


@dataclass
class Scene:
    """One per app; the app writes it, panes read it."""

    folder: RunFolder
    mode: Mode
    now: State = field(default_factory=State)  # all records that have come
    ink: Ink = field(default_factory=lambda: make_ink("rich"))
    trainer: Trainer = "starting"
    trouble: str = ""  # why nothing more is known of the run: its log can't be read
    loading: bool = True  # the log has not been read to its end yet
    replay_speed: float = 1.0
    replay_paused: bool = False
    replayed: bool = False  # the replay has come to its end
    typing: bool = False  # letters go into a text
    answering: bool = False  # the chat's model is giving an answer
    roomy: bool = True  # there is room for all panes: one alone has not the whole screen anyway
    zoomed: bool = False  # one pane has been given the whole screen
    pane: int = 0  # the number of the one that is current; 0: it is not known yet
    attends: bool = False  # in the pane of weights it is pictured where a head looks
    seeks: bool = False  # in the pane of the dataset, only some documents are walked through
    writes: bool = False  # in the pane of the chat stands what the model that learns writes
    shows_rater: bool = True  # where there is room for one pane, another may stand there
    opening: str = ""  # the run that is shown next, once it can be drawn
    sent: str = ""  # a command under way, in words: "pausing"
    moment: Event | None = None  # the one being talked about
    clock: Callable[[], float] = time.monotonic
    guess: Guessed | None = None  # the one shown, held as long as the moment
    guess_step: Stepped | None = None  # the step that the guess was part of
    baseline: BaselineRun | None = None  # an earlier run to compare with
    looks: Looks = field(default_factory=Looks)  # what the model makes of texts on the screen
    vocabulary: Vocabulary = field(default_factory=Vocabulary)  # what the model has read, once that is known
    sentence: str = ""  # one that the person has typed, to be watched
    tour: int | None = None  # the stop of the tour that one is at
    onward: bool = False  # ... and leaves as soon as there is something to see at the next one
    holding: bool = False  # the trainer is not to learn before it has been told to go
    card: Card | None = None  # of the stage that has ended last, until it is put away
    waiting: list[Card] = field(default_factory=list)  # those after it
    unguessed: Card | None = None  # the last that asks for a number, put away or not, until that is known
    guesses: dict[StageName, float] = field(default_factory=dict)  # made at the end of a stage
    did: set[Deed] = field(default_factory=set)  # what shows that something was understood
    tried: set[tuple[StageName | None, str]] = field(default_factory=set)  # actions that were done, by stage
    passed_over: set[tuple[StageName | None, str]] = field(default_factory=set)  # ... or offered in vain
    met: set[str] = field(default_factory=set)  # of what there is to have seen, in this run or an earlier one
    speeds_up: bool = False  # a first run: slow at first, then faster by itself
    ascii: bool = False  # the screen is drawn in ASCII
    keys: dict[str, str] = field(default_factory=dict)  # how they are written, by action
    home: RunFolder | None = None  # the run that one key leads back to
    past: State | None = None  # the moment one looks back to
    past_at: int | None = None  # its number among `now.moments`
    arrived: float | None = None  # when the last records came
    reading: pace.Reading = field(default_factory=pace.Reading)  # of the steps in slow motion
    stopwatch: Stopwatch = field(init=False)  # of what other processes are asked
    _since: float = 0.0  # when the moment was taken up
    _told: Validated | None = None

    def __post_init__(self) -> None:
        self.stopwatch = Stopwatch(lambda: self.clock())  # which a test may set

    @property
    def state(self) -> State:
        """What is drawn: the run as it is now, or as it was when one looks back."""
        return self.now if self.past is None else self.past

    def show(self, past: State | None, at: int | None) -> None:
        """Look back to a moment; None: come back to now."""
        if past is None and self.past is None:
            return
        self.past, self.past_at = past, at
        self.moment = None
        self.guess = None
        self.hold()

    def begin_again(self) -> None:
        """Forget the run as far as it was replayed: it is told from its beginning."""
        self.now, self.replayed = State(), False
        self.moment = self.guess = self.guess_step = self._told = None
        self.card = self.unguessed = None  # of stages that have not ended now
        self.waiting.clear()
        self.loading = True

    def saw(self, purpose: Purpose, look: Look) -> Saw | None:
        """What the weights of the moment on the screen made of a text, as far as that is known."""
        saw = self.looks.seen.get(purpose)
        if saw is None or saw.look != look:
            return None
        if self.mode != "replay" and self.past is None:
            return saw
        frozen = saw.looked.weights
        return saw if frozen is not None and frozen == self.state.latest_weights else None

    def key_of(self, name: str) -> str:
        """How an action's key is written."""
        return self.spelt(self.keys[name])

    def spelt(self, keys: str) -> str:
        """Keys as they are written; in ASCII, where an arrow would be drawn as another key, in words."""
        for arrow, word in ARROWS.items() if self.ascii else ():
            keys = keys.replace(arrow, word)
        return keys

    @property
    def steers(self) -> bool:
        """Whether this screen may command the trainer."""
        return self.mode == "control"

    @property
    def may_begin_another(self) -> bool:
        """Whether a new run can be begun from this one, as it stands on the screen."""
        return self.mode != "view" and self.past is None

    @property
    def stopped(self) -> bool:
        """The trainer has gone before the run was done."""
        return self.trainer == "gone" and self.mode != "replay" and not self.now.ended and not self.sent

    @property
    def paused(self) -> bool:
        return self.replay_paused if self.mode == "replay" else self.now.paused

    def hold(self) -> None:
        """Choose the moment to talk about: the newest, but a passing one is held until it can be read."""
        newest = self.state.moment
        if self.guess is None and self.state.guess is not None:
            self._take_guess(self.state.guess)
        if newest is self.moment or newest is None:
            return
        now = self.clock()
        if isinstance(newest, PASSING) and isinstance(self.moment, StepExplained) and pace.slow(self.now):
            return  # the step that is shown part by part stays until the next one
        if isinstance(newest, PASSING):
            # In the middle of training a guess comes every tenth of a second, a validation every few seconds.
            if (
                isinstance(self.moment, PASSING)
                and not self.paused
                and now - self._since < self._hold_seconds
            ):
                return
            # The guess is shown anew whatever is talked about, and talked about every other time at least.
            if self.state.guess is not None:
                self._take_guess(self.state.guess)
            validated = self.state.validated
            told = self.moment is self._told and self._told is not None
            if validated is not None and validated is not self._told and not told and not self.paused:
                newest = self._told = validated
        if newest is self.moment:
            return
        self.moment = newest
        self._since = now
        if isinstance(newest, StepExplained) and pace.slow(self.now):
            self.reading.take(slow_motion.sentences(self.state, newest))

    @property
    def wait(self) -> Wait | None:
        """What is waited for, if one notices."""
        asked = self.mode != "replay" and self.past is None and not self.stopped and not self.loading
        if not asked or self.arrived is None:
            return None
        return wait_of(self.now, self.trainer == "alive", self.clock() - self.arrived)

    @property
    def part(self) -> int:
        """How many parts of the step in question are to be seen: in slow motion one after the other."""
        return min(len(pace.PARTS), 1 + int(self.passed))

    @property
    def passed(self) -> float:
        """How many of them have gone by: at 2.5 half of the third."""
        return self.reading.passed(self.clock() - self._since) if self.slowly else float(len(pace.PARTS))

    @property
    def slowly(self) -> bool:
        """Whether a step is shown part by part now."""
        now = self.mode != "replay" and self.past is None and pace.slow(self.now)
        return now and isinstance(self.moment, StepExplained)

    def skip_part(self) -> None:
        """On to the next part of the step."""
        self.reading.skip(self.clock() - self._since)

    @property
    def _hold_seconds(self) -> float:
        if self.mode != "replay" or self.replay_speed <= 1:
            return HOLD_SECONDS
        return max(LEAST_HOLD, HOLD_SECONDS / self.replay_speed)

    def _take_guess(self, guess: Guessed) -> None:
        self.guess = guess
        stepped = self.state.stepped
        same = stepped is not None and (stepped.stage, stepped.step) == (guess.stage, guess.step)
        self.guess_step = stepped if same else None
