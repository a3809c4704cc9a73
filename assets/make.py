"""Makes the pictures and the recording of the README from a finished run.

    python assets/make.py RUN [--only pictures|live|recording]

The run's own log is folded as far as a moment of each stage, and the screen draws that: nothing is retouched.
What only a living trainer can tell, as how it reads a document at that moment, is taken from a run that is
begun anew with the same plan and seed, and is stopped afterwards. How the recording is made stands in
`five_things.py`.
"""

import argparse
import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # Textual reads it when it is imported
os.environ.pop("NO_COLOR", None)

from five_things import record
from textual.pilot import Pilot

from tui_trainer.messages import events as e
from tui_trainer.messages.events import Record
from tui_trainer.messages.inspection import Look
from tui_trainer.run import client
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.ui import app as trainer_app
from tui_trainer.ui import screen_settings as preferences
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.screenshot import free_of_addresses
from tui_trainer.view.fold import apply_all
from tui_trainer.view.state import State

ASSETS = Path(__file__).parent
SIZES = ((120, 40), (80, 24))
LIVE_SHARE = 0.3  # of pretraining, after which the living run is pictured


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


ASK = "ask"  # no key: ask the frozen model something, and wait for its answer
# Of each stage: its moment, and the keys that lead to what is worth seeing there.
SCENES: dict[str, tuple[Callable[[list[Record]], int], tuple[str, ...]]] = {
    "data": (nth(e.CorpusReady, 1.0), ()),
    "finetune": (nth(e.Guessed, 0.5, stage="finetune"), ()),
    "feedback": (nth(e.PairOffered, 0.6), ()),
    "reinforcement": (nth(e.Reinforced, 0.8), ()),
    "frozen": (len, (ASK,)),
    "exam": (len, ("m",)),
    "words": (nth(e.Guessed, 0.35, stage="pretrain"), ("g",)),
}


class Still(TrainerApp):
    """The app on one state, which nothing changes."""

    CSS_PATH = Path(trainer_app.__file__).with_name("app.tcss")

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


async def until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 120.0) -> None:
    """Let the app work until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("what the picture is to show did not come")
        await pilot.pause(0.1)


async def press(app: TrainerApp, pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
    """Press the keys."""
    chat = app.dashboard.chat
    for key in keys:
        if key != ASK:
            await pilot.press(key)
            continue
        app.dashboard.go(5)
        chat.input.value = app.scene.state.samples[-1].samples[1].prompt
        chat.input.focus()
        await pilot.pause(0.2)
        await pilot.press("enter")
        await until(pilot, lambda: len(chat.conversation.turns) == 2 and not chat.conversation.turns[1].open)
        if app.dashboard.sees(1):
            await until(pilot, lambda: "document" in app.scene.looks.seen)  # read by the same process
        await pilot.press("escape")
        app.tick()


async def picture(folder: RunFolder, state: State, keys: tuple[str, ...], size: tuple[int, int]) -> str:
    """The screen at this size, as SVG."""
    app = Still(folder, state)
    async with app.run_test(size=size) as pilot:
        for _ in range(3):
            await pilot.pause(0.15)
            app.tick()
        await press(app, pilot, keys)
        await pilot.pause(0.3)
        return free_of_addresses(app.export_screenshot())


async def pictures(folder: RunFolder) -> None:
    """All scenes at both sizes."""
    records = list(read_all(folder.events))
    for name, (place, keys) in SCENES.items():
        for size in SIZES:
            state = State()
            apply_all(state, records[: place(records)])
            path = ASSETS / f"{name}-{size[0]}x{size[1]}.svg"
            path.write_text(await picture(folder, state, keys, size), encoding="utf-8")
            print(path.relative_to(ASSETS.parent))


async def live(folder: RunFolder) -> None:
    """A run of the same plan under way: as it trains, one step taken apart, a document as it reads it."""
    with tempfile.TemporaryDirectory() as place:
        anew = folders.create(Path(place), folder.plan)
        client.launch(anew)
        app = TrainerApp(anew, "control")
        async with app.run_test(size=SIZES[0]) as pilot:
            await _pictured_live(app, pilot)
            app.say(app.steering.stop())
            with contextlib.suppress(TimeoutError):
                await until(pilot, lambda: not lock.is_alive(anew), 20.0)


async def _pictured_live(app: TrainerApp, pilot: Pilot[Any]) -> None:
    state = app.scene.now
    await until(
        pilot, lambda: state.stages["pretrain"].share and state.stages["pretrain"].share > LIVE_SHARE, 600
    )
    await until(pilot, lambda: "document" in app.scene.looks.seen)
    app.dashboard.show_card(None)  # of the stage before
    for size in SIZES:
        await _kept(app, pilot, "pretrain", size)
    await pilot.press("space")
    await until(pilot, lambda: state.paused)
    await pilot.press("T", *state.samples[-1].samples[0].prompt, "enter")
    await until(pilot, lambda: "sentence" in app.scene.looks.seen)
    await pilot.press("full_stop")
    await until(pilot, lambda: state.explained is not None and state.paused)
    await until(pilot, lambda: "sentence" in app.scene.looks.before)
    await pilot.press("3", "left")
    await until(pilot, lambda: "attention" in app.scene.looks.seen)
    for size in SIZES:
        app.dashboard.go(4)
        await _kept(app, pilot, "step", size)
    await pilot.press("8")
    for size in SIZES:
        await _kept(app, pilot, "machine", size)
    await pilot.press("escape", "1", "n")
    for size in SIZES:
        await pilot.resize_terminal(*size)
        app.dashboard.zoomed = True
        app.dashboard._show_current()
        await pilot.pause(1.0)
        text = app.dashboard.dataset
        await until(pilot, lambda text=text: app.scene.saw("document", Look(text._text)))  # type: ignore[misc]
        await _kept(app, pilot, "reader", size)


async def _kept(app: TrainerApp, pilot: Pilot[Any], name: str, size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: app.screen.size == size)
    await pilot.pause(0.5)
    app.tick()
    app.dashboard.redraw_all()
    await pilot.pause(0.5)
    path = ASSETS / f"{name}-{size[0]}x{size[1]}.svg"
    path.write_text(free_of_addresses(app.export_screenshot()), encoding="utf-8")
    print(path.relative_to(ASSETS.parent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--only", choices=("pictures", "live", "recording"))
    options = parser.parse_args()
    folder = RunFolder(options.run)
    with tempfile.TemporaryDirectory() as nowhere:
        preferences.folder = lambda: Path(nowhere)  # as for a person who has changed nothing
        if options.only in (None, "pictures"):
            asyncio.run(pictures(folder))
        if options.only in (None, "live"):
            asyncio.run(live(folder))
    if options.only in (None, "recording"):
        path = ASSETS / "run.cast"
        print(f"{path.relative_to(ASSETS.parent)}, {record(folder, path):.0f} seconds")


if __name__ == "__main__":
    main()
