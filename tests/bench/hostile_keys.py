"""Bytes that no keyboard sends, to the real screen on a pseudo-terminal, and to its parser in process.

    python tests/bench/hostile_keys.py [--count 300] [--seed 0] [--parsed 20000]

After each the screen must answer to a new size of its window within ten seconds, or have ended as by a key:
with status 0, the terminal given back and no traceback. Prints how many of each, and the slowest answer.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

import hostile_sequences as hostile
import recorded
from pseudo_terminal import Terminal

from tui_trainer.ui.terminal.keyboard import Keyboard

ANSWER_SECONDS = 10.0
GIVEN_BACK = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?2004l", b"\x1b[?25h")


def parsed(count: int, seed: int) -> int:
    """Feed the parser; returns how many events came of it. Raises whatever it raises."""
    random, events = Random(seed), 0
    now = 0.0
    keyboard = Keyboard(clock=lambda: now)
    for _ in range(count):
        data = hostile.sequence(random)
        cut = random.randint(0, len(data))
        for part in (data[:cut], data[cut:]):
            events += len(list(keyboard.feed(part)))
            now += random.choice((0.0, 0.05, 2.0))
            events += len(list(keyboard.tick()))
    return events


class Door:
    """The screen, opened anew when it has ended."""

    def __init__(self, folder: Path, said: Counter[str]) -> None:
        self.folder, self.said = folder, said
        self.slowest = 0.0
        self._open()

    def _open(self) -> None:
        self.terminal = Terminal(self.folder, "view")
        self.terminal.wait_for("The trainer has stopped")
        self.width = 120

    def _details(self) -> str:
        log = self.folder / "screen.log"
        return log.read_text() if log.exists() else repr(self.terminal.output[-300:])

    def knock(self, data: bytes) -> None:
        """Send it, and see what becomes of the screen. Raises `AssertionError`."""
        terminal = self.terminal
        os.write(terminal.end, data)
        terminal.read(0.05)
        self.width = 100 + (self.width - 99) % 30  # never one that may be on the screen still
        terminal.resize(self.width, 40)
        before, began = len(terminal.output), time.monotonic()
        while (status := _ended(terminal)) is None:
            took = time.monotonic() - began
            if len(terminal.output) > before:
                self.slowest = max(self.slowest, took)
                self.said["goes on"] += 1
                return
            assert took < ANSWER_SECONDS, "no answer"
        assert status == 0, f"status {status}: {self._details()}"
        assert all(code in terminal.output for code in GIVEN_BACK), "not given back"
        assert b"Traceback" not in terminal.output, "a traceback"
        self.said["ended by a key"] += 1
        self._open()


def _ended(terminal: Terminal) -> int | None:
    try:
        return terminal.ended(0.05)
    except AssertionError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--parsed", type=int, default=20_000)
    options = parser.parse_args()
    print(f"{options.parsed} sequences parsed into {parsed(options.parsed, options.seed)} events")
    said: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        run = recorded.write_run(
            Path(folder) / "run", recorded.until(recorded.records(), recorded.e.Guessed, 130)
        )
        door = Door(run.path, said)
        random, worst = Random(options.seed), []
        for _ in range(options.count):
            data = hostile.sequence(random)
            try:
                door.knock(data)
            except AssertionError as error:
                worst.append(f"{data!r}: {error}")
                door._open()
        door.terminal.key("\x1b[201~\x11", 0.0)  # ctrl+q, wherever it is
        assert door.terminal.ended() == 0
    print(
        ", ".join(f"{count} {kind}" for kind, count in said.items()), f"; slowest answer {door.slowest:.2f} s"
    )
    print(f"{len(worst)} wrong of {options.count}", *worst[:5], sep="\n")
    sys.exit(bool(worst))


if __name__ == "__main__":
    main()
