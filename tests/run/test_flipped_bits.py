"""The bench of flipped bits over a run of the toy stages, at a few places of each file."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench" / "flipped_bits.py"


def test_a_flipped_bit_in_any_file_of_a_run_is_noticed_or_harmless() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCH), "--run", "toys", "--places", "3"], capture_output=True, text=True
    )
    files = ("plan.json", "events.jsonl", "latest.safetensors", "preferences.jsonl", "picks.jsonl")
    assert done.returncode == 0 and "WRONG" not in done.stdout, done.stdout + done.stderr
    assert all(file in done.stdout for file in files)
