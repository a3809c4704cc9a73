"""The list of runs as lines: a tree of names, what each is at, its main figures; and one run in words."""

from collections.abc import Sequence

from textual.strip import Strip

from tui_trainer.sanitize import one_line
from tui_trainer.settings import lookup
from tui_trainer.ui.drawing.lines import Part, line, paragraph
from tui_trainer.ui.drawing.styles import Ink
from tui_trainer.ui.run_files.run_list import COLUMNS, Listed
from tui_trainer.view import numbers, words
from tui_trainer.view.changes import changes
from tui_trainer.view.text import cut, fit

NAME, FIGURE = 38, 11  # cells of a name with its place in the tree, and of a figure
STATE = 14  # cells of what a run is at, at least


def _columns(width: int) -> list[str]:
    """Those that there is room for."""
    return [column for column, _ in COLUMNS[: max(0, (width - NAME - STATE) // FIGURE)]]


def titles(ink: Ink, width: int) -> Strip:
    """Over the columns."""
    columns = _columns(width)
    state = width - NAME - FIGURE * len(columns)
    figures: list[Part] = [(column.rjust(FIGURE), ink.muted) for column in columns]
    return line((fit("  run", NAME), ink.muted), (fit("is", state), ink.muted), *figures)


def row(ink: Ink, run: Listed, chosen: bool, here: bool, width: int) -> Strip:
    """One run; `chosen`: the cursor is on it, `here`: it is the one on the screen."""
    columns = _columns(width)
    sign = ("▸ ", ink.accent("feedback")) if chosen else ("  ", ink.text)
    room = NAME - 2 - len(run.branch)
    name = cut(one_line(run.folder.id), room - 3) + (" ◂" if here else "")
    style = ink.strong if chosen or here else ink.text
    parts: list[Part] = [sign, (run.branch, ink.faint), (fit(name, room), style)]
    room = width - NAME - FIGURE * len(columns)
    if run.status is None:
        return line(*parts, ("can't be read", ink.warn))
    parts.append((fit(_state(run, room), room), ink.accent(run.status.stage) if run.lives else ink.muted))
    for column in columns:
        found = (run.figures or {}).get(column)
        parts.append(((_value(*found) if found else "–").rjust(FIGURE), ink.text))
    return line(*parts)


def about(ink: Ink, run: Listed, runs: Sequence[Listed], here: bool, width: int) -> list[Strip]:
    """Its text, where it came from with all that it does otherwise, and its figures in words."""
    if run.trouble:
        return paragraph(run.trouble, ink.warn, width)
    plan = run.folder.plan
    texts = one_line(", ".join(plan.data)) if plan.data else "the tiny world"
    now = "On the screen now. " if here else ""
    rows = paragraph(f"{now}Preset {plan.preset}, seed {plan.seed}, {texts}.", ink.text, width, 2)
    rows += paragraph(origin(run, runs), ink.text, width, 4)
    said = "; ".join(_said(name, value) for name, value in (run.figures or {}).values())
    return [*rows, *paragraph(f"{said[:1].upper()}{said[1:]}.", ink.muted, width)] if said else rows


def origin(run: Listed, runs: Sequence[Listed]) -> str:
    """Which run it came from, and all that it does otherwise."""
    plan = run.folder.plan
    if plan.forked is None and plan.release is not None:
        older = one_line(plan.release.source)
        return f"Version {plan.number} of its model: trained whole, on the world of {older} some years later."
    if plan.forked is None:
        base = "" if plan.base is None else one_line(plan.base.source)
        return f"Stands on the base of {base}." if base else "Began from nothing."
    forked = plan.forked
    source = next((other for other in runs if other.folder.id == forked.source), None)
    before = None
    if source is not None:
        before = {name: lookup(source.folder.plan.settings, name) for name in forked.changes}
    changed = "; ".join(changes(forked.changes, before)) or "nothing"
    picks = f", with its {numbers.plural(forked.picks, 'pick')}" if forked.picks else ""
    stage = words.STAGE[forked.stage]
    return f"Goes on at {stage} from {one_line(forked.source)}{picks}. Changed: {changed}."


def _state(run: Listed, width: int) -> str:
    """What a run is at, as fully as there is room."""
    status = run.status
    assert status is not None
    if status.ended:
        return "complete"
    doing = words.doing(status.activity)
    places = words.place(status.stage, status.step), words.place(status.stage, 0), ""
    said = next((f"{doing}{place}" for place in places if len(doing + place) < width), doing)
    return said if len(said) < width else said.partition(" ")[0]


def _said(name: str, value: float) -> str:
    return f"{words.figure_alone(name).removesuffix(' ↓')}: {_value(name, value)}"


def _value(name: str, value: float) -> str:
    return numbers.percent(value) if words.is_share(name) else numbers.figure(value, 3)
