"""A run of 200,000 events: from opening it to its whole history on the screen, and memory from then on.

python tests/bench/long_run.py [--events 200000]
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from real_training import verdict

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))

import recorded
from pseudo_terminal import Terminal

from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Record, encoder
from tui_trainer.run.storage.log import seal

PAGE = os.sysconf("SC_PAGE_SIZE")


def lines(count: int, first: int = 0, crc: int = 0) -> tuple[bytes, int]:
    """Records of pretraining from a number on, as a real run writes them; the first ones begin the run.

    Returns:
        The lines, and the CRC of all up to them; `crc` is that of all before them.
    """
    opening = recorded.until(recorded.records(), e.StageStarted, 1, stage="pretrain")
    made = bytearray()
    guess, validated, sampled = (
        next(r.event for r in recorded.records() if isinstance(r.event, kind))
        for kind in (e.Guessed, e.Validated, e.Sampled)
    )
    for seq in range(first, first + count):
        if seq < len(opening):
            event = opening[seq].event
            if isinstance(event, e.StageStarted) and event.stage == "pretrain":
                event = e.StageStarted("pretrain", 400_000)
        elif seq % 2:
            step = seq // 2
            event = e.Stepped(
                "pretrain", step, 2.0 + 5.0 / (1 + step / 500), 0.02, 0.7, step * 1024, step * 1.4e10
            )
        else:
            event = guess if seq % 50 else validated if seq % 100 else sampled
        line, crc = seal(encoder.encode(Record(VERSION, seq, 1.7e9 + seq / 10, seq / 10, event)), crc)
        made += line
    return bytes(made), crc


def resident(process: int) -> float:
    """Megabytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE / 1e6


def shown(terminal: Terminal, step: int, seconds: float) -> float:
    """Seconds until the rail shows a step."""
    began = time.perf_counter()
    terminal.wait_for(f"{step:,}/", seconds)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    options = parser.parse_args()
    count = options.events
    with tempfile.TemporaryDirectory() as directory:
        folder = recorded.write_run(Path(directory) / "run", [])
        written, crc = lines(count)
        folder.events.write_bytes(written)
        print(f"      {count:,} events, {folder.events.stat().st_size / 1e6:.0f} MB")
        began = time.perf_counter()
        terminal = Terminal(folder.path, "view")
        shown(terminal, (count - 1) // 2, 60.0)
        good = verdict("open to the whole history", time.perf_counter() - began, 1.0, "s")
        terminal.read(3.0)
        before = resident(terminal.process)
        for part in range(20):
            with folder.events.open("ab") as file:
                written, crc = lines(count // 20, count + part * (count // 20), crc)
                file.write(written)
            terminal.output = b""
            terminal.read(0.5)
        terminal.read(3.0)
        growth = 100 * (resident(terminal.process) / before - 1)
        print(f"      {before:.0f} MB, then {resident(terminal.process):.0f} MB")
        good &= verdict(f"growth of memory over {count:,} further events", growth, 2.0, "%")
        os.kill(terminal.process, signal.SIGTERM)
        terminal.ended()
    sys.exit(not good)


if __name__ == "__main__":
    main()
