"""How a person likes the screen: `screen.toml` in the configuration folder, written by hand.

    theme = "light"        # dark, light, contrast or blue-orange
    ascii = true
    [keys]
    pause = "f5"           # an action's name and Textual's name of a key; several, parted by commas

What the screen itself remembers, sizes of panes say, is kept beside it in `layout.json`.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs
from msgspec import Meta, Struct

from tui_trainer.errors import UserError, foreign
from tui_trainer.files import read_foreign, read_toml

THEMES = ("dark", "light", "contrast", "blue-orange")
MOST_BYTES = 64 * 1024  # of layout.json
Parts = Annotated[int, Meta(ge=1, le=100)]


class Preferences(Struct, frozen=True, forbid_unknown_fields=True):
    """Of the person at the keyboard, whatever run is shown."""

    theme: str = "dark"
    ascii: bool = False
    keys: dict[str, str] = {}


class Layout(Struct):
    """What the screen remembers from one time to the next."""

    caption: bool = True
    widths: dict[str, Parts] = {}  # of panes, in parts of their row, by their number
    upper: Annotated[int, Meta(ge=1, le=34)] = 17  # the upper row's height, of 35 parts
    toured: bool = False  # the tour has been taken, or skipped
    met: list[str] = []  # of the five things to have seen (`view.ahas`)


def folder() -> Path:
    """The platform's folder for configuration."""
    return Path(platformdirs.user_config_dir("tui-trainer", appauthor=False))


def load(path: Path | None = None, overrides: Mapping[str, object] | None = None) -> Preferences:
    """The file, if there is one, and what the command line says.

    Raises:
        UserError: the file can't be read, or says what is not known.
    """
    path = folder() / "screen.toml" if path is None else path
    values: dict[str, object] = {}
    try:
        values = read_toml(path, str(path))
    except UserError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
    values |= overrides or {}
    with foreign(str(path)):
        found = msgspec.convert(values, Preferences)
    if found.theme not in THEMES:
        raise UserError(f"{path}: the theme is one of {', '.join(THEMES)}, not {found.theme!r}")
    return found


def load_layout(path: Path | None = None) -> Layout:
    """What was remembered; nothing, if that can't be read."""
    path = path or folder() / "layout.json"
    try:
        with foreign(str(path)):
            return msgspec.json.decode(read_foreign(path, MOST_BYTES), type=Layout)
    except UserError:
        return Layout()


def save_layout(layout: Layout, path: Path | None = None) -> None:
    """Remember it; where nothing can be written, nothing is remembered."""
    path = path or folder() / "layout.json"
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(layout) + b"\n")
