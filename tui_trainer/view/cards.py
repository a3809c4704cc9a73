"""What stands on the card at each stage's end: what has changed, before and after, in one measured sentence;
one thing to try now; and a guess to be made before its result is known."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui_trainer.messages.events import StageName, WeightsName
from tui_trainer.view import numbers, words
from tui_trainer.view.machine import machine_of
from tui_trainer.view.state import BLIND_FIGURE, State

Guesses = Mapping[StageName, float]  # what the viewer has guessed at the end of a stage
IN_PARTS = "The machine: see the model in one picture."
KNOWN = words.figure(words.FACTS)
GAMED = 0.05  # share of the facts, or of good answers, lost while the reward rose: then it was gamed
FEW = 0.15  # ... where it is asked for few, so that one in twenty is a handful
# By figure, the most important first: how much worse it has to become, and what is said then.
WORSE: dict[str, tuple[float, str]] = {
    words.FACTS: (GAMED, f"{KNOWN}, fell from {{before}} to {{after}}"),
    "never_ended": (GAMED, "{after} of its answers never end; before it was {before}"),
    "format": (GAMED, "{after} of its answers are formed as sentences; before it was {before}"),
    "sums": (FEW, "its right answers to sums fell from {before} to {after}"),
    "howto_steps": (FEW, "its answers with the right steps fell from {before} to {after}"),
}


@dataclass(frozen=True)
class Card:
    """One stage's end in words.

    `lead`: the name of what is to be tried (`ui.handlers.leads`). `asks`: a number to guess; `outcome`: what
    came of the one guessed at the stage before.
    """

    stage: StageName
    title: str
    changed: str
    tries: str
    lead: str
    asks: str = ""
    outcome: str = ""
    machine: str = ""  # what the model drawn in one picture shows of it


def card_of(state: State, stage: StageName, guesses: Guesses) -> Card | None:
    """The card of a stage that has ended, by the run's figures; None: there is nothing measured to say."""
    maker = _MAKERS.get(stage)
    return None if maker is None else maker(state, guesses)


def value(state: State, name: str) -> float | None:
    """A measured figure."""
    found = state.measured.get(name)
    return None if found is None else found.value


def first_and_last(state: State, stage: StageName, metric: str) -> tuple[float, float] | None:
    """The ends of a curve."""
    series = state.curve(stage, metric)
    if series is None or series.last is None:
        return None
    return next(v for v in series.final if v == v), series.last


def gamed(state: State) -> str | None:
    """How the reward rose, and at what cost; None: it did not, or at none that is measured."""
    reward = first_and_last(state, "feedback", "reward")
    if reward is None or reward[1] <= reward[0]:
        return None
    for name, (most, worse) in WORSE.items():
        before, after = value(state, f"tuned/{name}"), value(state, f"aligned/{name}")
        if before is None or after is None:
            continue
        lost = after - before if name == "never_ended" else before - after
        if lost > most:
            said = worse.format(before=numbers.percent(before), after=numbers.percent(after))
            endless = endlessness(state) if name == words.FACTS else None
            return f"{_rose(*reward)}, and {said}{f': {endless}' if endless else ''}."
    return None


def _rose(before: float, after: float) -> str:
    went = "rose" if after > before else "went"
    return f"The reward {went} from {numbers.signed(before, 2)} to {numbers.signed(after, 2)}"


def endlessness(state: State) -> str | None:
    """That answers count as wrong since they do not end, where feedback has made them so; None: it hasn't."""
    before, after = value(state, "tuned/never_ended"), value(state, "aligned/never_ended")
    if before is None or after is None or after - before <= GAMED:
        return None
    many = "none of its answers ends" if after == 1 else f"{numbers.percent(after)} of its answers never end"
    return f"{many}, which counts as wrong"


def _data(state: State, _: Guesses) -> Card | None:
    if state.corpus is None:
        return None
    read = sum(source.documents for source in state.sources.values())
    out = {name: applied.dropped for name, applied in state.filters.items() if applied.dropped}
    tokens = numbers.short(sum(state.corpus.tokens_train.values()))
    left = f"Of {numbers.count(read)} documents {numbers.count(read - sum(out.values()))} are left"
    most = max(out, key=lambda name: out[name], default="")
    why = ""
    if most:
        name = words.FILTER.get(most, most.replace("_", " "))
        why = f". The filter that took out most is that of {name}: {numbers.count(out[most])}"
    chance = math.log(state.corpus.vocabulary)
    return Card(
        stage="data",
        title="The text is ready",
        changed=f"{left}, {tokens} tokens to learn from{why}.",
        tries="Read what was struck out, and why.",
        lead="dropped",
        asks=f"How low will the loss on unseen documents go? Blind guessing scores {chance:.2f}.",
    )


def _pretrain(state: State, guesses: Guesses) -> Card | None:
    ends = first_and_last(state, "pretrain", "validation")
    if ends is None or state.validated is None:
        return None
    first, last = ends
    if state.validated.stage == "pretrain":
        last = state.validated.nats  # of the weights that were kept
    finishes = value(state, "base/completion_heldout")
    changed = f"Its loss on unseen documents fell from {first:.2f} to {last:.2f}."
    if finishes is not None:
        changed += f" It can finish {numbers.percent(finishes)} of sentences about what it read."
    changed += _facts(state, "base")
    learns = state.stages["finetune"].status != "skipped"
    return Card(
        stage="pretrain",
        title="Pretraining is through",
        changed=changed,
        tries="Ask it a question: it will only continue your text.",
        lead="ask_base",
        asks=f"{KNOWN}, after fine-tuning: how many percent?".capitalize() if learns else "",
        outcome=_outcome(guesses, "data", f"it is {last:.2f}"),
        machine=IN_PARTS,
    )


def _finetune(state: State, guesses: Guesses) -> Card | None:
    after = value(state, f"tuned/{words.FACTS}")
    if after is None:
        return None
    changed = _facts(state, "tuned", "base").strip()
    formed = value(state, "tuned/format")
    if formed is not None:
        changed += f" {numbers.percent(formed)} of its answers are formed as sentences, right or wrong."
    rates = state.stages["feedback"].status != "skipped"
    return Card(
        stage="finetune",
        title="Fine-tuning is through",
        changed=changed,
        tries="Ask the same question again: now it answers.",
        lead="ask_tuned",
        asks="How many picks will it need to know a taste?" if rates else "",
        outcome=_outcome(guesses, "pretrain", f"it is {numbers.percent(after)}"),
    )


def _feedback(state: State, guesses: Guesses) -> Card | None:
    if state.reinforced is None:
        return None
    knew, made = state.enough_after, len(state.picks)
    outcome = _outcome(guesses, "finetune", f"it took {knew}" if knew else f"{made} were made")
    moved = _moved(state)
    loose = state.setting("feedback.beta") == 0
    reward = first_and_last(state, "feedback", "reward")
    if loose and reward is not None:
        game = gamed(state)
        kept = f"{_rose(*reward)}. Nothing that the exam measures became much worse."
        return Card(
            stage="feedback",
            title="It gamed the reward" if game else "Off the leash, and not gamed",
            changed=game or kept,
            tries="See both models side by side.",
            lead="compare",
            outcome=outcome,
            machine=moved,
        )
    return Card(
        stage="feedback",
        title="Feedback is through",
        changed=_turned(state) + _facts(state, "aligned", "tuned"),
        tries="Take the leash off: see if it games the reward.",
        lead="unleash",
        outcome=outcome,
        machine=moved,
    )


def _turned(state: State) -> str:
    """What the picks changed, by the test at the end, where there was one."""
    after = f"After {numbers.plural(len(state.picks), 'pick')}"
    if _put_back(state):
        return f"{after} its weights are what they were: what was changed cost too much, and was put back."
    won, blind = value(state, "aligned/win_rate"), state.measured.get(BLIND_FIGURE)
    if won is not None:  # by a simulated rater's own taste, which is known
        return (
            f"{after} its answers are preferred in {numbers.percent(won)} of comparisons with those from "
            "before (a tie counts half); 50 % would be no change."
        )
    if blind is not None:
        low, high = blind.ci95 or (blind.value, blind.value)
        means = "a coin could do that" if low <= 0.5 <= high else "50 % would be no change"
        preferred = f"{numbers.of(blind.value, blind.n, 'pair')}, blindly (a tie counts half)"
        return f"{after} you preferred its new answers in {preferred}; {means}."
    return f"{after} it answers {'in another way' if changed_by_picks(state) else 'as before'}."


def changed_by_picks(state: State) -> bool:
    """Whether an answer that is shown before and after the picks is another one."""
    return not _put_back(state) and any(example.before != example.after for example in state.examples)


def _put_back(state: State) -> bool:
    """Whether the guard has put back all that reinforcement had changed."""
    tuned, aligned = state.weights.get("tuned"), state.weights.get("aligned")
    return tuned is not None and aligned is not None and tuned.sha256 == aligned.sha256


def _moved(state: State) -> str:
    """What the picture of the model shows at the end of feedback, by what was measured in it."""
    found = machine_of(state)
    if found.stage == "feedback" and found.moved_alone is not None:
        return f"The machine: see which one of its {found.layers} layers moved."
    return IN_PARTS


def _frozen(state: State, _: Guesses) -> Card | None:
    name = state.latest_weights
    if name is None:
        return None
    frozen = state.weights[name]
    return Card(
        stage="frozen",
        title="The weights are frozen",
        changed=(
            f"{numbers.count(frozen.parameters)} numbers, fixed by their hash {frozen.sha256[:8]} after "
            f"{numbers.duration(state.busy)} of computing. Nothing you say changes one of them."
        ),
        tries="Prove it: tell it something, and look at the hash under each answer.",
        lead="chat",
    )


def _facts(state: State, now: WeightsName, before: WeightsName | None = None) -> str:
    """How many facts are known, in the words of the exam, as one more sentence; "" where it wasn't asked."""
    knows = value(state, f"{now}/{words.FACTS}")
    if knows is None:
        return ""
    knew = None if before is None else value(state, f"{before}/{words.FACTS}")
    said = numbers.percent(knows)
    if knew is not None:
        said = f"{numbers.percent(knew)} before, {said} now"
    return f" {KNOWN.capitalize()}: {said}."


def _outcome(guesses: Guesses, stage: StageName, was: str) -> str:
    guess = guesses.get(stage)
    return "" if guess is None else f"You guessed {guess:g}; {was}."


_MAKERS: dict[StageName, Callable[[State, Guesses], Card | None]] = {
    "data": _data,
    "pretrain": _pretrain,
    "finetune": _finetune,
    "feedback": _feedback,
    "frozen": _frozen,
}
