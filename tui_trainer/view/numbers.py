"""How numbers, sizes and times are written everywhere on the screen."""

import math
from collections.abc import Callable

LEAST = 1e-4  # a figure nearer to zero is only said to be less
FEW = 10  # of fewer things a share is said as a count


def count(value: float) -> str:
    """12,345"""
    return f"{value:,.0f}"


def short(value: float) -> str:
    """Three digits and a letter: 987, 12.3k, 4.56M, 1.20T."""
    if not math.isfinite(value):
        return "-"
    letter = ""
    for letter in ("", "k", "M", "G", "T"):
        if abs(value) < 999.5 or letter == "T":
            break
        value /= 1000
    if not letter:
        return f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    digits = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    return f"{value:.{digits}f}{letter}"


def size(value: float) -> str:
    """Bytes: 812 B, 12.3 kB, 4.56 MB."""
    text = short(value)
    return f"{text[:-1]} {text[-1]}B" if text[-1].isalpha() else f"{text} B"


def duration(seconds: float) -> str:
    """0:07, 2:41, 1:02:03."""
    if not math.isfinite(seconds):
        return "-:--"
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def roughly(seconds: float) -> str:
    """A time that is only estimated, in words: half a minute, 3 minutes, 2 hours."""
    if not math.isfinite(seconds) or seconds < 20:
        return "a few seconds" if math.isfinite(seconds) else "an unknown time"
    if seconds < 45:
        return "half a minute"
    if seconds < 90 * 60:
        return plural(max(1, round(seconds / 60)), "minute")
    return plural(round(seconds / 3600), "hour")


def plural(number: int, thing: str) -> str:
    """1 answer, 2 answers."""
    return f"{count(number)} {thing}" + ("" if number == 1 else "s")


def of(share: float, number: int | None, thing: str = "") -> str:
    """A share of so many: "78 % of 18"; of few as a count, a tie counted half: "2.5 of 4", "1 of 1 pair"."""
    number = number or 0
    many = plural(number, thing) if thing else count(number)
    return f"{round(2 * share * number) / 2:g} of {many}" if number < FEW else f"{percent(share)} of {many}"


def percent(value: float) -> str:
    """A share: 3 %, 0.4 %, 97 %; never 0 % or 100 % of what is not quite."""
    if not math.isfinite(value):
        return "- %"
    share = 100 * value
    if 0 < share < 0.95 or 99.5 <= share < 100:
        return "<0.1 %" if share < 0.05 else f"{min(share, 99.9):.1f} %"
    return f"{share:.0f} %"


def tenths(value: float) -> str:
    """A share in a column of others, by tenths of a percent: 57.3 %, 0.4 %, <0.1 %, 0 %."""
    share = 100 * value
    if not math.isfinite(share) or 0 <= share < 0.05 or share >= 99.95:
        return percent(value)
    return f"{share:.1f} %"


def finely(value: float) -> str:
    """A share of which small changes count: 0.049 %, 0.31 %, 4.1 %, 41 %."""
    share = 100 * value
    if not 0 < share < 9.95:
        return percent(value)
    return "<0.001 %" if share < 0.001 else f"{share:.2g} %" if share >= 0.1 else f"{share:.3f} %"


def apart(first: float, second: float, written: Callable[[float], str] = finely) -> tuple[str, str]:
    """Two shares, with a digit or two more where they would read alike; alike still, they hardly differ."""
    pair = written(first), written(second)
    for digits in (3, 4):
        if pair[0] != pair[1] or not all(1e-5 <= share < 0.9995 for share in (first, second)):
            break
        pair = f"{100 * first:.{digits}g} %", f"{100 * second:.{digits}g} %"
    return pair


def interval(ci95: tuple[float, float]) -> str:
    """Of a share, in percent: 40–90; with decimals where both ends would read alike: 99.6–100."""
    low, high = (100 * share for share in ci95)
    ends = [f"{low:.0f}", f"{high:.0f}"]
    if ends[0] == ends[1] and low < high:
        ends = [figure(end, 1).removesuffix(".0") for end in (low, high)]
    return "–".join(dict.fromkeys(ends))


def maybe(ci95: tuple[float, float]) -> str:
    """The same in words, where it stands beside the share: "maybe 40–90 %"."""
    low, high = ci95
    return "could be anything" if low < 0.05 and high > 0.95 else f"maybe {interval(ci95)} %"


def figure(value: float, digits: int = 2) -> str:
    """A plain figure with a fixed number of decimals, or as many more as show that it is not zero: 0.04 to
    one decimal is 0.04; not-a-number is written as such."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = f"{value:.{digits}f}"
    if value == 0 or float(text) != 0:
        return text.removeprefix("-") if value == 0 else text
    if abs(value) < LEAST:
        return f"<{LEAST:g}" if value > 0 else f">-{LEAST:g}"
    return f"{value:.{-math.floor(math.log10(abs(value)))}f}"


def signed(value: float, digits: int = 1) -> str:
    """+1.3, -0.2; never -0.0, nor +0.0 of what is not zero."""
    text = figure(value, digits)
    return text if text.startswith(("-", ">", "<")) else f"+{text}"


def small(value: float) -> str:
    """A figure that may be tiny: three significant digits, 0.0213 or 3.1e-05."""
    if not math.isfinite(value):
        return figure(value)
    if value == 0:
        return "0"
    return f"{value:.3g}" if 1e-4 <= abs(value) < 1e4 else f"{value:.1e}"
