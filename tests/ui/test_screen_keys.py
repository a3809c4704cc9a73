"""Keys for the screen itself: jumping, colors, pictures, text, selection, and one step back."""

from pathlib import Path

import pytest
import recorded
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset
from textual.strip import Strip
from watching import opened, shown, until

from tui_trainer.messages.events import Guessed
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.screen_settings import THEMES
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.jump import Jump, labels, places
from tui_trainer.ui.widgets.line_view import LineView

RECORDS = recorded.records(simulated=True)
PRETRAINING = recorded.until(RECORDS, Guessed, 130)


def test_labels_are_short_and_none_begins_another() -> None:
    for count in (0, 1, 26, 27, 300):
        names = labels(count)
        assert len(set(names)) == count and not any(a != b and b.startswith(a) for a in names for b in names)


def test_each_thing_has_one_place() -> None:
    click = Style(meta={"@click": "app.element(1, 'source', 0)"})
    key = Style(meta={"@click": "app.do('zoom')"})  # has one that is shown
    rows = [Segment("a", key), Segment("b"), Segment("c", click), Segment("d", click)]
    assert places([Strip(rows), Strip([Segment("e", click)])]) == [(0, 2, "app.element(1, 'source', 0)")]


async def test_a_letter_jumps_to_any_element(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, PRETRAINING, alive=False, size=(200, 60)) as (app, pilot):
        await until(pilot, lambda: app.dashboard.dataset.documents is not None)
        await pilot.press("semicolon")
        await until(pilot, lambda: isinstance(app.screen, Jump))
        jump = app.screen
        assert isinstance(jump, Jump)
        clicked = {action: name for name, (_, _, action) in jump.places.items()}
        aims = ("app.element(1, 'source', 1)", "app.element(1, 'filter', 3)", "app.element(3, 'matrix', 0)")
        assert all(aim in clicked for aim in aims)
        await pilot.press(*clicked[aims[1]])
        await until(pilot, lambda: app.dashboard.dataset.wanted.filter == "spam")
        await until(pilot, lambda: app.screen is app.dashboard and app.dashboard.current == 1)
        await pilot.press("semicolon")
        await until(pilot, lambda: isinstance(app.screen, Jump))
        await pilot.press(*clicked[aims[2]])
        await until(pilot, lambda: app.dashboard.pane(3).chosen == "embed_tokens")  # type: ignore[union-attr]
        await pilot.press("semicolon", "2")
        await until(pilot, lambda: app.screen is app.dashboard and app.dashboard.current == 2)
        await pilot.press("semicolon", "escape")
        await until(pilot, lambda: app.screen is app.dashboard)


async def test_colors_change_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, PRETRAINING, alive=False) as (app, pilot):
        grounds = []
        for _ in THEMES:
            before = app.preferences.theme
            app.action_do("colors")
            await pilot.pause()
            assert app.preferences.theme != before
            await until(pilot, lambda: f"Colors: {app.preferences.theme}." in " ".join(shown(app).split()))
            grounds.append((app.theme, app.scene.ink.text, app.screen.styles.background))
        assert len(set(grounds)) == len(THEMES) and app.preferences.theme == "dark"


async def test_a_picture_and_the_text_are_kept_with_a_sign(tmp_path: Path, monkeypatch) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, PRETRAINING, alive=False) as (app, pilot):
        app.action_do("screenshot")
        (picture,) = app.scene.folder.path.glob("screen-*.svg")
        text = picture.read_text("utf-8")
        assert "<svg" in text and "font-face" not in text and "pretrain" in text
        await until(pilot, lambda: "The screen is saved as" in " ".join(shown(app).split()))
        await pilot.press("2")
        app.action_do("copy")
        assert "chance 7.62" in app.clipboard and "unseen" in app.clipboard
        await until(pilot, lambda: "lines of Loss" in " ".join(shown(app).split()))


async def test_a_picture_that_can_t_be_kept_says_so(tmp_path: Path, monkeypatch) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, PRETRAINING, alive=False) as (app, pilot):
        app.scene.folder = RunFolder(tmp_path / "gone")
        app.action_do("screenshot")
        await until(pilot, lambda: "No picture could be saved" in " ".join(shown(app).split()))


@pytest.mark.parametrize("no_color", [False, True])
async def test_what_the_mouse_selects_is_seen(tmp_path: Path, monkeypatch, no_color: bool) -> None:  # type: ignore
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    async with opened(tmp_path, monkeypatch, PRETRAINING, alive=False) as (app, pilot):
        pane = app.dashboard.pane(3)
        assert isinstance(pane, LineView)

        def grounds() -> list[tuple[object, object]]:
            styles = [s.style for s in pane.render_line(2) if s.style is not None and s.text.strip()]
            return [(style.bgcolor, style.reverse) for style in styles]

        before = grounds()
        pane.text_select_all()
        await until(pilot, lambda: pane.text_selection is not None)
        after = grounds()
        assert after and len(set(after)) == 1 and not set(after) & set(before)
        assert "layer 1 query" in (app.screen.get_selected_text() or "")


async def test_the_mouse_selects_letters_and_painting_knows_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, PRETRAINING, alive=False) as (app, pilot):
        pane = app.dashboard.pane(3)
        assert isinstance(pane, LineView)
        y = next(y for y, row in enumerate(pane.shown_text.split("\n")) if "layer 1 query" in row)
        x = pane.shown_text.split("\n")[y].index("query")
        first = pane.content_region.offset - pane.region.offset + Offset(x, y)
        last = first + Offset(len("query") - 1, 0)
        await pilot.mouse_down(pane, first)
        await pilot.hover(pane, last)
        await pilot.mouse_up(pane, last)
        assert app.screen.get_selected_text() == "query"
        painted = pane.render_lines(pane.size.region)
        assert not any("offset" in s.style.meta for strip in painted for s in strip if s.style is not None)


async def test_escape_is_one_step_back_everywhere(tmp_path: Path, monkeypatch) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS, alive=False) as (app, pilot):
        for number in range(1, 6):
            await pilot.press(str(number))
            await pilot.press("escape") if number == 5 else None  # out of the text
            await pilot.press("z")
            assert app.dashboard.zoomed, number
            await pilot.press("escape")
            await until(pilot, lambda: not app.dashboard.zoomed)
            assert app.return_value is None, number
        await pilot.press("2", "z", "h", "i", "escape")  # first the cursor and the zoom, then the pane
        assert app.dashboard.zoomed and app.dashboard.pane(2).view.cursor is None  # type: ignore[union-attr]
        await pilot.press("escape")
        await until(pilot, lambda: not app.dashboard.zoomed)
        await pilot.press("[")
        await until(pilot, lambda: app.scene.past is not None)
        await pilot.press("escape")
        await until(pilot, lambda: app.scene.past is None)
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not app.dashboard)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard)
        await pilot.press("escape")
        assert app.is_running and app.return_value is None  # nothing is left to leave


async def test_ctrl_c_never_closes_the_screen_while_one_types(tmp_path: Path, monkeypatch) -> None:  # type: ignore
    async with opened(tmp_path, monkeypatch, RECORDS, alive=False) as (app, pilot):
        await pilot.press("5", *"Who?", "ctrl+c")
        assert app.dashboard.chat.input.value == "" and app.dashboard.typing
        await pilot.press("escape", "1", "T")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press(*"Once", "ctrl+c")
        await pilot.pause()
        assert app.is_running and app.return_code is None and isinstance(app.screen, Ask)
