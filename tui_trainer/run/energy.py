"""What the machine's processors have taken from the wall, where it tells: the RAPL counters of the kernel.

They count all that the processors do, not this process alone. Most machines let only root read them
(CVE-2020-8694), and virtual ones have none.
"""

from pathlib import Path

POWERCAP = Path("/sys/class/powercap")


class Meter:
    """Counts from its construction on."""

    def __init__(self, powercap: Path = POWERCAP) -> None:
        # Whole processors: what is within them (intel-rapl:0:1) is counted in them.
        self._zones = [zone for zone in sorted(powercap.glob("intel-rapl:*")) if zone.name.count(":") == 1]
        self._last = [_micro(zone / "energy_uj") for zone in self._zones]

    def taken(self) -> float:
        """Joules since the last time this was asked; 0 where the machine doesn't tell. A counter runs over
        after an hour or so: asked less often, what it had counted by then is lost."""
        joules = 0.0
        for at, zone in enumerate(self._zones):
            now, last = _micro(zone / "energy_uj"), self._last[at]
            self._last[at] = now
            if now is not None and last is not None:
                over = 0 if now >= last else (_micro(zone / "max_energy_range_uj") or 0)
                joules += max(0, now + over - last) / 1e6
        return joules


def _micro(file: Path) -> int | None:
    try:
        return int(file.read_text("ascii"))
    except (OSError, ValueError):
        return None
