"""How frames reach the terminal: through the frame buffer, and only as fast as the terminal takes them."""

from collections.abc import Iterator
from typing import Any

from rich.color import ColorSystem
from rich.control import Control
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ScreenStackError
from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.strip import Strip

from tui_trainer.ui.terminal.driver import TerminalDriver
from tui_trainer.ui.terminal.frame_buffer import FrameBuffer

# A frame is sent in parts of about so many characters, each once the one before is written: so what a key
# changes never waits behind a whole frame on a slow line.
PART = 2048
WHOLE = 1 << 30  # ... but the first one at once: nothing has been pressed before it
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"  # the terminal shows what is between in one go, if it can
TORN = 400  # characters beyond which that is worth its bytes
NOWHERE = (-1, -1)


class FrameSender(App[Any]):
    """Takes Textual's frames; with another driver than ours, as in tests, Textual paints itself."""

    _buffer: FrameBuffer | None = None
    _cursor = NOWHERE  # as long as nothing has been sent

    draws_over = False  # the last frame of another app stands on the terminal

    def leave_standing(self) -> None:
        """The last frame stays on the terminal when this app ends, until another one draws over it."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.stands = True

    @property
    def stands(self) -> bool:
        """Whether it does."""
        return isinstance(self._driver, TerminalDriver) and self._driver.stands

    def give_back(self) -> None:
        """Restore the terminal without waiting for it."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.give_back()

    def pop_screen(self) -> AwaitComplete:
        """Close the topmost screen, but never the one under all: Textual's palette asks twice, too."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    def step_aside(self) -> None:
        """Stop as a job of the shell; `fg` brings the screen back."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.step_aside()

    @property
    def behind(self) -> bool:
        """Whether the terminal has not taken yet what it should show."""
        return self._buffer is not None and not self._buffer.complete

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        driver = self._driver
        if not isinstance(driver, TerminalDriver) or not isinstance(renderable, ChopsUpdate | LayoutUpdate):
            super()._display(screen, renderable)
            return
        if self._batch_count or not self._running or self._closed:
            return
        if self._buffer is None:
            self._buffer = FrameBuffer(self.console._color_system or ColorSystem.TRUECOLOR)
            driver.on_idle = self.reads
            driver.on_start = self._buffer.forget
        try:
            if isinstance(renderable, LayoutUpdate) and renderable.region.size != self._buffer.size:
                self._buffer.resize(*renderable.region.size)
            for x, y, strip in _pieces(renderable):
                self._buffer.draw(x, y, strip)
            self.catch_up()
        except Exception as error:
            self._handle_exception(error)
        self.post_display_hook()

    @property
    def stalled(self) -> bool:
        """Whether the terminal does not read; `reads` is called once it does."""
        driver = self._driver
        return self._buffer is not None and isinstance(driver, TerminalDriver) and driver.stalled

    def reads(self) -> None:
        """The terminal has taken all that it was sent."""
        self.catch_up()

    def catch_up(self) -> None:
        """Bring the terminal nearer to the newest frame, if it has taken what it was sent before."""
        driver, buffer = self._driver, self._buffer
        if not isinstance(driver, TerminalDriver) or buffer is None or not driver.idle or self._closed:
            return
        try:
            screen = self.screen
        except ScreenStackError:
            return  # the app is ending, and the terminal was still taking its last frame
        text = buffer.changes(WHOLE if self._cursor == NOWHERE else PART)
        cursor = screen.outer_size.clamp_offset(self.cursor_position)
        if not text and cursor == self._cursor:
            return
        self._cursor = cursor
        text += Control.move_to(*cursor).segment.text
        if self._sync_available and len(text) > TORN:
            text = f"{BEGIN}{text}{END}"
        driver.write(text)


def _pieces(update: ChopsUpdate | LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """What Textual would paint: (x, y, strip)."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, left, right in update.spans:
        for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if chop is not None and x < right and end > left:
                yield x, y, chop if end <= right else chop.crop(0, right - x)
