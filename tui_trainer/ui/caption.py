"""The caption: one plain sentence about this very moment, with its number.

Pure: a scene in, a sign and a sentence out. What the sentence says first is what matters most now: a dead
trainer, then a pause, then a pick that is waited for, then what just happened.
"""

import math
from collections.abc import Callable
from typing import Any

from tui_trainer import events as e
from tui_trainer.ui import words
from tui_trainer.ui.drawing import numbers
from tui_trainer.ui.drawing.text import cut, cut_left
from tui_trainer.ui.sanitize import one_line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.state import State
from tui_trainer.ui.tour import STOPS

LONG_RUN_SECONDS = 300


def caption(scene: Scene) -> tuple[str, str]:
    """The sign and the sentence."""
    state = scene.state
    if scene.trouble:
        return "✗", scene.trouble
    if scene.tour is not None:
        return f"{scene.tour + 1}/{len(STOPS)}", STOPS[scene.tour].said
    if scene.past is not None:
        return "‹", f"As it was then: {_sentence(scene)} 0 returns to now."
    if scene.mode == "replay":
        if scene.replay_paused:
            return "‖", f"The replay is paused: {_sentence(scene)}"
        return "»", _sentence(scene)
    if scene.stopped:
        return "✗", _gone(scene)
    if state.paused and not state.ended:
        return "‖", _paused(scene)
    if state.offered is not None:
        return "?", _asked(scene, state.offered)
    return ("✓" if state.ended else "▶"), _sentence(scene)


def _gone(scene: Scene) -> str:
    progress = scene.state.progress
    where = "before its first stage"
    if scene.state.stage is not None and progress is not None:
        where = f"in {words.STAGE[scene.state.stage]}"
        if progress.steps:
            where += f" at step {numbers.count(progress.step)} of {numbers.count(progress.steps)}"
    trouble = _trouble(scene.state)
    if trouble and scene.state.unmendable:
        return f"The trainer has stopped {where}: {trouble}"
    if trouble:
        where += f" ({trouble})"
    way = "press r to go on" if scene.steers else f"tui-trainer resume {scene.folder.id}"
    return f"The trainer has stopped {where}. Nothing is lost: {way} from the last checkpoint."


def _trouble(state: State) -> str:
    """The error that was told last, if nothing has been told since."""
    last = state.notices[-1] if state.notices else None
    return one_line(last.text) if last is not None and last.level == "error" else ""


def _paused(scene: Scene) -> str:
    progress = scene.state.progress
    where = f" at step {numbers.count(progress.step)}" if progress is not None and progress.step else ""
    keys = " space goes on, . does one step." if scene.steers else ""
    said = _trouble(scene.state) or (
        _sentence(scene) if isinstance(scene.moment, e.Guessed | e.StepExplained) else ""
    )
    return f"Paused{where}.{keys} {said}".strip()


def _asked(scene: Scene, pair: e.PairOffered) -> str:
    if pair.blind and not scene.steers:
        return f"{_offered(scene.state, pair)} Whoever picked says which is better, without being told."
    if scene.steers and not scene.shows_rater:
        way = "leave the chat by esc, then 4" if scene.typing else "key 4"
        return f"Your turn: two answers wait to be compared. To see them: {way}."
    if pair.blind and scene.typing:
        return "Before or after? Which answer is better: first leave the chat by esc, then press a or b."
    if pair.blind:
        return (
            f"Before or after? {len(scene.state.blind)} done. Which answer is better? You learn after each "
            "pick which was from the model that your picks have turned."
        )
    number = f"pick {pair.pair + 1}"
    if not scene.steers:
        return f"The model wrote two answers; {number} is being waited for."
    if scene.typing:
        return f"Your turn, {number}: which answer is better? First leave the chat by esc, then press a or b."
    return (
        f"Your turn, {number}: which answer is better? Press a or b, t if they are equal, x if both are bad."
    )


def _sentence(scene: Scene) -> str:
    state = scene.state
    if not state.records:
        if scene.loading or scene.mode == "replay":
            return "Reading the log of this run."
        if scene.trainer == "alive":
            return "The trainer is up, a process of its own. It is loading its libraries."
        return "Starting the trainer: a process of its own, which goes on when this screen closes."
    teller = _TELLERS.get(type(scene.moment))
    if teller is None:
        return "Measuring how fast this machine is, to say how long the run will take."
    said: str = teller(state, scene.moment)
    return said


def _forked(_: State, event: e.Forked) -> str:
    return f"This run {words.forked(event)[:200]}."


def _speed(state: State, event: e.SpeedMeasured) -> str:
    total = sum(event.planned_seconds.values())
    said = f"On this machine the whole run will take about {numbers.duration(total)} of computing."
    preset = state.run.preset if state.run is not None else ""
    if total > LONG_RUN_SECONDS and preset != "quick":
        said += " Short of time? ctrl+p, then 'Start over with quick' takes under a minute or two."
    return said


def _stage_started(state: State, event: e.StageStarted) -> str:
    steps = f", {numbers.count(event.steps)} steps" if event.steps else ""
    return {
        "data": "Stage 1, data: text is gathered, and what should not be learnt is thrown out.",
        "pretrain": f"Stage 2, pretraining{steps}: hide the end, guess the next token, score the guess.",
        "finetune": f"Stage 3, instruction tuning{steps}: good answers make the autocomplete an assistant.",
        "feedback": "Stage 4, feedback: the model answers twice, a rater picks, it turns to that taste.",
        "frozen": "Stage 5, frozen: the weights are hashed and change no more; from now on they only run.",
    }[event.stage]


def _skipped(_: State, event: e.StageSkipped) -> str:
    return f"{words.STAGE[event.stage].capitalize()} is skipped: {one_line(event.reason)}"


def _source(state: State, event: e.SourceRead) -> str:
    total = sum(source.documents for source in state.sources.values())
    return (
        f"Read {numbers.count(event.documents)} documents of {one_line(event.source)} "
        f"({numbers.size(event.bytes)}); {numbers.count(total)} in all."
    )


def _filter(_: State, event: e.FilterApplied) -> str:
    name = words.FILTER.get(event.filter, one_line(event.filter))
    dropped, of = numbers.count(event.dropped), numbers.count(event.documents_in)
    said = f"Thrown out as {name}: {dropped} of {of} documents"
    if event.example:
        said += f", such as “{cut(one_line(event.example[:200]), 40)}” ({one_line(event.reason)})"
    return said + "."


def _corpus(_: State, event: e.CorpusReady) -> str:
    tokens = sum(event.tokens_train.values())
    return (
        f"{numbers.short(tokens)} tokens are left to learn from, out of a vocabulary of "
        f"{numbers.count(event.vocabulary)}; {numbers.short(event.tokens_validation)} more for exams."
    )


def _guess(state: State, event: e.Guessed) -> str:
    truth = quoted(event.truth)
    loss = -math.log(max(event.probability, 1e-12))
    first, share = event.top[0] if event.top else ("", 0.0)
    context = cut_left(one_line(event.context[-200:]).strip(), 34)
    after = f"After “{context}” " if context.strip() else ""
    score = f"loss {loss:.1f}"
    if first == event.truth:
        judged = "Hardly any blame." if event.probability > 0.5 else "Right, but unsure: a nudge."
        share = event.probability
        return f"{after}it expected {truth} with {numbers.percent(share)}, and was right: {score}. {judged}"
    return (
        f"{after}it expected {quoted(first)} with {numbers.percent(share)}; it was {truth}, "
        f"given {numbers.percent(event.probability)}: {score}. Blame goes backward, weights are nudged."
    )


def _explained(state: State, event: e.StepExplained) -> str:
    guess = state.guess
    told = ""
    if guess is not None and (guess.stage, guess.step) == (event.stage, event.step):
        told = (
            f"{quoted(guess.truth)}, given {numbers.percent(guess.probability)}, now gets "
            f"{numbers.percent(event.probability_after)}. "
        )
    change = numbers.signed(event.loss_after - event.loss_before, 3)
    foreseen = numbers.signed(event.loss_foreseen - event.loss_before, 3)
    return f"The same guess after the nudge: {told}Loss of its batch {change}; the blame foresaw {foreseen}."


def quoted(token: str) -> str:
    """A token in quotes, so that its spaces show."""
    return f"‘{one_line(token.strip() or token)}’"


def _validated(_: State, event: e.Validated) -> str:
    return (
        f"On text it has never seen: loss {event.nats:.2f}, that is {event.bits_per_byte:.2f} bits per byte. "
        f"Guessing blindly would score {event.chance_nats:.2f}."
    )


def _offered(_: State, event: e.PairOffered) -> str:
    if event.blind:
        return "Before or after? Two answers, by the model before the picks and by the one that they turned."
    return "The model wrote two answers to the same prompt."


def _tested(state: State, event: e.Picked) -> str:
    """A pick of the blind test: nothing is learnt from it."""
    if event.choice == "enough" or not state.blind:
        return f"The blind test ends, after {numbers.plural(len(state.blind), 'pair')}."
    preferred = {
        "before": "the model before the picks wrote that",
        "after": "the model after them wrote that",
    }
    revealed = preferred.get(state.blind[-1].preferred or "", "nothing is learnt from it")
    return f"You said: {words.CHOICE[event.choice]}; {revealed}. {len(state.blind)} done."


def _picked(state: State, event: e.Picked) -> str:
    if state.reinforced is not None:
        return _tested(state, event)
    pick = state.picks[-1] if state.picks else None
    who = f"The simulated rater ({one_line(event.rater)})" if event.simulated else "You"
    if event.choice == "enough":
        return f"{who} said: enough. What was learnt is what the model is turned to now."
    if event.choice == "own":
        return "Your own answer is better than both: the reward model learns that from it twice."
    if event.choice == "undo":
        return f"{who} took the last pick back; the reward model has forgotten it."
    said = f"{who} said: {words.CHOICE[event.choice]}."
    if pick is not None and pick.pair is not None and event.choice in ("a", "b"):
        expected = pick.pair.predicted_a if event.choice == "a" else 1 - pick.pair.predicted_a
        said += f" The reward model had given that {numbers.percent(expected)}; now it learns from it."
    return said


def _reinforced(state: State, event: e.Reinforced) -> str:
    leash = event.leash
    held = " (off the leash)" if leash == 0 else f" (leash {leash:.2g})" if leash is not None else ""
    said = (
        f"Reward {numbers.signed(event.reward, 2)} for answers of {event.length:.0f} tokens, "
        f"{event.kl:.2f} nats away from the tuned model{held}."
    )
    if state.facts is not None:
        said += f" {numbers.percent(state.facts)} of the facts are still known."
    return said


def _measured(_: State, event: e.Measured) -> str:
    owner, name = event.name.split("/", 1) if "/" in event.name else ("", event.name)
    label = next((text for key, text, _ in words.FIGURES if key == name), one_line(name))
    is_share = "bits" not in name and "nats" not in name and event.ci95 is not None
    value = numbers.percent(event.value) if is_share else numbers.figure(event.value, 3)
    said = f"Exam of {one_line(owner)}: {label}: {value}"
    if event.ci95 is not None:
        low, high = event.ci95
        said += f" (95 % interval {numbers.percent(low)} to {numbers.percent(high)})"
    if event.baseline is not None:
        said += f"; chance {numbers.percent(event.baseline)}"
    return said + "."


def _frozen(_: State, event: e.WeightsFrozen) -> str:
    return (
        f"The {event.weights} weights are frozen: {numbers.count(event.parameters)} numbers, "
        f"SHA-256 {one_line(event.sha256)[:12]}. You can talk to them: key 5."
    )


def _ended(state: State, _: e.RunEnded) -> str:
    return (
        f"Done, after {numbers.duration(state.busy)} of computing. The weights are frozen: "
        "nothing you say now changes one. Ask something: key 5."
    )


_TELLERS: dict[type[Any], Callable[[State, Any], str]] = {
    e.Forked: _forked,
    e.SpeedMeasured: _speed,
    e.StageStarted: _stage_started,
    e.StageSkipped: _skipped,
    e.SourceRead: _source,
    e.FilterApplied: _filter,
    e.CorpusReady: _corpus,
    e.Guessed: _guess,
    e.StepExplained: _explained,
    e.Validated: _validated,
    e.PairOffered: _offered,
    e.Picked: _picked,
    e.Reinforced: _reinforced,
    e.Measured: _measured,
    e.WeightsFrozen: _frozen,
    e.RunEnded: _ended,
}
