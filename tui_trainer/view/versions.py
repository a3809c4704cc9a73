"""Two versions of a model in words: what each figure is of, and what the newer one cost again."""

from tui_trainer.messages.versions import Row, Share, Versions
from tui_trainer.view.numbers import count, duration, interval, percent, short, signed

STRANGER = "the same, in a stranger's words"


def years(found: Versions) -> str:
    """Those that only the newer one read about."""
    first, last = found.first.cutoff + 1, found.second.cutoff
    return str(first) if first == last else f"{first}–{last}"


def said(row: Row, found: Versions) -> str:
    """What a row's figure is of."""
    match row.name:
        case "old/knows":
            return f"up to {found.first.cutoff}: answers rightly"
        case "new/knows":
            return f"new in {years(found)}: answers rightly"
        case "new/doesnt_know":
            return f"new in {years(found)}: says it can't know"
        case "after/doesnt_know":
            return f"after {found.second.cutoff}: says it can't know"
        case _:
            return STRANGER


def share(found: Share) -> str:
    """A share with its interval: 85 % (78–90)."""
    return f"{percent(found.value)} ({interval(found.ci95)})"


def gained(row: Row) -> str:
    """The second less the first, in points of percent; "" where facts were asked for more than once."""
    if row.gained is None:
        return ""
    low, high = (signed(100 * end, 0) for end in row.gained.ci95)
    return f"{signed(100 * row.gained.value, 0)} ({low} to {high})"


def costs(found: Versions) -> list[tuple[str, str, str]]:
    """What each took: its name, the first's, the second's."""
    a, b = found.first, found.second
    return [
        ("tokens read in training", count(a.tokens), count(b.tokens)),
        ("FLOPs of that, an estimate", short(a.flops), short(b.flops)),
        ("computing, all stages", duration(a.seconds), duration(b.seconds)),
    ]
