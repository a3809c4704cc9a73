"""Before or after? The blind test at the end, and what came of it."""

from textual.strip import Strip

from tui_trainer.messages.events import PairOffered
from tui_trainer.ui.drawing.lines import filled, line, paragraph
from tui_trainer.ui.renderers import two_answers
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, taste
from tui_trainer.view.state import Pick
from tui_trainer.view.text import fullest

KEYS = (*two_answers.PICKING[:5], ("G", "go_on", "end the test", "end"))
FIGURE, ESTIMATE = "aligned/blind_win_rate", "aligned/win_rate_estimate"


def board(scene: Scene, pair: PairOffered, width: int, height: int) -> list[Strip]:
    """A pair of it, with what the one before had been."""
    ink, done = scene.ink, scene.state.blind
    said = (
        "Before or after? One answer is by the model before your picks, one by the model after. "
        "Which is better?"
    )
    head = paragraph(said, ink.text, width, 2)
    live = scene.steers and not scene.sent
    foot = [_reveal(scene, done[-1], pair)] if done else []
    if not done and pair.blind_pairs:
        foot = [line((taste.blind_pair(pair, scene.state), ink.muted))]
    foot.append(two_answers.key_line(scene, KEYS, width) if live else two_answers.waiting(scene))
    room = height - len(head) - len(foot)
    return [*head, *filled(two_answers.board(scene, pair, None, width, room, live), room), *foot]


def _reveal(scene: Scene, last: Pick, now: PairOffered) -> Strip:
    ink, pair = scene.ink, last.pair
    assert pair is not None  # a pair of the test is always at hand
    of = f" of {now.blind_pairs}" if now.blind_pairs else ""
    number = f"{len(scene.state.blind)}{of} done; "
    if last.preferred is None:
        a, b = ("after", "before") if pair.swapped else ("before", "after")
        return line((f"{number}the last pair had been: A {a}, B {b}", ink.muted))
    style = ink.good if last.preferred == "after" else ink.warn
    return line((f"{number}you preferred the model ", ink.muted), (last.preferred, style))


def result(scene: Scene, width: int) -> list[Strip]:
    """What came of it, once it is there; under it what the reward model guesses."""
    found, ink = scene.state.measured.get(FIGURE), scene.ink
    guessed = scene.state.measured.get(ESTIMATE)
    rows = []
    if found is not None:
        low, high = found.ci95 or (found.value, found.value)
        means = "; a coin could do that" if low <= 0.5 <= high else ""
        share, of = numbers.percent(found.value), f" of {found.n} ({numbers.interval((low, high))})"
        heads = ("your own blind test: after beat before in ", "blindly, after beat before in ", "blindly: ")
        head = fullest(heads, width - len(share + of))
        rest = fullest((f"{of}{means}", of), width - len(head + share))
        rows.append(line((head, ink.text), (share, ink.strong), (rest, ink.muted)))
    if guessed is not None:
        interval = numbers.interval(guessed.ci95 or (guessed.value, guessed.value))
        of = "the reward model's estimate, as far as its features can tell your taste: "
        said = fullest((of, "estimate, as far as features can tell: ", "estimate: "), width - 16)
        rows.append(line((f"{said}{numbers.percent(guessed.value)} ({interval})", ink.muted)))
    return rows
