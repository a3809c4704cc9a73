"""How far one key turns a setting: by round numbers, within what it takes."""

import math

from tui_trainer.settings import Description

ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)  # times a power of ten: what one key leads through
LEAST = 1e-4  # below it there is nothing, where a setting may be nothing
READING = 0.25  # of a source's weight in the mixture


def turned(setting: Description, value: float, by: int) -> float:
    """The next value in a direction, 1 or -1; the same where there is none."""
    if isinstance(setting.default, bool):
        return float(by > 0)
    if isinstance(setting.default, int):
        step = 1 if value < 40 else 10 if value < 400 else 50
        found = float(
            (math.floor(value / step) + 1) * step if by > 0 else (math.ceil(value / step) - 1) * step
        )
    elif setting.name.startswith("data.mixture."):
        found = value + by * READING
    else:
        found = _above(value) if by > 0 else _below(value, zero=_may_be_nothing(setting))
    low = -math.inf if setting.low is None else setting.low
    high = math.inf if setting.high is None else setting.high
    return float(f"{min(high, max(low, found)):.10g}")


def share(setting: Description, value: float) -> float:
    """Where a value stands in what it takes, 0 to 1: by its logarithm where the range spans many powers."""
    low, high = setting.low, setting.high
    if isinstance(setting.default, bool):
        return float(value)
    if low is None or high is None or high <= low:
        return 0.0
    least = max(low, LEAST) if isinstance(setting.default, float) else max(low, 1)
    if high / least < 50:
        return min(1.0, max(0.0, (value - low) / (high - low)))
    if value <= least:
        return 0.0
    return min(1.0, math.log(value / least) / math.log(high / least))


def _may_be_nothing(setting: Description) -> bool:
    return setting.low == 0 and not setting.name.endswith(("lr", "reward_bound"))


def _above(value: float) -> float:
    if value < LEAST:
        return LEAST if value > 0 else 0.01
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return next((step * power for step in ROUND if step * power > value * (1 + 1e-9)), 10 * power)


def _below(value: float, zero: bool) -> float:
    if value <= (0.01 if zero else LEAST) * (1 + 1e-9):
        return 0.0 if zero else LEAST
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    steps = (*(step * power / 10 for step in ROUND), *(step * power for step in ROUND))
    return max(step for step in steps if step < value * (1 - 1e-9))
