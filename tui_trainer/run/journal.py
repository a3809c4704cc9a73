"""The log as it is being written, or, after a resume, followed.

A resumed trainer computes again what lies between its checkpoint and the end of the log. Until it gets there
the log is its script: what it computes is there already and is compared instead of written, and what a person
did is taken from there instead of asked for. So the log only ever grows, and the run's stream of events is
the same as if it had never been interrupted.
"""

from collections import deque
from collections.abc import Callable, Iterable

from tui_trainer.messages.events import (
    Continued,
    Event,
    KnobTurned,
    Noticed,
    Paused,
    Picked,
    PromptsEdited,
    Record,
    ThreadsChosen,
    WeightsFrozen,
    encoder,
)
from tui_trainer.run.compute_clock import ComputeClock
from tui_trainer.run.storage.log import LogWriter, comparable

# What is not computed from what came before, and so is taken from the log where it goes on.
Input = Picked | PromptsEdited | KnobTurned | Paused | Continued | ThreadsChosen
INPUTS = (Picked, PromptsEdited, KnobTurned, Paused, Continued, ThreadsChosen)


class Journal:
    """Where the trainer's events go.

    Args:
        writer: appends to the log.
        script: the records of the log from the checkpoint on.
        say: takes a line for trainer.log.
    """

    def __init__(
        self, writer: LogWriter, script: Iterable[Record], busy: ComputeClock, say: Callable[[str], None]
    ) -> None:
        self._writer, self._busy, self._say = writer, busy, say
        self._script = deque(script)
        self._diverged = False
        self._frozen: list[WeightsFrozen] = []  # other weights than the script says

    @property
    def replaying(self) -> bool:
        """Whether the log still has something to follow."""
        self._pass_over_errors()
        return bool(self._script)

    @property
    def position(self) -> int:
        """The number of the record that comes next: a checkpoint made now goes with it."""
        return self._script[0].seq if self._script else self._writer.next_seq

    def emit(self, event: Event) -> None:
        """Write an event, or find it in the script."""
        if not self.replaying:
            while self._frozen:  # the log's last word on a file must be true
                self._writer.append(self._frozen.pop(0), self._busy.seconds)
            self._writer.append(event, self._busy.seconds)
            if isinstance(event, Picked | PromptsEdited):
                self._writer.sync()
            return
        scripted = self._script[0]
        if isinstance(scripted.event, INPUTS) and not isinstance(event, INPUTS):
            # Computed more than the log has here. What a person did keeps its place; this is left out.
            self._diverge(scripted, event)
            return
        self._advance()
        if not _same(scripted, event):
            self._diverge(scripted, event)
            if isinstance(event, WeightsFrozen):
                self._frozen.append(event)

    def take_input(self) -> Input | None:
        """What came from outside at this point, if the script says so; an `emit` follows picks, prompts."""
        if self.replaying and isinstance(event := self._script[0].event, INPUTS):
            if not isinstance(event, Picked | PromptsEdited):
                self._advance()
            return event
        return None

    def take(self, kind: type[Event]) -> Event | None:
        """The scripted event of this kind that comes next, so that it need not be computed again."""
        if self.replaying and isinstance(event := self._script[0].event, kind):
            self._advance()
            return event
        return None

    def skip_to_input(self) -> None:
        """The script has more here than was computed: pass over it, up to what a person did or the end."""
        while self.replaying and not isinstance(self._script[0].event, INPUTS):
            self._diverge(self._script[0], None)
            self._advance()

    def sync(self) -> None:
        """Make the log durable."""
        self._writer.sync()

    def _advance(self) -> None:
        self._busy.at_least(self._script.popleft().busy)

    def _pass_over_errors(self) -> None:
        # Errors are the trainer's own (a full disk, a crash), so computing again does not meet them.
        while self._script and is_error(self._script[0].event):
            self._advance()

    def _diverge(self, scripted: Record, event: Event | None) -> None:
        if not self._diverged:
            computed = type(event).__name__ if event is not None else "nothing"
            self._say(
                f"record {scripted.seq} ({type(scripted.event).__name__}) is not what was computed again "
                f"({computed}): another machine, other software or other data; going on"
            )
        self._diverged = True


def is_error(event: Event) -> bool:
    """Whether it is one of the trainer's own errors; stages notice nothing worse than a warning."""
    return isinstance(event, Noticed) and event.level == "error"


def _same(scripted: Record, event: Event) -> bool:
    recomputed = Record(scripted.v, scripted.seq, 0.0, 0.0, event)  # type: ignore[arg-type]  # all events are AnyEvent
    # As bytes: a NaN is equal to itself there, and a tuple to a list.
    return encoder.encode(comparable(scripted)) == encoder.encode(comparable(recomputed))
