"""One step in slow motion, told part by part: guess, score, blame, nudge."""

import math
from collections.abc import Iterable

from tui_trainer.messages.events import Guessed, StepExplained
from tui_trainer.sanitize import one_line
from tui_trainer.view import numbers, words
from tui_trainer.view.pace import PARTS
from tui_trainer.view.state import State
from tui_trainer.view.text import cut, last_words

LEAST = 1e-12  # probabilities below it are told as it
ROOM = 30  # cells of the text before a guess
SEEN = {
    1: "shows its way up through the layers.",
    3: "shows it go back, layer by layer.",
    4: "shows which weights moved most.",
}
Forms = tuple[str, ...]  # ways to say the same, the fullest first


def told(state: State, step: StepExplained, part: int) -> Forms:
    """The part of the step that is to be seen now, in a sentence."""
    guess = step.guess or state.guess
    if guess is None:
        return ("One step: guess, score, blame, nudge.",)
    tellers = (_guess, _score, _blame, _nudge)
    return tellers[max(1, min(part, len(PARTS))) - 1](guess, step)


def sentences(state: State, step: StepExplained) -> list[str]:
    """All that is said of each part of the step, at its fullest."""
    parts = range(1, len(PARTS) + 1)
    return [f"{told(state, step, part)[0]} {seen_in_the_machine(part)}" for part in parts]


def seen_in_the_machine(part: int) -> str:
    """What of this part the model drawn in one picture shows; "" where it is no more than is told."""
    return SEEN.get(part, "")


def quoted(token: str, beside: Iterable[str] = ()) -> str:
    """A token in quotes; what marks a beginning or an end, in words.

    Args:
        beside: tokens told with it. A space by which it differs from one of them is shown.
    """
    if words.is_mark(token):
        return words.token(token)
    bare = token.strip()
    alike = any(other != token and other.strip() == bare for other in beside)
    return f"‘{cut(one_line(token.replace(' ', '␣') if alike or not bare else bare), 24)}’"


def _guess(guess: Guessed, _: StepExplained) -> Forms:
    first, share = guess.top[0] if guess.top else ("", 0.0)
    before = one_line(guess.context[-200:]).strip()
    after = f"After “{last_words(before, ROOM)}” it" if before else "It"
    said = (
        f"guesses {quoted(first, (guess.truth,))}, with {numbers.finely(share)}. "
        f"What really comes is {quoted(guess.truth, (first,))}"
    )
    given = f", which it gave {numbers.finely(guess.probability)}."
    forms = (f"Guess: {after} {said}{given}", f"Guess: it {said}{given}", f"Guess: it {said}.")
    explained = words.of_capitals(first, guess.truth)
    return (*(f"{form} {explained}" for form in forms), *forms) if explained else forms


def _score(guess: Guessed, step: StepExplained) -> Forms:
    loss = -math.log(max(guess.probability, LEAST))
    said = f"Score: {numbers.figure(loss)}. That is the loss: the less it gave to what came, the higher."
    batch = f" The mean of all guesses of this step: {numbers.figure(step.loss_before)}."
    return (f"{said}{batch}", said)


def _blame(_: Guessed, step: StepExplained) -> Forms:
    said = "Blame: working backward through the layers finds which weights made it wrong."
    if not step.blamed:
        return (said,)
    most = step.blamed[0]
    part = f"{numbers.percent(most.share)} of the blame falls on {one_line(words.matrix(most.name))}."
    return (f"{said} {part}", f"Blame goes backward: {part}", "Blame goes backward.")


def _nudge(guess: Guessed, step: StepExplained) -> Forms:
    before, after = numbers.apart(guess.probability, step.probability_after)
    less = step.probability_after > guess.probability
    change = f"{quoted(guess.truth)} now gets {after} instead of {before}"
    verdict = "a little less wrong" if less else "no less wrong this time: other guesses gained"
    if before == after:
        change, verdict = f"{quoted(guess.truth)} gets {after} as before", "the nudge hardly changed it"
    return (
        f"Nudge: every weight moves a little against its blame. {change}: {verdict}.",
        f"Nudge: {change}: {verdict}.",
    )
