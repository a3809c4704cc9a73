"""How a person likes the screen: colors, ASCII, keys, sizes; and that all of it can be read."""

from pathlib import Path

import pytest
import recorded
from rich.color import Color, ColorSystem
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from watching import opened, shown, text_of, until

from tui_trainer.errors import UserError
from tui_trainer.messages import events as e
from tui_trainer.ui import screen_settings as preferences
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.drawing.ascii import to_ascii
from tui_trainer.ui.drawing.heatmap import NEGATIVE_SIGNS, POSITIVE_SIGNS
from tui_trainer.ui.drawing.palettes import PALETTES, Palette
from tui_trainer.ui.keys import ACTIONS, written
from tui_trainer.ui.screen_settings import Layout, Preferences
from tui_trainer.view.fold import apply_all

TRAINING = recorded.until(recorded.records(), e.Guessed, 60)
READABLE = 4.5  # WCAG 2 AA


def luminance(color: tuple[int, int, int]) -> float:
    parts = [c / 255 for c in color]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def as_sent(color: str, system: str) -> tuple[int, int, int]:
    """The color after it has been mapped to what the terminal has."""

    mapped = Color.parse(color).downgrade(ColorSystem.EIGHT_BIT if system == "256" else ColorSystem.TRUECOLOR)
    triplet = mapped.get_truecolor(DEFAULT_TERMINAL_THEME)
    return triplet.red, triplet.green, triplet.blue


@pytest.mark.parametrize("system", ["truecolor", "256"])
@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_all_text_can_be_read(palette: Palette, system: str) -> None:
    ground = as_sent(palette.background, system)
    texts = [palette.text, palette.strong, palette.muted, palette.good, palette.bad, palette.warn]
    found = {c: contrast(as_sent(c, system), ground) for c in (*texts, *palette.accents.values())}
    assert min(found.values()) >= READABLE, found
    assert contrast(as_sent(palette.text, system), as_sent(palette.key, system)) >= READABLE
    assert contrast(as_sent(palette.muted, system), as_sent(palette.panel, system)) >= READABLE * 0.9
    for on, under in palette.surprise:
        assert contrast(as_sent(on, system), as_sent(under, system)) >= READABLE, (on, under)
    grounds = [as_sent(on, system) for on, _ in palette.surprise]
    lightness = [luminance(color) for color in grounds]
    assert lightness == sorted(lightness, reverse=not palette.dark) and len(set(grounds)) == len(grounds)


# What two kinds of terminal that have no more than sixteen colors make of their names.
SIXTEEN = {
    "console": dict(
        black=(0, 0, 0),
        red=(170, 0, 0),
        magenta=(170, 0, 170),
        blue=(0, 0, 170),
        white=(170, 170, 170),
        bright_black=(85, 85, 85),
        bright_red=(255, 85, 85),
        bright_green=(85, 255, 85),
        bright_yellow=(255, 255, 85),
        bright_magenta=(255, 85, 255),
        bright_cyan=(85, 255, 255),
        bright_white=(255, 255, 255),
    ),
    "xterm": dict(
        black=(0, 0, 0),
        red=(205, 0, 0),
        magenta=(205, 0, 205),
        blue=(0, 0, 238),
        white=(229, 229, 229),
        bright_black=(127, 127, 127),
        bright_red=(255, 0, 0),
        bright_green=(0, 255, 0),
        bright_yellow=(255, 255, 0),
        bright_magenta=(255, 0, 255),
        bright_cyan=(0, 255, 255),
        bright_white=(255, 255, 255),
    ),
}


@pytest.mark.parametrize("terminal", SIXTEEN)
@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_all_text_can_be_read_in_sixteen_colors(palette: Palette, terminal: str) -> None:
    few, colors = palette.sixteen, SIXTEEN[terminal]
    texts = [few.text, few.strong, few.muted, few.good, few.bad, few.warn, *few.accents.values()]
    found = {name: contrast(colors[name], colors[few.background]) for name in texts}
    assert min(found.values()) >= READABLE, found
    # Lines and tracks have to be seen, not read.
    assert contrast(colors[few.faint], colors[few.background]) >= 2.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_the_steps_of_pictures_differ_in_lightness(palette: Palette) -> None:
    for side in (palette.negative, palette.positive):
        steps = [luminance(as_sent(c, "truecolor")) for c in (palette.background, *side)]
        ordered = sorted(steps, reverse=not palette.dark)
        assert steps[1:] == ordered[1:] and len(set(steps)) == 5


def test_every_theme_is_one_that_can_be_chosen() -> None:
    assert tuple(PALETTES) == preferences.THEMES


def test_ascii_keeps_every_cell() -> None:
    assert to_ascii("Tiền huấn luyện") == "Tien huan luyen"
    assert to_ascii("╭─ ▶ 3 % ━╸── ✓ … ╮") == "+- > 3 % ==-- v ~ +"
    assert to_ascii("漢") == "??"


def test_in_ascii_what_differs_only_by_weight_still_differs() -> None:
    for heavy, light in ("━─", "┃│", "━╌"):  # a bar and its track, a pane with the focus and one without
        assert to_ascii(heavy) != to_ascii(light)
    signs = [to_ascii(sign) for sign in (*NEGATIVE_SIGNS, *POSITIVE_SIGNS)]
    assert len(set(signs)) == len(signs)


async def test_ascii_means_all_of_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "folder", lambda: tmp_path)
    app = TrainerApp(recorded.write_run(tmp_path / "run", []), "view", preferences=Preferences(ascii=True))
    async with app.run_test(size=(120, 40)) as pilot:
        apply_all(app.scene.now, recorded.records())
        app.tick()
        await until(pilot, lambda: "frozen" in shown(app))
        for strip in app.screen._compositor.render_strips(app.screen.size):
            for line_filter in app._filters:
                strip = strip.apply_filter(line_filter, app.screen.background_colors[1])
            assert strip.text.isascii() and strip.cell_length == 120, strip.text


def test_the_file_is_read_and_faults_are_named(tmp_path: Path) -> None:
    path = tmp_path / "screen.toml"
    assert preferences.load(path) == Preferences()
    path.write_text('theme = "light"\nascii = true\n[keys]\npause = "f5"\n')
    assert preferences.load(path) == Preferences("light", True, {"pause": "f5"})
    assert preferences.load(path, {"theme": "contrast"}).theme == "contrast"
    for text in ('theme = "pink"', "color = 3", "theme = [", "x = " + "[" * 1500, "ascii = " + "9" * 1900):
        path.write_text(text)
        with pytest.raises(UserError, match=r"screen\.toml"):
            preferences.load(path)


def test_keys_that_clash_are_refused() -> None:
    chosen = {"pause": "f5", "previous_document": "f6"}
    assert written({"pause": "f5,p"} | {"previous_document": "f6"}) == written({}) | chosen
    for name in ("", "f5,", "\x1b", "f55", "ctrl+", "hyper space", "a" * 5000):
        with pytest.raises(UserError, match="no key's name"):
            written({"pause": name})
    for keys in ({"pause": "z"}, {"nothing": "f5"}, {"next_curve": "space"}, {"next_curve": "h"}):
        with pytest.raises(UserError):
            written(keys)
    assert written({"next_curve": "n"})  # another pane's key is no clash


def test_every_key_that_is_ours_could_be_chosen() -> None:
    for key in {key for action in ACTIONS for key in action.keys}:
        try:
            written({"zoom": key})
        except UserError as error:
            assert "is that of" in str(error)
    for key in ("f12", "ctrl+x", "shift+f1", "ctrl+shift+a", "é", "ß", "at", "insert"):
        assert written({"zoom": key})


async def test_a_chosen_key_works_and_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "folder", lambda: tmp_path)
    liked = Preferences(keys={"zoom": "f5", "next_matrix": "n"})
    app = TrainerApp(recorded.write_run(tmp_path / "run", TRAINING), "view", preferences=liked)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.scene.state.matrices and not app.scene.loading)
        await pilot.press("f5")
        assert app.dashboard.zoomed and "f5" in shown(app)
        await pilot.press("z")
        assert app.dashboard.zoomed
        await pilot.press("f5", "3", "n")
        assert "layer 1 key" in text_of(app.dashboard.pane(3))


async def test_sizes_and_the_caption_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        width, height = app.dashboard.pane(2).size
        await pilot.press("2", "greater_than_sign", "greater_than_sign", "right_curly_bracket", "c")
        await until(pilot, lambda: app.dashboard.pane(2).size.width > width + 3)
        assert app.dashboard.pane(2).size.height > height
        assert not app.dashboard.frame[3].display
    assert preferences.load_layout(tmp_path / "config" / "layout.json") == Layout(False, {"2": 54}, 18)
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, _):
        assert app.dashboard.pane(2).size.width > width + 3


def test_a_damaged_memory_is_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "layout.json"
    for damaged in (
        b'{"widths": 3',
        b'{"a":' * 10_000,
        b"\xff",
        b'{"upper": 99999}',
        b'{"upper": ' + b"9" * 5000 + b"}",
        b'{"widths": {"1": 0}}',
        b" " * 100_000 + b"{}",
    ):
        path.write_bytes(damaged)
        assert preferences.load_layout(path) == Layout()
    assert preferences.load_layout(tmp_path) == Layout()
    preferences.save_layout(Layout(upper=12), tmp_path / "new" / "layout.json")
    assert preferences.load_layout(tmp_path / "new" / "layout.json").upper == 12
