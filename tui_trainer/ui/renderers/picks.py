"""The picks in words: how many say something, how well they were foreseen, what had been expected."""

from textual.strip import Strip

from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, ends, line, link
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, taste, words
from tui_trainer.view.state import Pick
from tui_trainer.view.text import cut, fit, fullest

ROOMY = 74  # cells
NAMED = 34  # cells of what was picked
GAP = 3  # cells between two figures: with fewer they read as one sentence


def share(found: tuple[int, int]) -> str:
    """ "67 % of 18 (maybe 44–84 %)", "1 of 2 (maybe 9–91 %)": a proportion and its 95 % interval."""
    k, n = found
    return f"{numbers.of(k / n, n)} ({numbers.maybe(proportion_interval(k, n))})"


def progress(scene: Scene, width: int) -> Strip:
    """How many picks are made, by whom, and how well they were foreseen."""
    state, ink = scene.state, scene.ink
    if state.picks and state.picks[-1].picked.simulated:
        return _simulated(scene, width)
    made, fitted = sum(state.pick_counts.values()), state.fitted
    useful = fitted.picks if fitted is not None else 0
    left = line(
        (f"{made}", ink.strong),
        (" picks, " if made != 1 else " pick, ", ink.muted),
        (f"{useful}", ink.strong),
        # An answer of one's own is better than both that were shown: two of them.
        (" useful comparison" + ("s" if useful != 1 else "") if width >= ROOMY else " useful", ink.muted),
    )
    right = BLANK
    if fitted is not None and fitted.recent[1]:
        said = share(fitted.recent).replace(" of ", " of the last ", 1)
        if left.cell_length + len(f"predicted {said}") + GAP > width:
            said = said.partition(" (")[0]
        head, _, rest = said.partition(" of ")
        right = line(("predicted ", ink.muted), (head, ink.strong), (f" of {rest}", ink.muted))
    return ends(left, right, width)


def _simulated(scene: Scene, width: int) -> Strip:
    state, ink = scene.state, scene.ink
    made = sum(state.pick_counts.values())
    total = int(state.setting("feedback.picks") or 0)
    parts = [(f"{made}", ink.strong), (f" of {total} picks " if total else " picks ", ink.muted)]
    if total and width >= 76:
        parts += bar(made / total, 12, ink.accent("feedback"), ink.faint)
    rater = one_line(state.picks[-1].picked.rater)
    parts += [(" ", ink.text), (f" simulated: {rater} ", ink.key)]
    fitted = state.fitted
    left = line(*parts)
    if fitted is None or fitted.agreement is None:
        return ends(left, BLANK, width)
    agreement = [("predicted ", ink.muted), (numbers.percent(fitted.agreement), ink.strong)]
    if fitted.agreement_ci95 is not None:
        agreement.append((f" ({numbers.maybe(fitted.agreement_ci95)})", ink.muted))
    # What does not fit is left out whole: the interval, the first word, all of it.
    for shown in (agreement, agreement[:2], agreement[1:2]):
        if left.cell_length + sum(len(text) for text, _ in shown) < width:
            return ends(left, line(*shown), width)
    return ends(left, BLANK, width)


def reveal(scene: Scene, width: int) -> Strip:
    """What the reward model had expected of the last pick, and how sure it was; the fullest that is whole."""
    ink, state = scene.ink, scene.state
    last = state.picks[-1] if state.picks else None
    if last is None or last.pair is None:
        return line(("After each pick you see what the reward model expected.", ink.muted))
    choice, pair = last.picked.choice, last.pair
    head: Part = (f"pick {pair.pair + 1}: {words.CHOICE[choice]}.", ink.text)
    again = _again(scene, last)
    if again is not None:
        full, short = " You had seen it before, sides exchanged: ", " A repeat, sides exchanged: "
        forms = [[head, (said, ink.muted), again] for said in (full, short, " A repeat: ")]
    else:
        expected = "a" if pair.predicted_a >= 0.5 else "b"
        given = max(pair.predicted_a, 1 - pair.predicted_a)
        knew = abs(pair.predicted_a - 0.5) >= 0.005
        said = f" It guessed {expected.upper()}, {numbers.percent(given)} sure" if knew else " It had no idea"
        between, judged = "", []
        if pair.predicted_ci95 is not None:
            low, high = pair.predicted_ci95
            between = f" ({numbers.maybe((low, high) if expected == 'a' else (1 - high, 1 - low))})"
        if choice in ("a", "b") and knew:
            judged = [(": right", ink.good) if choice == expected else (": wrong", ink.warn)]
        forms = [[head, (said, ink.muted), (more, ink.muted), *judged] for more in (between, "")]
    rows = [line(*parts) for parts in forms]
    return next((row for row in rows if row.cell_length <= width), rows[-1])


def history(scene: Scene, width: int, height: int) -> list[Strip]:
    """The picks before the last one, the latest first: what was picked, and whether it was expected."""
    earlier = list(scene.state.picks)[-2::-1]
    if not earlier or height < 3:
        return []
    ink = scene.ink
    rows = [line(("earlier picks, ✓ where the reward model had expected it", ink.muted))]
    for pick in earlier[: height - 1]:
        choice, pair = pick.picked.choice, pick.pair
        sign: Part = ("  ", ink.text)
        if pair is not None and choice in ("a", "b") and abs(pair.predicted_a - 0.5) >= 0.005:
            expected = (choice == "a") == (pair.predicted_a >= 0.5)
            sign = ("✓ ", ink.good) if expected else ("✗ ", ink.warn)
        said = fit(words.CHOICE[choice], NAMED)
        prompt = "" if pair is None else cut(f"“{one_line(pair.prompt)}”", width - NAMED - 8)
        rows.append(
            line((f"{pick.picked.pair + 1:>4}  ", ink.muted), sign, (said, ink.text), (prompt, ink.muted))
        )
    return rows


def _again(scene: Scene, last: Pick) -> Part | None:
    """Whether a pair that was shown again was picked as the first time."""
    if last.pair is None or last.pair.repeats is None:
        return None
    first = next((p.picked.choice for p in scene.state.picks if p.picked.pair == last.pair.repeats), None)
    turned = {"a": "b", "b": "a"}.get(last.picked.choice, last.picked.choice)
    return ("as then", scene.ink.good) if first == turned else ("not as then", scene.ink.warn)


def offer(scene: Scene, width: int) -> Strip | None:
    """The offer to go on, once a taste is found; before that, what is wanting."""
    fitted, ink = scene.state.fitted, scene.ink
    asked = scene.steers and not scene.state.enough and not scene.state.picks_again
    if fitted is None or fitted.expected is None or not asked:
        return None
    tested, expected = fitted.tested, numbers.percent(fitted.expected)
    if fitted.enough and tested is not None:  # an older log's was said without a test
        on = " goes on to reinforcement"
        rare = f" A taste is found: a coin gets as far in {numbers.finely(tested.share)} of tries."
        key = f" {scene.key_of('go_on')} "
        forms = (f"{on}; or keep picking.{rare}", f"{on}; or keep picking.", f"{on}.")
        return line(
            ("Good enough. ", ink.good + ink.strong),
            (key, link(ink.key, "app.do('go_on')")),
            (fullest(forms, width - len(f"Good enough. {key}")), ink.text),
        )
    said: tuple[str, ...] = (
        f"Keep picking: so far it expects to predict {expected} of your other picks.",
        f"Keep picking: it would predict {expected} of your other picks.",
    )
    if tested is not None and not tested.reason:
        said = ("Keep picking: a taste begins to show.",)
    elif tested is not None:
        coin = f"a coin gets as far in {numbers.finely(tested.share)} of tries"
        said = (
            f"Keep picking: no taste is found yet, for {coin}. {taste.wanted(tested)}.",
            f"Keep picking: no taste yet; {coin}.",
            f"Keep picking: no taste yet; {numbers.finely(tested.share)} of coins get as far.",
            "Keep picking: no taste is found yet.",
        )
    return line((fullest(said, width), ink.muted))


def steadiness(scene: Scene, width: int) -> list[Strip]:
    """How steady the rater is: pairs shown twice, and a lean to one side."""
    fitted, ink = scene.state.fitted, scene.ink
    if fitted is None:
        return []
    rows = []
    if fitted.alike[1]:
        found = share(fitted.alike)
        forms = ("of pairs shown twice, sides exchanged, picked alike: ", "shown twice, picked alike: ")
        rows.append(line((fullest(forms, width - len(found)), ink.muted), (found, ink.text)))
    if fitted.left[1]:
        found = share(fitted.left)
        forms = ("; sides are shuffled, so 50 % is no lean", "; 50 %: no lean")
        rest = fullest(forms, width - len("left side picked: " + found))
        rows.append(line(("left side picked: ", ink.muted), (found, ink.text), (rest, ink.muted)))
    return rows
