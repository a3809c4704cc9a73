"""Two answers to choose between, or the two that were last chosen between."""

from collections.abc import Sequence

from textual.strip import Strip

from tui_trainer.messages.events import Choice, PairOffered
from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.ui.drawing.lines import Part, beside, ends, line, link, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.view import noise, numbers
from tui_trainer.view.text import cut, fullest, wrap_answer, wrap_to

SIDE_BY_SIDE = 56  # cells; below, the answers stand under each other
MOST = 40  # lines of an answer that are asked room for


def needed(pair: PairOffered, width: int) -> int:
    """Lines that it takes to show the prompt and both answers to their ends."""
    aside = width >= SIDE_BY_SIDE
    column = (width - 3) // 2 if aside else width
    answers = [1 + len(wrap_to(_said(pair, side), column, MOST)) for side in ("a", "b")]
    return len(wrap_to(_asked(pair), width, 2)) + (max(answers) if aside else 2 * max(answers))


def _asked(pair: PairOffered) -> str:
    return f"“{one_line(pair.prompt)}”"


def _said(pair: PairOffered, side: Choice) -> str:
    return several_lines(pair.a if side == "a" else pair.b).strip() or "(it said nothing)"


def board(
    scene: Scene, pair: PairOffered, chosen: Choice | None, width: int, height: int, live: bool
) -> list[Strip]:
    """The prompt and both answers.

    Args:
        chosen: what was picked; None while the pick is open.
        live: whether keys pick from it now.
    """
    ink = scene.ink
    rows = paragraph(_asked(pair), ink.strong, width, 2 if height > 8 else 1)
    signs = fullest(noise.strange(scene.vocabulary, (pair.a, pair.b), (pair.prompt,)), width)
    foot = [line((signs, ink.muted))] if signs and needed(pair, width) < height else []
    room = height - len(rows) - len(foot)
    if width >= SIDE_BY_SIDE:
        half = (width - 3) // 2
        left = _answer(scene, "a", pair, chosen, half, room, live)
        right = _answer(scene, "b", pair, chosen, half, room, live)
        return [*rows, *beside([(left, half), (right, half)], room, line((" │ ", ink.faint))), *foot]
    upper = room // 2
    first = _answer(scene, "a", pair, chosen, width, upper, live)
    return [*rows, *first, *_answer(scene, "b", pair, chosen, width, room - len(first), live), *foot]


def _answer(
    scene: Scene, side: Choice, pair: PairOffered, chosen: Choice | None, width: int, height: int, live: bool
) -> list[Strip]:
    ink = scene.ink
    accent = ink.accent("feedback", bold=True)
    name = side.upper()
    picked = chosen == side
    key = link(ink.key, f"app.do('pick_{side}')") if live else accent
    left = line((f" {name} ", key), (" picked" if picked else "", ink.good))
    right = line(("", ink.text))
    if chosen is not None:
        expected = pair.predicted_a if side == "a" else 1 - pair.predicted_a
        right = line((f"expected {numbers.percent(expected)}", ink.muted))
    if picked:
        left = line((f" ✓ {name} ", ink.good + ink.strong), (" picked", ink.good))
    faded = chosen is not None and chosen != side and chosen in ("a", "b")
    said = _said(pair, side)
    style = ink.muted if faded else ink.text
    body = [line((row, style)) for row in wrap_answer(said, width, max(1, height - 1))]
    return [ends(left, right, width), *body][:height]


# Key, action, label, and the label where there is little room.
PICKING = (
    ("a", "pick_a", "", ""),
    ("b", "pick_b", "", ""),
    ("t", "pick_tie", "tie", "tie"),
    ("x", "pick_both_bad", "both bad", "bad"),
    ("s", "pick_skip", "skip", "skip"),
    ("U", "pick_undo", "undo", "undo"),
    ("O", "pick_own", "own answer", "own"),
    ("G", "go_on", "go on", "go on"),
)
MORE = (
    ("P", "prompts", "prompts", "prompts"),
    ("R", "taste", "reward model", "reward model"),
    ("L", "ledger", "ledger", "ledger"),
    ("S", "simulate", "let a program pick", "simulate"),
)


def keys(scene: Scene, width: int, height: int = 1) -> list[Strip]:
    """The keys that pick, written out; in two lines also those that do more."""
    rows = [key_line(scene, PICKING, width)]
    return rows if height < 2 else [*rows, key_line(scene, MORE, width)]


def waiting(scene: Scene) -> Strip:
    """What stands in the place of the keys where none picks now."""
    said = {
        "replay": "As it was picked when this run was made.",
        "view": "Another screen picks; this one looks on.",
        "control": "… telling the trainer",
    }[scene.mode]
    if scene.state.picks_again and scene.mode != "replay":
        said = "As it was picked in the run before: nothing is asked of you."
    return line((said, scene.ink.muted))


def key_line(scene: Scene, named: Sequence[tuple[str, str, str, str]], width: int) -> Strip:
    """Keys with what they do, in few words where there is little room."""
    ink = scene.ink
    for gap, short in (("  ", False), (" ", False), (" ", True)):
        parts: list[Part] = []
        for _, action, label, brief in named:
            said = brief if short else label
            parts.append((f" {scene.key_of(action)} ", link(ink.key, f"app.do('{action}')")))
            parts.append((f" {said}{gap}" if said else gap, ink.muted))
        parts[-1] = (parts[-1][0].rstrip(), ink.muted)
        if (shown := line(*parts)).cell_length <= width:
            return shown
    return line((cut("  ".join(key for key, *_ in named), width), ink.text))
