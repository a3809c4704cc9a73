"""Whole pairs in fine-tuning: the question, which is read and not scored; the answer by what it costs; and
what the model said itself before and says now."""

from collections.abc import Iterator

from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.events import PairsShown, ShownPair
from tui_trainer.messages.inspection import Looked
from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.ui.drawing.lines import BLANK, line
from tui_trainer.ui.renderers import surprise
from tui_trainer.ui.renderers.samples import by_base, marked, meaning
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.text import fit, fullest, wrap_answer, wrap_to

LABEL = 8  # cells of "learns  "
LINES = 3  # of an answer at most
READ = ("  (read, not scored)", "  (not scored)")


def board(scene: Scene, width: int, height: int) -> list[Strip]:
    """As many pairs as fit whole, one at least; over them by which weights, under them the colors."""
    state, ink = scene.state, scene.ink
    now, before = state.pairs, state.pairs_before
    if now is None:
        return []
    base = by_base(now.stage, now.step)
    marks = meaning([pair.right for pair in now.pairs], base)
    first = {} if before is None or before is now else {pair.question: pair for pair in before.pairs}
    held = "" if base else meaning([pair.right for pair in first.values()], base=True)
    step = f"step {numbers.count(now.step)} of {words.STAGE[now.stage]}"
    heads = (f"pairs that it learns from, at {step}", f"at {step}", f"step {numbers.count(now.step)}")
    head = fullest(heads, width - len(marks + held)) or fullest(heads, width - len(marks))
    marks += held if len(head + marks + held) <= width else ""
    rows = [line((head, ink.muted), (marks, ink.muted))]
    for number, pair in enumerate(now.pairs):
        block = list(_pair(scene, pair, first.get(pair.question), width, base))
        if number and len(rows) + len(block) + 1 > height - 1:
            break
        rows += [BLANK, *block] if number and height > 12 else block
    looked = _looked(now.pairs[0], now) if now.pairs else None
    return [*rows[: height - 1], surprise.scale(scene, looked, width)]


def _looked(pair: ShownPair, shown: PairsShown | None = None) -> Looked:
    """An answer as a text that was read; by which weights, if that is to be said."""
    if shown is None:
        return Looked(ends=pair.ends, losses=pair.losses, top=())
    return Looked(ends=pair.ends, losses=pair.losses, top=(), stage=shown.stage, step=shown.step)


def _pair(scene: Scene, pair: ShownPair, before: ShownPair | None, width: int, base: bool) -> Iterator[Strip]:
    ink, room = scene.ink, width - LABEL
    question = wrap_to(one_line(pair.question), room, 2)
    read = fullest((*READ, ""), room - len(question[-1]))
    for number, row in enumerate(question):
        more = read if number == len(question) - 1 else ""
        yield line((fit("" if number else "asked", LABEL), ink.faint), (row, ink.muted), (more, ink.faint))
    accent = ink.accent("finetune", bold=True)
    answer = surprise.board(scene, pair.answer, _looked(pair), room, LINES)
    for number, strip in enumerate(answer):
        yield Strip.join([line((fit("" if number else "learns", LABEL), accent)), strip])
    if before is not None:
        yield from _said(scene, "before", before, room, ink.muted, base=True)
    yield from _said(scene, "now", pair, room, ink.strong, base)


def _said(scene: Scene, label: str, pair: ShownPair, room: int, style: Style, base: bool) -> Iterator[Strip]:
    """What the model says itself; the base model only goes on with the question."""
    said = " ".join(several_lines(pair.said).split()) or "(it says nothing)"
    mark = marked(scene, pair.right, base)
    for number, row in enumerate(wrap_answer(said, room - len(mark[0]), 2)):
        lead = mark if not number else (" " * len(mark[0]), style)
        yield line((fit("" if number else label, LABEL), scene.ink.faint), lead, (row, style))
