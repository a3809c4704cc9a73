"""The terminal's keyboard, read so that a lone escape is answered at once.

Textual's own driver looks every 100 ms whether an escape has stayed alone, whatever ESCDELAY says; here it
is looked at when that time is over. And a terminal that is gone is not read again and again.
"""

import codecs
import os
import select

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

LOOK_SECONDS = 0.1  # at most so long after its end the thread ends
READ_BYTES = 4096


class TerminalDriver(LinuxDriver):
    """For the terminals of Linux and macOS."""

    def run_input_thread(self) -> None:
        """Read keys and pass them on until the driver ends."""
        parser = XTermParser(self._debug)
        decoder = codecs.getincrementaldecoder("utf-8")()
        while not self.exit_event.is_set():
            undecided = parser._timeout_time is not None  # an escape that may be the start of more
            wait = constants.ESCAPE_DELAY if undecided else LOOK_SECONDS
            if select.select([self.fileno], [], [], wait)[0]:
                data = os.read(self.fileno, READ_BYTES)
                if not data:
                    self.exit_event.wait()  # nobody will type again; the signal that says so ends the app
                    break
                if text := decoder.decode(data):
                    for event in parser.feed(text):
                        self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
