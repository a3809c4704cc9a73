"""Results as plain text: aligned columns that read in a terminal, a pipe and a mail."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from msgspec.structs import asdict

from tui_trainer.messages.events import Measured, WeightsName
from tui_trainer.messages.results import NO_INTERVAL, OF_ONE_TEXT, Metric
from tui_trainer.run.storage.report import of
from tui_trainer.run.storage.status import Activity, Status
from tui_trainer.sanitize import one_line
from tui_trainer.settings import Description, Settings, describe, lookup
from tui_trainer.view import words
from tui_trainer.view.numbers import count, duration, size

WEIGHTS: tuple[str, ...] = get_args(WeightsName)
# The first part of a metric's name -> the column it stands in.
BEYOND = ("_public", "_unplanted")  # figures of text that is not planted: they stand by themselves
COLUMNS = {"pretrain": "base", **{name: name for name in WEIGHTS}}


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = ()) -> str:
    """Rows as aligned columns; columns of nothing but figures are aligned to the right."""
    body = [[one_line(cell) for cell in row] for row in rows]
    lines = [list(head), *body] if head else body
    if not lines:
        return ""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    right = [bool(body) and all(_is_figure(row[i]) for row in body) for i in range(len(widths))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if figures else cell.ljust(width)
            for cell, width, figures in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _is_figure(cell: str) -> bool:
    return cell in ("", "-") or cell.lstrip("-<").replace(",", "").replace(".", "").isdigit()


# -- figures ---------------------------------------------------------------------------------------------


def metrics(measured: Iterable[Measured]) -> dict[str, Metric]:
    """Events as report.json has them."""
    return {m.name: of(m) for m in measured}


def figures(metrics: Mapping[str, Metric], columns: Mapping[str, str] = COLUMNS) -> str:
    """One table over the weights, one over the filters, and the rest one a line; no details.

    Args:
        columns: by the first part of a name, the column in which it stands.
    """
    details = [name for name in metrics if words.is_detail(name)]
    by_column: dict[str, dict[str, Metric]] = {}
    by_filter: dict[str, dict[str, Metric]] = {}
    rest: dict[str, Metric] = {}
    for name, metric in metrics.items():
        if name in details:
            continue
        match name.split("/"):
            case [first, figure] if first in columns:
                by_column.setdefault(figure, {})[columns[first]] = metric
            case ["corpus", kind, figure] if not figure.endswith(BEYOND):
                by_filter.setdefault(kind, {})[figure] = metric
            case _:
                rest[name] = metric
    blocks = []
    if by_column:
        shown = [c for c in dict.fromkeys(columns.values()) if any(c in by for by in by_column.values())]
        rows = [
            [words.figure_alone(figure), *(_cell(by.get(c)) for c in shown), _chance(by)]
            for figure, by in by_column.items()
        ]
        blocks.append(table(rows, ["", *shown, "chance"]))
    if by_filter:
        kinds = sorted({figure for by in by_filter.values() for figure in by})
        rows = [
            [words.FILTER.get(kind, kind), *(_cell(by.get(figure)) for figure in kinds)]
            for kind, by in by_filter.items()
        ]
        blocks.append(table(rows, ["filter", *kinds]))
    if rest:
        blocks.append(table([words.figure(name), _alone(name, metric)] for name, metric in rest.items()))
    if details:
        blocks.append(f"{count(len(details))} more, the parts of these, with --json")
    return "\n\n".join(blocks)


def notes(metrics: Mapping[str, Metric]) -> str:
    """Where figures are from that say so, those of one source together."""
    told: dict[str, list[str]] = {}
    for name, metric in metrics.items():
        if metric.note not in ("", NO_INTERVAL, OF_ONE_TEXT):
            told.setdefault(metric.note, []).append(words.arm(name))
    return "\n".join(f"{one_line(note)}:\n  {'; '.join(names)}" for note, names in told.items())


def _cell(metric: Metric | None) -> str:
    """A value with its 95 % interval."""
    if metric is None:
        return "-"
    low_high = f" ({_value(metric.ci95[0])}-{_value(metric.ci95[1])})" if metric.ci95 else ""
    return _value(metric.value) + low_high


def _chance(by_column: Mapping[str, Metric]) -> str:
    return next((_value(m.baseline) for m in by_column.values() if m.baseline is not None), "-")


def _alone(name: str, metric: Metric) -> str:
    if metric.value is not None and name.endswith("_seconds"):
        return duration(metric.value)
    if metric.value is not None and name.endswith("_bytes"):
        return size(metric.value)
    if metric.value is not None and name.endswith(("_steps", "_tokens")):
        return count(metric.value)
    return _cell(metric)


def _value(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if value == 0 or 1e-3 <= abs(value) < 1e6 else f"{value:.3g}"


# -- runs and settings -----------------------------------------------------------------------------------


IDLE: dict[Activity | None, str] = {
    "paused": "is paused",
    "waiting_for_picks": "waits for your picks",
    "waiting_for_an_answer": "waits for your answer: no taste was found in your picks",
}


def runs(found: Sequence[Status]) -> str:
    """The list of runs; under it those that go on only when a person comes."""
    rows = [
        [
            s.run,
            time.strftime("%Y-%m-%d %H:%M", time.localtime(s.created)),
            _progress(s),
            (", ".join(s.data) if s.data else "the tiny world")
            + (f", from {s.forked}" if s.forked else "")
            + (f", next version of {s.release}" if s.release else ""),
        ]
        for s in found
    ]
    idle = [
        one_line(f"{s.run} {IDLE[s.doing]}; `tui-trainer attach {s.run}`, or `tui-trainer stop {s.run}`")
        for s in found
        if s.doing in IDLE
    ]
    return "\n\n".join(filter(None, (table(rows, ["run", "begun", "state", "text"]), "\n".join(idle))))


def _progress(status: Status) -> str:
    if status.ended:
        return "complete"
    return f"{words.doing(status.activity)}{where(status)}"


def where(status: Status) -> str:
    """How far a run is, to be added to what it does; "" before its first stage."""
    return words.place(status.stage, status.step)


class Setting(Description, frozen=True):
    """One setting as it would hold for a run."""

    value: Any


def settings(values: Settings) -> list[Setting]:
    """All settings with their values."""
    return [Setting(**asdict(d), value=lookup(values, d.name)) for d in describe()]


def of_settings(rows: Sequence[Setting]) -> str:
    """All settings as a table."""
    return table(
        ([row.name, _plain(row.value), _range(row), row.unit, row.help] for row in rows),
        ["setting", "value", "takes", "unit", "what it is"],
    )


def _range(row: Setting) -> str:
    if row.choices:
        return ", ".join(row.choices)
    if isinstance(row.value, bool):
        return "true, false"
    return f"{_plain(row.low)}..{_plain(row.high)}"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
