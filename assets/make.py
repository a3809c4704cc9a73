"""Makes the pictures and the recording of the README from a finished run.

    python assets/make.py RUN [--only pictures|recording]

The run's own log is folded as far as a moment of each stage, and the screen draws that: nothing is retouched.
The recording is the run's replay, as `tui-trainer replay RUN --record FILE` makes it.
"""

import argparse
import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # Textual reads it when it is imported
os.environ.pop("NO_COLOR", None)

from tui_trainer import events as e
from tui_trainer.events import Record
from tui_trainer.run.folder import RunFolder
from tui_trainer.run.log import read_all
from tui_trainer.ui import studio
from tui_trainer.ui.state import State
from tui_trainer.ui.studio import Studio

ASSETS = Path(__file__).parent
SIZES = ((120, 40), (80, 24))
SPEED = 6  # times as fast as the run went, in the recording
RECORDED_SECONDS = 45


def nth(kind: type[e.Event], share: float, **fields: object) -> Callable[[list[Record]], int]:
    """The place of the event that lies at this share of all of its kind."""

    def place(records: list[Record]) -> int:
        fits = [
            index
            for index, record in enumerate(records)
            if isinstance(record.event, kind)
            and all(getattr(record.event, name) == value for name, value in fields.items())
        ]
        return fits[round(share * (len(fits) - 1))] + 1

    return place


# Of each stage: its moment, and the keys that lead to what is worth seeing there.
SCENES: dict[str, tuple[Callable[[list[Record]], int], tuple[str, ...]]] = {
    "data": (nth(e.CorpusReady, 1.0), ()),
    "pretrain": (nth(e.Guessed, 0.35, stage="pretrain"), ()),
    "finetune": (nth(e.Guessed, 0.5, stage="finetune"), ()),
    "feedback": (nth(e.PairOffered, 0.6), ()),
    "reinforcement": (nth(e.Reinforced, 0.8), ()),
    "frozen": (len, ()),
    "exam": (len, ("m",)),
    "words": (nth(e.Guessed, 0.35, stage="pretrain"), ("g",)),
}


class Still(Studio):
    """The app on one state, which nothing changes."""

    CSS_PATH = Path(studio.__file__).with_name("studio.tcss")

    def __init__(self, folder: RunFolder, state: State) -> None:
        # Who steers is shown the keys that steer; picks were made by the rater that the run tells of.
        super().__init__(folder, "view" if state.offered is not None else "control")
        self.scene.now = state
        self.scene.loading = False
        self.scene.trainer = "ended" if state.ended else "alive"

    def _listen(self) -> None:
        if self.scene.now.corpus is not None:
            self._index_documents()
        self.tick()


def free_of_addresses(svg: str) -> str:
    """Without the fonts that would be fetched; a reader's own fixed-width font does."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!-- Generated.*?-->", "", svg)
    return svg.replace("Fira Code, monospace", "'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace")


async def picture(folder: RunFolder, state: State, keys: tuple[str, ...], size: tuple[int, int]) -> str:
    """The screen at this size, as SVG."""
    app = Still(folder, state)
    async with app.run_test(size=size) as pilot:
        for _ in range(3):
            await pilot.pause(0.15)
            app.tick()
        await pilot.press(*keys)
        await pilot.pause(0.3)
        return free_of_addresses(app.export_screenshot())


async def pictures(folder: RunFolder) -> None:
    """All scenes at both sizes."""
    records = list(read_all(folder.events))
    for name, (place, keys) in SCENES.items():
        for size in SIZES:
            state = State()
            state.apply_all(records[: place(records)])
            path = ASSETS / f"{name}-{size[0]}x{size[1]}.svg"
            path.write_text(await picture(folder, state, keys, size), encoding="utf-8")
            print(path.relative_to(ASSETS.parent))


def recording(folder: RunFolder) -> None:
    """The replay of the run, through a pseudo-terminal."""
    sys.path.insert(0, str(ASSETS.parent / "tests" / "ui"))
    from pseudo_terminal import Terminal

    path = ASSETS / "run.cast"
    command = [sys.executable, "-m", "tui_trainer", "replay", "--speed", str(SPEED), "--record", str(path)]
    terminal = Terminal(folder.path, "replay", size=(120, 36), command=[*command, str(folder.path)])
    end = time.monotonic() + RECORDED_SECONDS
    while time.monotonic() < end:
        terminal.output = b""
        terminal.read(1.0)
    os.kill(terminal.process, signal.SIGTERM)
    terminal.ended()
    print(path.relative_to(ASSETS.parent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--only", choices=("pictures", "recording"))
    options = parser.parse_args()
    folder = RunFolder(options.run)
    if options.only != "recording":
        asyncio.run(pictures(folder))
    if options.only != "pictures":
        recording(folder)


if __name__ == "__main__":
    main()
