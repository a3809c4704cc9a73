"""Counters of energy: whole processors, over their end, and machines that tell nothing."""

from pathlib import Path

from tui_trainer.run.energy import Meter


def zone(powercap: Path, name: str, micro: int, most: int = 10_000_000) -> Path:
    folder = powercap / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "energy_uj").write_text(f"{micro}\n")
    (folder / "max_energy_range_uj").write_text(f"{most}\n")
    return folder


def test_all_processors_are_added_and_parts_of_them_are_not(tmp_path: Path) -> None:
    for name in ("intel-rapl:0", "intel-rapl:1", "intel-rapl:0:0"):
        zone(tmp_path, name, 1_000_000)
    meter = Meter(tmp_path)
    for name, micro in (
        ("intel-rapl:0", 3_500_000),
        ("intel-rapl:1", 1_500_000),
        ("intel-rapl:0:0", 9_000_000),
    ):
        zone(tmp_path, name, micro)
    assert meter.taken() == 3.0
    assert meter.taken() == 0.0  # since the last time


def test_a_counter_that_runs_over_goes_on(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", 9_000_000)
    meter = Meter(tmp_path)
    zone(tmp_path, "intel-rapl:0", 500_000)
    assert meter.taken() == 1.5


def test_a_machine_that_tells_nothing_counts_nothing(tmp_path: Path) -> None:
    assert Meter(tmp_path / "none").taken() == 0.0
    folder = zone(tmp_path, "intel-rapl:0", 1)
    (folder / "energy_uj").write_text("no number")
    meter = Meter(tmp_path)
    (folder / "energy_uj").write_text("5000000")
    assert meter.taken() == 0.0
    (folder / "energy_uj").write_text("7000000")
    assert meter.taken() == 2.0
