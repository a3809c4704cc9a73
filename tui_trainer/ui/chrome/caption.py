"""The caption under the panes: one plain sentence about this very moment, with its number.

What the sentence says first is what matters most now: a dead
trainer, then a pause, then a pick that is waited for, then what just happened. A sentence that may be too
long for a small screen has shorter forms, so that none is cut.
"""

import math
from collections.abc import Callable
from typing import Any

from textual.strip import Strip

from tui_trainer.messages import events as e
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view import changes, numbers, pace, slow_motion, taste, why, words
from tui_trainer.view.slow_motion import Forms, quoted
from tui_trainer.view.state import State
from tui_trainer.view.text import cut, holds, last_words, wrap_to
from tui_trainer.view.tour import STOPS, told_on_tour

LONG_RUN_SECONDS = 300
FAST = 5.0  # times as fast as it went, from which on no guess of a replay can be read
BLAMED = 3  # the part of a step from which on the picture of the model tells more than the text before
CONTEXTS = (34, 18)  # cells of the text before a guess, in the longer forms of its sentence


def forms(scene: Scene) -> tuple[str, Forms]:
    """The sign, and the sentence from its fullest form to its shortest."""
    state = scene.state
    if scene.opening:
        opened = f"Opening {scene.opening}"
        return "…", (f"{opened}: its log is read, and drawn from its first record on.", f"{opened}.")
    if scene.trouble:
        return "✗", (scene.trouble,)
    if scene.tour is not None:
        wait = scene.wait if scene.holding else None  # steps that are made meanwhile are no part of it
        return f"{scene.tour + 1}/{len(STOPS)}", told_on_tour(state, scene.tour, scene.onward, wait)
    if scene.past is not None:
        return "‹", (*_around("As it was then: {} 0 returns to now.", scene), *_around("Then: {}", scene))
    if scene.mode == "replay":
        if scene.replayed:
            return "✓", _over(scene)
        if scene.replay_paused:
            return "‖", (*_around("The replay is paused: {}", scene), *_sentence(scene))
        return "»", _at_its_step(scene)
    if scene.stopped:
        return "✗", _gone(scene)
    if state.held:
        return "‖", _held(scene)
    if state.paused and not state.ended:
        return "‖", _paused(scene)
    if (wait := scene.wait) is not None:
        return "…", (wait.told,)
    if pace.slow(state) and isinstance(scene.moment, e.StepExplained):
        return f"{scene.part}/{len(pace.PARTS)}", _slowly(scene, scene.moment)
    if state.offered is not None and not state.picks_again:  # else it is picked as it was before
        return "?", _asked(scene, state.offered)
    if isinstance(state.waits, e.TasteTested):
        return "?", _doubted(scene, state.waits)
    return ("✓" if state.ended else "▶"), _sentence(scene)


def _slowly(scene: Scene, step: e.StepExplained) -> Forms:
    """A part of a step, and what of it the picture of the model shows: it has no pane that leads to it."""
    told = slow_motion.told(state=scene.state, step=step, part=scene.part)
    seen = slow_motion.seen_in_the_machine(scene.part)
    if not seen:
        return told
    led = tuple(f"{said} Key {scene.key_of('machine')} {seen}" for said in told)
    return (*led, *told) if scene.part >= BLAMED else (led[0], *told)


def _held(scene: Scene) -> Forms:
    said = "Nothing has been learned yet: its weights are random."
    key = f" {scene.key_of('pause')} begins, in slow motion." if scene.steers else ""
    return (f"{said}{key}", f"{said}")


def _around(frame: str, scene: Scene) -> Forms:
    """All forms of the moment's sentence within a longer one."""
    return tuple(frame.replace("{}", said) for said in _sentence(scene))


def _over(scene: Scene) -> Forms:
    """That the replay has come to its end, which need not be the run's."""
    back = f"{scene.key_of('stage_before')} goes back to the beginning of a stage."
    if scene.state.ended:
        return (
            f"The replay is over: this was the whole run, {_long(scene)}. {back}",
            f"The replay is over. {back}",
        )
    where = _place(scene)
    return (
        f"The replay is over: the log ends {where}, before the run was done. {back}",
        f"The log ends {where}. {back}",
    )


def _long(scene: Scene) -> str:
    return f"{numbers.duration(scene.state.busy)} of computing"


def _at_its_step(scene: Scene) -> Forms:
    """With the step that it is about: a fast replay is ahead of it before it is read, so that one that is
    faster than anybody reads has where it stands itself."""
    moment, stepped = scene.moment, scene.state.stepped
    if not isinstance(moment, e.Guessed | e.Validated) or scene.replay_speed <= 1:
        return _sentence(scene)
    if isinstance(moment, e.Validated):
        moment = _newest(scene.state, moment)
    progress = scene.state.progress
    if scene.replay_speed >= FAST and stepped is not None and progress is not None:
        of = f"Step {numbers.count(stepped.step)} of {numbers.count(progress.steps)}"
        said = f"{of} of {words.STAGE[stepped.stage]}: the loss is {numbers.figure(stepped.loss)}"
        validated = scene.state.validated
        unseen = "" if validated is None else f", on unseen text {numbers.figure(validated.nats)}"
        return (f"{said}{unseen}.", f"{said}.")
    return (*_around(f"Step {numbers.count(moment.step)}. {{}}", scene), *_sentence(scene))


def _newest(state: State, event: e.Validated) -> e.Validated:
    """The last loss on unseen text, which the loss pane shows, where the one being told about is older."""
    last = state.validated
    return last if last is not None and last.stage == event.stage else event


def _gone(scene: Scene) -> Forms:
    where = _place(scene)
    trouble = _trouble(scene.state)
    if trouble and scene.state.unmendable:
        return (f"The trainer has stopped {where}: {trouble}", f"The trainer has stopped: {trouble}")
    way = "press r to go on" if scene.steers else f"tui-trainer resume {scene.folder.id}"
    if scene.steers and scene.typing:
        way = f"leave the chat by esc, then {way}"
    safe = f"Nothing is lost: {way} from the last checkpoint."
    because = (f"The trainer has stopped {where} ({trouble}). {safe}",) if trouble else ()
    short = (f"The trainer has stopped: {trouble}. {way[0].upper()}{way[1:]}.",) if trouble else ()
    return (*because, *short, f"The trainer has stopped {where}. {safe}", f"The trainer has stopped. {safe}")


def _place(scene: Scene) -> str:
    progress = scene.state.progress
    if scene.state.stage is None or progress is None:
        return "before its first stage"
    where = f"in {words.STAGE[scene.state.stage]}"
    if progress.steps and progress.step:
        where += f" at step {numbers.count(progress.step)} of {numbers.count(progress.steps)}"
    elif scene.state.picking and scene.state.picks:
        where += f" after {numbers.plural(sum(scene.state.pick_counts.values()), 'pick')}"
    return where


def _trouble(state: State) -> str:
    """The error that was told last, if nothing has been told since."""
    last = state.notices[-1] if state.notices else None
    return one_line(last.text) if last is not None and last.level == "error" else ""


def _paused(scene: Scene) -> Forms:
    progress = scene.state.progress
    where = f" at step {numbers.count(progress.step)}" if progress is not None and progress.step else ""
    keys = " space goes on, . does one step." if scene.steers else ""
    said: Forms = ("",)
    if trouble := _trouble(scene.state):
        said = (f"{trouble[:1].upper()}{trouble[1:]}",)
    elif isinstance(scene.moment, e.Guessed | e.StepExplained):
        said = _sentence(scene)
    full = (f"Paused{where}.{keys} {one}".strip() for one in said)
    return (*full, *(f"Paused{where}. {one}".strip() for one in said), f"Paused{where}.{keys}")


def _asked(scene: Scene, pair: e.PairOffered) -> Forms:
    if pair.blind and not scene.steers:
        offered = _offered(scene.state, pair)
        return (f"{offered} Whoever picked says which is better, without being told.", offered)
    if scene.steers and not scene.shows_rater:
        way = "leave the chat by esc, then 4" if scene.typing else "key 4"
        return (f"Your turn: two answers wait to be compared. To see them: {way}.",)
    if pair.blind and scene.typing:
        return ("Before or after? Which answer is better: first leave the chat by esc, then press a or b.",)
    if pair.blind:
        asked = f"Before or after? {taste.blind_pair(pair, scene.state)}. Which answer is better?"
        return (f"{asked} Which model wrote which is told at the end.", asked)
    number = f"pick {pair.pair + 1}"
    if not scene.steers:
        return (f"The model wrote two answers; {number} is being waited for.",)
    which = f"Your turn, {number}: which answer is better?"
    if scene.typing:
        return (f"{which} First leave the chat by esc, then press a or b.",)
    return (f"{which} Press a or b, t if they are equal, x if both are bad.",)


def _doubted(scene: Scene, tested: e.TasteTested) -> Forms:
    """Without a taste it waits: for whom, and where or by which keys that is answered."""
    if not scene.steers:
        whoever = "The run waits: whoever picked says what is to be done."
        return (f"{taste.verdict(tested, 'the')}. {whoever}", whoever)
    way = f"{scene.key_of('pick_more')} keeps picking, {scene.key_of('turn_anyway')} turns the model anyway, "
    way += f"{scene.key_of('leave_it')} leaves it as it is."
    if not scene.shows_rater or scene.typing:
        way = "What now? First leave the chat by esc, then 4." if scene.typing else "What now? Key 4."
    return (
        f"The run waits for you. {taste.verdict(tested)}. {way}",
        f"The run waits for you: no taste found. {way}",
        f"It waits for you. {way}",
    )


def _sentence(scene: Scene) -> Forms:
    state = scene.state
    if not state.records:
        if scene.loading or scene.mode == "replay":
            return (f"Reading the log of {one_line(scene.folder.id)}.", "Reading the log of this run.")
        if scene.trainer == "alive":
            return ("The trainer is up, a process of its own. It is loading its libraries.",)
        return ("Starting the trainer: a process of its own, which goes on when this screen closes.",)
    teller = _TELLERS.get(type(scene.moment))
    if teller is None:
        return ("Measuring how fast this machine is, to say how long the run will take.",)
    said: str | Forms = teller(state, scene.moment)
    return (said,) if isinstance(said, str) else said


def _forked(state: State, event: e.Forked) -> Forms:
    before = state.before_fork
    named = range(len(changes.changes(event.changes, before)), -1, -1)
    short = f"This run goes on at {words.STAGE[event.stage]} from {one_line(event.source)}."
    return (*(f"This run {changes.forked(event, before, most)}." for most in named), short)


def _speed(state: State, event: e.SpeedMeasured) -> Forms:
    total = sum(event.planned_seconds.values())
    said = f"A first, rough measure of this machine: the whole run takes about {numbers.roughly(total)}."
    preset = state.run.preset if state.run is not None else ""
    if total > LONG_RUN_SECONDS and preset != "quick":
        return (f"{said} Short of time? ctrl+p, then 'Start over with quick': a minute or two.", said)
    return (said,)


def _stage_started(state: State, event: e.StageStarted) -> str:
    steps = f", {numbers.plural(event.steps, 'step')}" if event.steps else ""
    return {
        "data": "Stage 1, data: text is gathered; what should not be learnt is thrown out.",
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
        f"Read {numbers.plural(event.documents, 'document')} of {one_line(event.source)} "
        f"({numbers.size(event.bytes)}); {numbers.count(total)} in all."
    )


def _crawl(_: State, event: e.CrawlRead) -> Forms:
    said = f"Read {words.crawled(event)}"
    left = words.left_by_the_crawl(event)
    return (f"{said}. The crawl left out: {', '.join(left)}.", f"{said}.") if left else (f"{said}.",)


def _filter(_: State, event: e.FilterApplied) -> Forms:
    name = words.FILTER.get(event.filter, one_line(event.filter))
    dropped, of = numbers.count(event.dropped), numbers.count(event.documents_in)
    said = f"Thrown out as {name}: {dropped} of {of} documents"
    if not event.example:
        return (f"{said}.",)
    example = one_line(event.example[:200])
    told = (f"{said}, such as “{cut(example, room)}” ({words.reason(event.reason)})." for room in (40, 20))
    return (*told, f"{said}, such as “{cut(example, 40)}”.", f"{said}.")


def _corpus(_: State, event: e.CorpusReady) -> Forms:
    left = f"{numbers.short(sum(event.tokens_train.values()))} tokens are left to learn from"
    copied = "This world was written and filtered before, and is copied." if event.copied else ""
    said = (
        f"{left}, out of a vocabulary of {numbers.count(event.vocabulary)}; "
        f"{numbers.short(event.tokens_validation)} more for exams."
    )
    return (f"{said} {copied}", f"{left}. {copied}") if copied else (said,)


def _guess(state: State, event: e.Guessed) -> Forms:
    before = words.text_before(event)
    afters = [f"After “{last_words(before, room)}” it" for room in CONTEXTS] if before else []
    if before and event.asked:
        afters = [f"Answering, after “{last_words(before, room)}”, it" for room in CONTEXTS]
    elif event.asked:
        afters = ["Beginning its answer, it"]
    said, follows = _scored(event)
    return (*(f"{after} {said} {follows}" for after in (*afters, "It")), f"It {said}")


def _scored(event: e.Guessed) -> tuple[str, str]:
    """What was expected, what came and the score; and what follows from it."""
    loss = -math.log(max(event.probability, 1e-12))
    first, share = event.top[0] if event.top else ("", 0.0)
    truth = quoted(event.truth, (first,))
    explained = words.of_capitals(first, event.truth)
    if first == event.truth:
        # The blame that goes back from a guess is what its truth was not given.
        judged = "Right, but unsure: a nudge."
        if event.probability > 0.5:
            known = event.probability >= words.KNEW_ALREADY
            judged = "Hardly any blame." if known else "Right, but not sure: some blame."
        judged = explained or judged
        sure = numbers.percent(event.probability)
        return f"expected {truth} with {sure}, and was right: loss {numbers.figure(loss, 1)}.", judged
    return (
        f"expected {quoted(first, (event.truth,))} with {numbers.percent(share)}; it was {truth}, "
        f"given {numbers.percent(event.probability)}: loss {numbers.figure(loss, 1)}.",
        explained or "Blame goes backward, weights are nudged.",
    )


def _explained(state: State, event: e.StepExplained) -> Forms:
    guess = event.guess or state.guess
    change = numbers.signed(event.loss_after - event.loss_before, 3)
    foreseen = numbers.signed(event.loss_foreseen - event.loss_before, 3)
    batch = f"Loss of its batch {change}; the gradient predicted {foreseen}."
    if guess is None or (guess.stage, guess.step) != (event.stage, event.step):
        return (f"The same guess after the nudge. {batch}", batch)
    before, after = numbers.apart(guess.probability, event.probability_after, numbers.percent)
    if guess.probability >= words.KNEW_ALREADY:
        told = f"It had this one right already: {quoted(guess.truth)}, given {before}. "
    else:
        now = f"now gets {after}" if after != before else "gets hardly more or less now"
        told = f"{quoted(guess.truth)}, given {before}, {now}. "
    brief = f"{told}Its batch: {change}, predicted {foreseen}."
    return (f"The same guess after the nudge: {told}{batch}", f"{told}{batch}", brief, told.strip())


def _validated(state: State, event: e.Validated) -> Forms:
    event = _newest(state, event)
    said = f"On documents it has never seen: loss {numbers.figure(event.nats)}"
    rise = why.dearer(state) if event.stage == "finetune" else None
    if rise is not None:
        before = numbers.figure(rise[0])
        more = f"{said}, before fine-tuning {before}."
        return (
            f"{more} It learns from answers now, which are another kind of text.",
            f"Unseen documents: loss {numbers.figure(event.nats)}, before {before}. "
            "It learns from answers now: other text.",
        )
    return (
        f"{said}, that is {numbers.figure(event.bits_per_byte)} bits per byte. "
        f"Guessing blindly would score {event.chance_nats:.2f}.",
        f"{said}. Guessing blindly would score {event.chance_nats:.2f}.",
    )


def _overfitting(_: State, event: e.Overfitting) -> Forms:
    short = (
        f"Overfitting: {words.held_out(event.own)} cost more than at step {numbers.count(event.best_step)}."
    )
    return (words.overfitting(event), short)


def _best_kept(_: State, event: e.BestKept) -> Forms:
    return (words.best_kept(event), f"The best weights are kept, of step {numbers.count(event.step)}.")


def _offered(_: State, event: e.PairOffered) -> str:
    if event.blind:
        return "Before or after? One answer is by the model before the picks, one by the model after."
    return "The model wrote two answers to the same prompt."


def _tested(state: State, event: e.Picked) -> str:
    """A pick of the blind test: nothing is learnt from it, nor told before its end."""
    if event.choice == "enough" or not state.blind:
        return f"The blind test ends, after {numbers.plural(len(state.blind), 'pair')}."
    done = f"{len(state.blind)} done"
    return f"You said: {words.CHOICE[event.choice]}. {done}; which was which is told at the end."


def _picked(state: State, event: e.Picked) -> str | Forms:
    if state.reinforced is not None:
        return _tested(state, event)
    pick = state.picks[-1] if state.picks else None
    who = f"The simulated rater ({one_line(event.rater)})" if event.simulated else "You"
    if event.choice in e.ANSWERS:
        return f"You said: {words.CHOICE[event.choice]}."
    if event.choice == "enough":
        return f"{who} said: enough. Do the picks show a taste?"
    if event.choice == "own":
        return "Your own answer is better than both: the reward model learns from it twice."
    if event.choice == "undo":
        return f"{who} took the last pick back; the reward model has forgotten it."
    said = f"{who} said: {words.CHOICE[event.choice]}."
    if pick is None or pick.pair is None or event.choice not in ("a", "b"):
        return said
    expected = pick.pair.predicted_a if event.choice == "a" else 1 - pick.pair.predicted_a
    told = f"{said} The reward model had given that {numbers.percent(expected)}"
    return (f"{told}; now it learns from it.", f"{told}.", said)


def _taste_tested(state: State, event: e.TasteTested) -> Forms:
    simulated = bool(state.picks) and state.picks[-1].picked.simulated
    said = taste.verdict(event, "the rater's" if simulated else "your")
    return f"{said}. {taste.measured(event)}.", f"{said}."


def _reinforced(state: State, event: e.Reinforced) -> Forms:
    leash = event.leash
    held = " (off the leash)" if leash == 0 else f" (leash {leash:.2g})" if leash is not None else ""
    reward, far = f"Reward {numbers.signed(event.reward, 2)}", numbers.figure(event.kl)
    facts, short = "", ""
    if state.facts is not None:
        facts = f" Of facts asked on the way {numbers.percent(state.facts)} are in its answers, ended or not."
        short = f" Of facts asked on the way {numbers.percent(state.facts)} are right."
    return (
        f"{reward} for answers of {event.length:.0f} tokens; distance from the tuned model (KL): "
        f"{far}{held}.{facts}",
        f"{reward}; distance from the tuned model (KL): {far}{held}.{facts}",
        f"{reward}; distance (KL) {far}{held}.{facts}",
        f"{reward}; distance (KL) {far}{held}.{short}",
    )


def _measured(_: State, event: e.Measured) -> Forms:
    owner, name = event.name.split("/", 1) if "/" in event.name else ("", event.name)
    in_percent = words.is_share(name) and event.ci95 is not None

    def shown(value: float) -> str:
        return numbers.percent(value) if in_percent else numbers.figure(value, 3)

    whose = "base" if owner == "pretrain" else one_line(owner)
    whose = f"the {whose} model" if whose in words.WEIGHTS else whose
    label = words.figure_alone(name).replace(" ↓", " (less is better)")
    if owner == "corpus":
        kind = name.partition("/")[0]
        whose = "what was read"
        label = f"filter “{words.FILTER.get(kind, one_line(kind))}”, {words.figure(name)}"
    said = f"Exam of {whose}. {label[:1].upper()}{label[1:]}: {shown(event.value)}"
    if owner == "baseline":
        said = f"To compare with, unseen text in {label}: {shown(event.value)}"
    chance = "" if event.baseline is None else f"; chance {shown(event.baseline)}"
    below = event.baseline is not None and event.value < event.baseline
    if whose == "the base model" and below and in_percent:
        continues = f"{words.ONLY_CONTINUES[:1].upper()}{words.ONLY_CONTINUES[1:]}."
        return (f"{said}{chance}. {continues}", f"{said}. {continues}", f"{said}{chance}.")
    if event.ci95 is None:
        return (f"{said}{chance}.", f"{said}.")
    low, high = map(shown, event.ci95)
    return (f"{said} (95 % interval {low} to {high}){chance}.", f"{said}{chance}.", f"{said}.")


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


_TELLERS: dict[type[Any], Callable[[State, Any], str | Forms]] = {
    e.Forked: _forked,
    e.SpeedMeasured: _speed,
    e.StageStarted: _stage_started,
    e.StageSkipped: _skipped,
    e.SourceRead: _source,
    e.CrawlRead: _crawl,
    e.FilterApplied: _filter,
    e.CorpusReady: _corpus,
    e.Guessed: _guess,
    e.StepExplained: _explained,
    e.Validated: _validated,
    e.Overfitting: _overfitting,
    e.BestKept: _best_kept,
    e.PairOffered: _offered,
    e.Picked: _picked,
    e.TasteTested: _taste_tested,
    e.Reinforced: _reinforced,
    e.Measured: _measured,
    e.WeightsFrozen: _frozen,
    e.RunEnded: _ended,
}


class Caption(LineView):
    """A few lines with the stage's color at their side; the fullest form of the sentence that they hold."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="caption")
        self.scene = scene

    def lines(self, width: int, height: int) -> list[Strip]:
        scene, ink = self.scene, self.scene.ink
        sign, sentences = forms(scene)
        accent = ink.bad if scene.stopped and scene.past is None else ink.accent(scene.state.stage, bold=True)
        indent = len(sign) + 2
        room = width - indent - 2
        whole = (sentence for sentence in sentences if holds(sentence, room, height))
        rows = wrap_to(next(whole, sentences[-1]), room, height)
        rows += [""] * (height - len(rows))
        return [
            line(("▌", accent), (f" {sign} " if not index else " " * indent, accent), (row, ink.strong))
            for index, row in enumerate(rows)
        ]
