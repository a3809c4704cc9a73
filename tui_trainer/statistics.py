"""The few formulas that give a measured figure its uncertainty."""

from math import sqrt

Z95 = 1.959963984540054  # the normal distribution's 97.5 % point


def proportion_interval(k: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion k/n (Wilson 1927); (0, 1) when nothing was observed."""
    if not n:
        return 0.0, 1.0
    p = k / n
    centre = p + Z95**2 / (2 * n)
    spread = Z95 * sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
