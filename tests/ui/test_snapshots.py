"""Every pane at six sizes in five ways of color, held to what a person has looked at and found good.

The text of each picture stands in `snapshots/`, to be read, once for those that differ in color alone; its
colors as a digest beside it. After a change that is meant, UPDATE_SNAPSHOTS=1 in the environment of this test
writes them anew: look at them.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest
import recorded
from rich.color import ColorSystem
from textual.strip import Strip
from watching import FakeLooks, until

from tui_trainer.messages import events as e
from tui_trainer.ui import screen_settings as preferences
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.chrome.too_small import SMALLEST
from tui_trainer.ui.connection import inspector as lookers
from tui_trainer.ui.handlers import screen as screen_handlers
from tui_trainer.ui.screen_settings import Preferences

FOLDER = Path(__file__).parent / "snapshots"
DIGESTS = FOLDER / "styles.json"
SIZES = (
    (200, 60),
    (120, 40),
    (80, 24),
    (60, 20),
    (60, 15),
    (59, 14),
)  # the last one is too small, and says so
WAYS = ("truecolor", "256", "16", "no-color", "ascii")
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))
# Of each pane the moment at which it has most to show.
RECORDS = recorded.records(simulated=True)
MOMENTS = {
    1: recorded.until(RECORDS, e.Guessed, 130),
    2: recorded.until(RECORDS, e.Guessed, 130, stage="finetune"),
    3: recorded.until(RECORDS, e.Guessed, 130),
    4: recorded.until(RECORDS, e.PairOffered, 8),
    5: RECORDS,
}


def digest(strips: list[Strip], way: str) -> str:
    """Of the text with its styles, as a terminal of that kind is sent it."""
    parts = []
    for strip in strips:
        for text, style, _ in strip:
            said = "" if style is None else str(style.without_color)
            for color in () if style is None or way == "no-color" else (style.color, style.bgcolor):
                if color is not None and way == "256":
                    color = color.downgrade(ColorSystem.EIGHT_BIT)
                said += f" {color.name if color is not None else '-'}"
            parts.append(f"{text}\x00{said}")
        parts.append("\n")
    return hashlib.sha256("\x01".join(parts).encode()).hexdigest()[:16]


def painted(app: TrainerApp) -> list[Strip]:
    """The whole screen, through the filters that the driver applies."""
    strips = []
    for strip in app.screen._compositor.render_strips(app.screen.size):
        for line_filter in app._filters:
            strip = strip.apply_filter(line_filter, app.screen.background_colors[1])
        strips.append(strip)
    return strips


def settled(app: TrainerApp) -> bool:
    """Whether all texts on the screen have been read, as far as somebody can be asked."""
    app.inspector.follow(app.dashboard.wishes())
    return not app.inspector.busy


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", MOMENTS)
async def test_pane(number: int, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "folder", lambda: tmp_path)
    mode = {"no-color": "none", "16": "ansi"}.get(way, "rich")
    monkeypatch.setattr(screen_handlers, "color_mode", lambda *_: mode)
    if way == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(lookers, "Control", FakeLooks)
    records = MOMENTS[number]
    folder = recorded.write_run(tmp_path / "2026-03-21-1010-demo-s0", records)
    app = TrainerApp(folder, "view", preferences=Preferences(ascii=way == "ascii"))
    app.scene.clock = lambda: 0.0
    found: dict[tuple[int, int], tuple[str, str]] = {}
    async with app.run_test(size=SIZES[0]) as pilot:
        await until(pilot, lambda: app.scene.trainer == "gone" and app.scene.now.records == len(records))
        await until(pilot, lambda: app.dashboard.dataset.documents is not None)
        app.scene.trainer = "alive"
        app.dashboard.go(number)
        app.dashboard.zoomed = True
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await until(pilot, lambda size=(width, height): app.screen.size == app.dashboard.size == size)
            # Which it is told of later, in a message of its own.
            await until(pilot, lambda tiny=height < SMALLEST[1]: app.dashboard._tiny is tiny)
            app.dashboard._show_current()
            await pilot.pause()
            app.tick()
            app.dashboard.redraw_all()
            await until(pilot, lambda: settled(app))
            app.dashboard.redraw_all()
            await pilot.pause()
            strips = painted(app)
            text = "\n".join(strip.text.rstrip() for strip in strips) + "\n"
            found[width, height] = (text, digest(strips, way))
    for size, (text, seen) in found.items():
        _compare(number, size, way, text, seen)


def _kept(number: int, size: tuple[int, int], way: str) -> Path:
    """Where the text stands. Without colors, pictures of the weights and curves have other signs."""
    if size == SIZES[-1]:  # the same for all panes; the chat's moment is the run's end
        name = "too-small" if number != 5 else "too-small-at-the-end"
        signs = ""
    else:
        name = f"pane-{number}-{size[0]}x{size[1]}"
        signs = "-signs" if number in (2, 3) and way in ("16", "no-color") else ""
    return FOLDER / f"{name}{'-ascii' if way == 'ascii' else signs}.txt"


def _compare(number: int, size: tuple[int, int], way: str, text: str, seen: str) -> None:
    name = f"pane-{number}-{size[0]}x{size[1]}-{way}"
    kept = _kept(number, size, way)
    digests = json.loads(DIGESTS.read_bytes()) if DIGESTS.exists() else {}
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        kept.write_text(text, encoding="utf-8")
        digests[name] = seen
        DIGESTS.write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8"), name
    assert seen == digests.get(name), f"{name}: other colors"
