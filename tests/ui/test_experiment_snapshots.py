"""The experiments' screens as a person has looked at them and found them good; see `test_snapshots`."""

from dataclasses import replace
from pathlib import Path

import pytest
import recorded
from test_experiments import EVENTS, FILTERS, found
from test_snapshots import UPDATE
from watching import opened, shown, text_of, until

from tui_trainer.experiments.catalog import CATALOG, NAMES
from tui_trainer.run.storage import results
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.drawing.ascii import to_ascii
from tui_trainer.ui.processes.experiment import ExperimentProcess
from tui_trainer.ui.run_files.experiments import Experiments
from tui_trainer.ui.screens.experiments import experiments as experiments_screen
from tui_trainer.ui.screens.experiments.experiment import ExperimentScreen
from tui_trainer.ui.screens.experiments.experiments import ExperimentsSheet
from tui_trainer.view.experiment import apply

SIZES = ((120, 40), (80, 24))
FOLDER = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("way", ["truecolor", "ascii"])
@pytest.mark.parametrize("size", SIZES)
async def test_snapshots(
    size: tuple[int, int], way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a person has looked at and found good; UPDATE_SNAPSHOTS=1 writes them anew: look at them."""
    monkeypatch.setattr(ExperimentProcess, "seconds", 42.0)
    # The pictures are not of how many there are, nor of what stands behind them.
    monkeypatch.setattr(experiments_screen, "CATALOG", CATALOG[:6])
    async with opened(tmp_path, monkeypatch, recorded.records(), size=size) as (app, pilot):
        if way == "ascii":
            app.scene.ink = replace(app.scene.ink, signs=True)
        experiments = app.experiments = Experiments(app.scene.folder)
        results.save(app.scene.folder, found(True, 0))
        await pilot.press("X")
        await until(pilot, lambda: " holds " in shown(app))
        await pilot.press(*["down"] * NAMES.index("filters"))
        await pilot.pause()
        seen = {"list": _text(app)}
        await pilot.press("enter", "r")
        await until(pilot, lambda: "Which one" in shown(app))
        seen["question"] = _text(app)
        process = experiments.begin(FILTERS, 1)
        for event in EVENTS:
            apply(process.seen, event)
        assert isinstance(app.screen, ExperimentScreen)
        app.screen.asks = False
        app.screen.redraw()
        await pilot.pause()
        seen["run"] = _text(app)
        apply(process.seen, found(True, 0))
        process.ended = True
        app.screen.redraw()
        await pilot.pause()
        seen["verdict"] = _text(app)
    for name, text in seen.items():
        kept = FOLDER / f"experiment-{name}-{size[0]}x{size[1]}{'-ascii' if way == 'ascii' else ''}.txt"
        text = to_ascii(text) if way == "ascii" else text
        if UPDATE:
            kept.write_text(text, encoding="utf-8")
        assert text == kept.read_text(encoding="utf-8"), kept.name


def _text(app: TrainerApp) -> str:
    """Within the frame, and what stands on it."""
    screen = app.screen
    assert isinstance(screen, ExperimentsSheet | ExperimentScreen)
    above, below = (str(said) for said in (screen.frame.border_title, screen.frame.border_subtitle))
    return f"{above}\n{text_of(screen.page)}\n{below}\n"
