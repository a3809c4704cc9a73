"""`tui-trainer --help` must be there at once."""

import subprocess
import sys
import time

SECONDS = 0.150


def test_help_is_there_in_150_ms() -> None:
    took = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tui_trainer", "--help"], capture_output=True, check=True)
        took.append(time.perf_counter() - began)
    print(f"--help: {min(took) * 1000:.0f} ms at best, {sorted(took)[3] * 1000:.0f} ms in the middle")
    assert min(took) < SECONDS
