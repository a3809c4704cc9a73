"""Lines that are typed or pasted: as much as there is room for, and no bell."""

from pathlib import Path

import pytest
from textual.events import Paste
from watching import opened, shown, until

from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.widgets.safe_input import SafeInput


async def test_what_is_too_long_is_cut_and_said_not_refused_with_a_bell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, []) as (app, pilot):
        rung: list[None] = []
        monkeypatch.setattr(app, "bell", lambda: rung.append(None))
        await app.push_screen(Ask("A line", most=8))
        box = app.screen.query_one(SafeInput)
        box.post_message(Paste("a \x1b[31m line that is longer"))
        await until(pilot, lambda: box.value == "a ␛[31m ")
        await until(pilot, lambda: shown(app).count("There is room for 8 characters.") == 1)
        await pilot.press("x", "x", "y")
        assert box.value == "a ␛[31m " and shown(app).count("There is room for 8 characters.") == 2
        await pilot.press("backspace", "backspace", "z")
        assert box.value == "a ␛[31z"
        assert not rung


async def test_what_was_longer_from_the_first_can_be_made_shorter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, []) as (app, pilot):
        await app.push_screen(Ask("A line", "longer than that", most=8))
        box = app.screen.query_one(SafeInput)
        await pilot.press("end", "backspace", "backspace", "k")
        assert box.value == "longer than thk"
