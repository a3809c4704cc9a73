"""What the terminal can show, and giving it back when the process is told to end."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it imports textual, before which the colours must be chosen
    from tui_trainer.ui.drawing.ink import ColourMode

# Terminals known to show 16 million colours. OpenSSH forwards TERM but not COLORTERM, so without this list a
# person gets 256 colours on their own terminal's better screen.
_TRUECOLOR_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "iterm2")
LAST_RESORT_SECONDS = 3.0


def choose_colours(environ: Mapping[str, str]) -> str | None:
    """A value for TEXTUAL_COLOR_SYSTEM, which Textual reads when it is imported; None: as it guesses."""
    if environ.get("TEXTUAL_COLOR_SYSTEM") or environ.get("COLORTERM"):
        return None
    term = environ.get("TERM", "")
    if term.startswith(_TRUECOLOR_TERMS) or term.endswith("-direct"):
        return "truecolor"
    return None


def colour_mode(color_system: str | None, no_color: bool) -> "ColourMode":
    """How to draw, by what Rich found out about the terminal."""
    if no_color or color_system is None:
        return "none"
    return "rich" if color_system in ("truecolor", "256") else "ansi"


def end_on_signals(leave: Callable[[], object]) -> None:
    """On SIGTERM and SIGHUP leave the app as by its key, so that the terminal is restored.

    Where that does not work, as when the terminal is gone and writing to it blocks, the process ends all the
    same after a moment: an orphan that spins is worse than a terminal that needs `reset`.
    """
    loop = asyncio.get_running_loop()

    def left(number: int) -> None:
        timer = threading.Timer(LAST_RESORT_SECONDS, os._exit, (128 + number,))
        timer.daemon = True
        timer.start()
        leave()

    for number in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(number, left, number)
