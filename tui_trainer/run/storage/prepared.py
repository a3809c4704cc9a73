"""Tiny worlds that were prepared before: to write and filter one takes ten seconds, to copy it none.

They lie in the user's cache folder, each in a folder named by hashes of all that it was made of: this
program's own source with the libraries that decide about tokens and duplicates, and settings with the seed.
Every file is held against the hash that the corpus itself names. What is damaged, or can't be read or
written, is as good as not there.
"""

import contextlib
import hashlib
import os
import shutil
from functools import cache
from importlib import metadata
from pathlib import Path

import msgspec
import platformdirs
from msgspec import Struct
from msgspec.structs import replace

import tui_trainer
from tui_trainer import checksums
from tui_trainer.corpus import summary
from tui_trainer.errors import UserError, foreign
from tui_trainer.files import private, read_own
from tui_trainer.messages.events import AnyEvent, CorpusReady, Event
from tui_trainer.settings import Settings

MOST_WORLDS = 8
MOST_BYTES = 64 * 1024 * 1024  # of one; a world as large as a preset's takes 7 to 15 MB
EVENTS = "events.json"
DECIDING = ("numpy", "rapidfuzz", "rensa", "tokenizers")


class _Told(Struct, forbid_unknown_fields=True):
    """What the data stage told while it made a world."""

    events: list[AnyEvent]


class Prepared:
    """One world of the tiny kind, by its settings and seed, where it is kept if it was made before."""

    def __init__(self, settings: Settings, seed: int) -> None:
        made_of = msgspec.json.encode([settings.data, settings.finetune, seed], order="sorted")
        self.source = _source()
        cached = Path(platformdirs.user_cache_dir("tui-trainer", appauthor=False))
        self.folder = cached / "worlds" / f"{self.source}-{hashlib.sha256(made_of).hexdigest()[:32]}"

    @property
    def there(self) -> bool:
        """Whether it seems to be."""
        return (self.folder / EVENTS).exists()

    def copy(self, folder: Path) -> list[Event] | None:
        """Fill a folder, which exists, with the corpus, and give back what was told of it; None: it is not
        there, or not whole, and the folder is empty."""
        if not self.there:
            return None
        try:
            with foreign("a prepared world"):
                told = checksums.unsealed(read_own(self.folder / EVENTS), _Told)
                known = summary.read(self.folder)
                for name in known.sha256:
                    (folder / name).write_bytes(summary.content(self.folder, name, known))
                (folder / summary.NAME).write_bytes(read_own(self.folder / summary.NAME))
                os.utime(self.folder)  # used: it stays the longest
                return [replace(e, copied=True) if isinstance(e, CorpusReady) else e for e in told.events]
        except UserError:
            for path in folder.iterdir():
                path.unlink()
            return None

    def keep(self, folder: Path, events: list[Event]) -> None:
        """Keep a corpus that was made, and let those go of another source, and the one used least lately."""
        half = self.folder.with_name(f".{self.folder.name}.{os.getpid()}")
        with contextlib.suppress(OSError), private():
            if sum(path.stat().st_size for path in folder.iterdir()) > MOST_BYTES:
                return
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.folder, ignore_errors=True)  # it was not whole
            half.mkdir()
            for path in folder.iterdir():
                shutil.copyfile(path, half / path.name)
            content = msgspec.json.encode(_Told(events))  # type: ignore[arg-type]  # all events are AnyEvent
            (half / EVENTS).write_bytes(checksums.sealed(content))
            os.rename(half, self.folder)
            worlds = sorted(self.folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in worlds:
                if path not in worlds[-MOST_WORLDS:] or not path.name.startswith(f"{self.source}-"):
                    shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(half, ignore_errors=True)


@cache
def _source() -> str:
    """The hash of everything that makes a world of settings and a seed."""
    digest = hashlib.sha256()
    root = Path(tui_trainer.__path__[0])
    for path in sorted(path for path in root.rglob("*") if path.suffix in (".py", ".toml")):
        digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    for library in DECIDING:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    return digest.hexdigest()[:16]
