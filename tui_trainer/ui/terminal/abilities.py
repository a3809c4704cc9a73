"""What the terminal can show, and giving it back when the process is told to end."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it imports textual, before which the colors must be chosen
    from tui_trainer.ui.drawing.styles import ColorMode

# Terminals known to show 16 million colors. OpenSSH forwards TERM but not COLORTERM, so without this list a
# person gets 256 colors on their own terminal's better screen.
_TRUECOLOR_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "iterm2")
# An end that goes well takes a fraction of a second; on a machine that does much else it may take a few, and
# is not to be cut short.
LAST_RESORT_SECONDS = 10.0
KILLED_SECONDS = 30


def choose_colors(environ: Mapping[str, str]) -> str | None:
    """A value for TEXTUAL_COLOR_SYSTEM, which Textual reads when it is imported; None: as it guesses."""
    if environ.get("TEXTUAL_COLOR_SYSTEM") or environ.get("COLORTERM"):
        return None
    term = environ.get("TERM", "")
    if term.startswith(_TRUECOLOR_TERMS) or term.endswith("-direct"):
        return "truecolor"
    return None


def color_mode(color_system: str | None, no_color: bool) -> "ColorMode":
    """How to draw, by what Rich found out about the terminal."""
    if no_color or color_system is None:
        return "none"
    return "rich" if color_system in ("truecolor", "256") else "ansi"


def end_on_signals(leave: Callable[[], object], give_back: Callable[[], object]) -> None:
    """On SIGTERM and SIGHUP leave the app as by its key, so that the terminal is restored.

    Where that does not work, as when the terminal is gone or the app gets no time to run, the process ends
    all the same: an orphan that spins is worse than a terminal that needs `reset`. The handlers are Python's,
    not the loop's: those are heard only once the loop comes round.

    Args:
        leave: called in the loop.
        give_back: restores the terminal without waiting for it; called from a thread if `leave` was in vain.
    """
    loop = asyncio.get_running_loop()

    def at_last(number: int) -> None:
        give_back()
        os._exit(128 + number)

    def told(number: int, _: object) -> None:
        # The kernel's own clock, for a process that gets no time at all: by default its signal ends it.
        signal.alarm(KILLED_SECONDS)
        timer = threading.Timer(LAST_RESORT_SECONDS, at_last, (number,))
        timer.daemon = True
        timer.start()
        with contextlib.suppress(RuntimeError):  # the loop has ended: so will the process
            loop.call_soon_threadsafe(leave)

    for number in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(ValueError):  # not in the main thread
            signal.signal(number, told)
