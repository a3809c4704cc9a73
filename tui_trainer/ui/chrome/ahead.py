"""What comes next, under the caption: why this matters, what follows, and what can be tried by which key.

It changes at once with what it is about, and with what the person does; else only once it could be read. What
can be tried is offered once: it gives way when it was done, or was not taken up for a while.
"""

import re
from collections.abc import Hashable, Iterator, Sequence, Set
from dataclasses import dataclass

from textual.strip import Strip

from tui_trainer.messages.events import StageName
from tui_trainer.ui.actions import Action
from tui_trainer.ui.drawing.lines import Part, line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view import ahead
from tui_trainer.view.ahead import Ahead
from tui_trainer.view.slow_motion import Forms
from tui_trainer.view.text import holds, seconds_to_read, wrap_to
from tui_trainer.view.why import Looking

LEAST_ROWS = 20  # of the screen: with fewer the panes need them all
BETWEEN = {"picking": "asked", "blind to come": "blind"}  # from a pick to the next pair, and what that is
PASSED_OVER = 40.0  # seconds for which something is offered
# What is the same in every stage, so that it is offered in one only.
ONCE = {"glossary", "help", "machine", "pane_1", "pane_3", "samples", "sentence"}
MOMENT = 1.0  # seconds for which what was said before such a moment stays
_NAME = re.compile(r"\{(\w+)\}")
_LABEL = re.compile(r"\b(Why:|Next:|Try:)")
AT_THE_RATER = ("asked", "blind", "doubted")  # what is decided there, and only while that is to be seen


@dataclass(frozen=True)
class Proposal:
    """`about`: what it is true of; when that is another, it is another at once. `offers`: the action that can
    be tried first, where nothing has to be decided before."""

    about: Hashable
    forms: Forms
    phase: str = ""
    offers: str = ""


def proposal(scene: Scene, actions: Sequence[Action]) -> Proposal:
    """What is said now, from its fullest form to its shortest."""
    state, replays = scene.state, scene.mode == "replay"
    timed = not (replays or scene.past is not None or scene.stopped or scene.holding)
    found = ahead.ahead_of(
        state,
        scene.did,
        timed=timed,
        speeds_up=scene.speeds_up or scene.holding,
        steers=scene.steers and scene.past is None,
        looking=Looking(scene.pane, scene.part if scene.slowly else 0, scene.attends, scene.writes),
    )
    offered = list(_tries(scene, found, actions))
    tries = [_spelt(scene, said) for said in offered]
    decides = _spelt(scene, _decides(scene, found))
    about = (
        found.phase,
        state.stage,
        timed,
        decides,
        scene.pane,
        scene.part,
        scene.attends,
        scene.writes,
        scene.tour,
        scene.card,
        scene.past_at,
        scene.typing,
        scene.unguessed is None,
        len(scene.tried),
        len(scene.passed_over),
    )
    offers = "" if decides or not offered else _named(offered[0])
    return Proposal(about, tuple(_forms(decides, found, tries)), found.phase, offers)


def _named(said: str) -> str:
    """The action whose key is named first."""
    found = _NAME.search(said)
    return "" if found is None else found[1]


def _spelt(scene: Scene, said: str) -> str:
    """With keys as they are written."""
    return _NAME.sub(lambda name: scene.key_of(name[1]), said)


def _decides(scene: Scene, found: Ahead) -> str:
    """What only the person can do now; or what nothing goes on without."""
    if scene.tour is not None:
        return "{tour_next} goes on, {step_back} skips the tour."
    if scene.past is not None:
        return "You look back: {now} returns to now."
    if scene.mode == "replay":
        again = "{stage_before} goes back to the beginning of a stage."
        if scene.replayed:
            return f"The replay is over: {again}"
        return "The replay is paused: {pause} goes on." if scene.replay_paused else ""
    if scene.stopped:
        return "{resume} goes on from the last checkpoint." if scene.steers else ""
    if scene.steers and not scene.state.ended:
        if scene.state.held:
            return "{pause} begins, in slow motion."
        if scene.paused:
            return "Paused: {pause} goes on, {step} makes one step."
    if found.phase in AT_THE_RATER and scene.steers:
        if scene.typing:
            return "You decide: {leave_input} leaves the chat, then {pane_4}."
        if not scene.shows_rater:
            return "You decide: {pane_4} shows what waits for you."
    if found.phase == "over" and scene.typing:
        return ""
    return found.decides


def _tries(scene: Scene, found: Ahead, actions: Sequence[Action]) -> Iterator[str]:
    """What a key does now that is worth it, and was neither done nor passed over yet."""
    if scene.tour is not None:
        return
    if scene.card is not None and not scene.typing:
        yield "enter tries what the card says"
        if scene.unguessed is not None:
            yield "{card_guess} takes your guess"
        yield "{step_back} puts the card away"
        return
    if scene.typing:
        if scene.state.weights:
            yield "{send} asks what you type"
        yield "{leave_input} leaves the chat"
        return
    by_name = {action.name: action for action in actions}
    for said in found.tries:
        name = _named(said)
        if name != f"pane_{scene.pane}" and by_name[name].when(scene) and _lives(scene, name):
            # A guess may have been left again without a number.
            done = name != "card_guess" and _is_in(scene.tried, scene, name)
            if not done and not _is_in(scene.passed_over, scene, name):
                yield said


def _is_in(there: Set[tuple[StageName | None, str]], scene: Scene, name: str) -> bool:
    """Of this stage; of any, where it is the same in all."""
    if name in ONCE:
        return any(name == other for _, other in there)
    return (scene.state.stage, name) in there


def _lives(scene: Scene, name: str) -> bool:
    """What needs the model as it is now can't be had of a run that is not going on."""
    goes_on = scene.mode != "replay" and scene.past is None and scene.trainer == "alive"
    return goes_on or name != "sentence"


def _forms(decides: str, found: Ahead, tries: Sequence[str]) -> Iterator[str]:
    why = f"Why: {found.why}."
    if not decides and not tries:
        yield from (f"{why} {said}" for said in found.rests)
        yield from found.rests
    nexts = [f"Next: {said}." for said in found.comes]
    full, brief = nexts[0], nexts[-1]
    one, two = (f"Try: {', '.join(tries[:many])}." if tries else "" for many in (1, 2))
    orders = [
        *((why, said, more) for said in nexts for more in (two, one)),
        *((full, more) for more in (two, one)),
        *((brief, more) for more in (two, one)),
    ]
    if decides:
        orders = [*((why, said, more) for said in nexts for more in (two, one, ""))]
        orders += [(why, ""), (full, one), (full, ""), (brief, ""), ("", "")]
    for order in orders:
        yield " ".join(filter(None, (decides, *order)))
    yield decides or brief


class AheadView(LineView):
    """Lines beside the caption's, of what is to come."""

    def __init__(self, scene: Scene, actions: Sequence[Action]) -> None:
        super().__init__(id="ahead")
        self.scene, self.actions = scene, actions
        self._said: Proposal | None = None
        self._since = 0.0  # when it was said
        self._met = 0.0  # when its phase was there last
        self._offered: tuple[StageName | None, str] = (None, "")  # what could be tried first
        self._offered_since = 0.0

    def _take(self) -> Forms:
        """What is true now, once what stands there could be read."""
        now, said = self.scene.clock(), self._said
        fresh = proposal(self.scene, self.actions)
        self._offer(fresh.offers, now)
        if said is None or fresh.phase == said.phase:
            self._met = now
        between = said is not None and BETWEEN.get(fresh.phase) == said.phase and now - self._met < MOMENT
        read = said is not None and now - self._since >= seconds_to_read(len(said.forms[0].split()))
        if (
            said is None
            or (fresh.about != said.about and not between)
            or (read and not between and fresh != said)
        ):
            self._said, self._since = fresh, now
        assert self._said is not None
        return self._said.forms

    def _offer(self, name: str, now: float) -> None:
        """What has stood there long enough is passed over from now on."""
        offered = (self.scene.state.stage, name)
        if offered != self._offered:
            self._offered, self._offered_since = offered, now
        elif name and now - self._offered_since >= PASSED_OVER:
            self.scene.passed_over.add(offered)

    def lines(self, width: int, height: int) -> list[Strip]:
        ink = self.scene.ink
        accent = ink.accent(self.scene.state.stage)
        room = width - 3
        forms = self._take()
        said = next((form for form in forms if holds(form, room, height)), forms[-1])
        rows = wrap_to(said, room, height)
        rows += [""] * (height - len(rows))
        return [line(("▌", accent), (" ", ink.text), *self._styled(row)) for row in rows]

    def _styled(self, row: str) -> list[Part]:
        ink = self.scene.ink
        return [
            (part, ink.muted if _LABEL.fullmatch(part) else ink.text) for part in _LABEL.split(row) if part
        ]
