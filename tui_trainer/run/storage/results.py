"""`experiments/NAME.json` of a run: what experiments have found that began from it, the last of each."""

import msgspec

from tui_trainer.errors import foreign
from tui_trainer.files import read_own, write_atomically
from tui_trainer.messages.results import Result
from tui_trainer.run.storage.folder import RunFolder

MOST_BYTES = 16 * 1024 * 1024


def load(folder: RunFolder, name: str) -> Result | None:
    """What the experiment of that name has found; None: it was never done. Raises `UserError`."""
    with foreign(f"what experiment {name} has found in run {folder.id} can't be read"):
        try:
            content = read_own(folder.result(name), MOST_BYTES)
        except FileNotFoundError:
            return None
        return msgspec.json.decode(content, type=Result)


def save(folder: RunFolder, result: Result) -> None:
    """Keep it, in the place of an earlier one. Raises `UserError`."""
    with foreign(f"what experiment {result.experiment} has found can't be kept in run {folder.id}"):
        path = folder.result(result.experiment)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_atomically(path, encode(result))


def encode(result: Result) -> bytes:
    """As indented JSON."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"
