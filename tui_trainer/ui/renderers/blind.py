"""Before or after? The blind test at the end, and what came of it: which was which is told after it."""

from textual.strip import Strip

from tui_trainer.messages.events import PairOffered
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, Part, filled, line, paragraph
from tui_trainer.ui.renderers import two_answers
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, taste, words
from tui_trainer.view.state import BLIND_FIGURE
from tui_trainer.view.text import cut, fullest, holds, wrap_answer

KEYS = (*two_answers.PICKING[:5], ("G", "go_on", "end the test", "end"))
EQUAL, UNCOUNTED = "equal, counted half:", "not counted:"  # of those where both are bad, or that are skipped
ESTIMATE = "aligned/win_rate_estimate"


def board(scene: Scene, pair: PairOffered, width: int, height: int) -> list[Strip]:
    """A pair of it."""
    ink = scene.ink
    said = (
        "Before or after? One answer is by the model before your picks, one by the model after. "
        "Which is better?"
    )
    head = paragraph(said, ink.text, width, 2)
    live = scene.steers and not scene.sent
    number = taste.blind_pair(pair, scene.state)
    forms = (f"{number}. Which was which is told at the end.", f"{number}; told at the end")
    foot = [line((fullest(forms, width), ink.muted))]
    foot.append(two_answers.key_line(scene, KEYS, width) if live else two_answers.waiting(scene))
    room = height - len(head) - len(foot)
    return [*head, *filled(two_answers.board(scene, pair, None, width, room, live), room), *foot]


def result(scene: Scene, width: int) -> list[Strip]:
    """What came of it, once it is over, and which pairs went which way."""
    state, ink = scene.state, scene.ink
    found = state.measured.get(BLIND_FIGURE)
    if found is None:
        return []
    low, high = found.ci95 or (found.value, found.value)
    means = "; a coin could do it" if low <= 0.5 <= high else ""
    share, _, many = numbers.of(found.value, found.n).partition(" of ")
    of = f" of {many} ({numbers.maybe((low, high))})"
    heads = ("your own blind test: after beat before in ", "blindly, after beat before in ", "blindly: ")
    rest = f"{of}{means}"
    if len(f"{heads[-1]}{share}{rest}") > width:
        rest = of
    head = fullest(heads, width - len(share + rest))
    rows = [line((head, ink.text), (share, ink.strong), (rest, ink.muted))]
    ways: dict[str, list[str]] = {"after": [], "before": [], EQUAL: [], UNCOUNTED: []}
    for number, pick in enumerate(state.blind, 1):
        ways[pick.preferred or (EQUAL if pick.picked.choice == "tie" else UNCOUNTED)].append(str(number))
    preferred = "; ".join(f"{way} {' '.join(numbers_)}" for way, numbers_ in ways.items() if numbers_)
    key, half = scene.key_of("taste"), "a tie counts half; " if ways[EQUAL] else ""
    forms = (
        f"which you preferred, by pair: {preferred}. {key} shows them.",
        f"{half}{key} shows it pair by pair",
    )
    said = next((form for form in forms if holds(form, width, 2)), forms[-1])
    return rows + (paragraph(said, ink.muted, width, 2) if state.blind else [])


def pairs(scene: Scene, width: int) -> list[Strip]:
    """Every pair of the test, and which model wrote what; nothing before the test is over."""
    state, ink = scene.state, scene.ink
    if not state.unblinded or not state.blind:
        return []
    rows = [line(("the blind test, pair by pair", ink.strong))]
    for number, pick in enumerate(state.blind, 1):
        pair = pick.pair
        assert pair is not None  # a pair of the test is always at hand
        asked = cut(f"“{one_line(pair.prompt)}”", width - 5)
        rows.append(line((f"{number:>3}  ", ink.text), (asked, ink.muted)))
        before, after = (pair.b, pair.a) if pair.swapped else (pair.a, pair.b)
        for which, answer in (("before", before), ("after", after)):
            chosen = pick.preferred == which
            style = ink.text if chosen else ink.muted
            label: tuple[Part, ...] = (("✓ " if chosen else "  ", ink.good), (f"{which:<8}", style))
            for row in wrap_answer(one_line(answer).strip() or "(it said nothing)", width - 15, 3):
                rows.append(line((" " * 5, style), *label, (row, style)))
                label = ((" " * 10, style),)
        if pick.preferred is None:
            rows.append(line((f"     {words.CHOICE[pick.picked.choice]}", ink.muted)))
    return [*rows, BLANK]


def estimate(scene: Scene, width: int) -> list[Strip]:
    """What the reward model thinks of it: it is no judge, for the model was trained to please it."""
    guessed, ink = scene.state.measured.get(ESTIMATE), scene.ink
    if guessed is None:
        return []
    reinforced = scene.state.reinforced
    loose = reinforced is not None and reinforced.leash == 0
    low, high = guessed.ci95 or (guessed.value, guessed.value)
    between = f" ({numbers.maybe((low, high))})" if low < high else ""
    value = f"{numbers.percent(guessed.value)}{between}"
    opinion = f"The reward model thinks that after beats before in {value}: its own opinion, which the model "
    opinion += "was trained to please"
    forms = (
        f"{opinion}{', with no leash: no sign that the answers are better' if loose else ''}.",
        f"{opinion}.",
        f"By the reward model, which it was trained to please: {value}.",
    )
    said = next((form for form in forms if holds(form, width, 2)), forms[-1])
    return paragraph(said, ink.warn if loose else ink.muted, width, 3)
