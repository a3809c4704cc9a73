"""Which files to read, from the paths that the user named."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

Kind = Literal["prose", "code", "jsonl", "parquet"]

PROSE = ("txt", "text", "md", "markdown", "rst", "tex", "org", "adoc", "csv", "tsv", "srt", "log")
# fmt: off
CODE = frozenset((
    "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "c", "h", "cc", "cpp", "cxx", "hpp", "java", "kt",
    "go", "rs", "rb", "php", "pl", "lua", "r", "jl", "hs", "ml", "scala", "swift", "cs", "sh", "bash", "zsh",
    "fish", "ps1", "sql", "html", "htm", "css", "scss", "yaml", "yml", "toml", "ini", "cfg", "vue", "dart",
    "ex", "exs", "erl", "clj", "el", "vim", "cmake", "nix", "zig", "asm", "s", "f90", "m", "tcl",
))
# fmt: on
RECORDS: dict[str, Kind] = {"jsonl": "jsonl", "ndjson": "jsonl", "parquet": "parquet"}
PASSED_OVER = frozenset(("node_modules", "__pycache__", "site-packages"))
MOST_FILES = 100_000
MOST_DEFLATED = 1_032  # the format packs no better than this: a larger claim is no claim


class Found(Struct, frozen=True):
    """A regular file, not opened yet."""

    path: Path
    name: str  # for people; valid Unicode
    kind: Kind
    gzipped: bool
    size: int  # bytes of text in it, as far as can be told without reading it


class Skipped(Struct, frozen=True):
    """Something that is not read, and why."""

    name: str
    reason: str


def find(paths: Sequence[str]) -> Iterator[Found | Skipped]:
    """Every file to read, once, in an order that does not depend on the file system.

    Folders are walked without following links to other folders, so a loop of links ends. In them, hidden
    files and kinds of file that are not text are passed over (and counted); a file named outright is tried
    as text whatever its name.
    """
    seen: set[tuple[int, int]] = set()
    others: Counter[str] = Counter()
    count = 0
    for path, named in _walk(paths):
        if isinstance(path, Skipped):
            yield path
            continue
        name = readable(str(path))
        kind, gzipped = kind_of(path.name)
        if kind is None and not named:
            others[path.suffix.lower() or "no suffix"] += 1
            continue
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            yield Skipped(name, why(error))
            continue
        if not stat.S_ISREG(status.st_mode):
            yield Skipped(name, "not a regular file")
        elif status.st_size == 0:
            yield Skipped(name, "empty")
        elif (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            count += 1
            if count > MOST_FILES:
                yield Skipped(name, f"more than {MOST_FILES:,} files; this one and what follows is not read")
                return
            yield Found(path, name, kind or "prose", gzipped, _text_size(path, status.st_size, gzipped))
    if others:
        kinds = ", ".join(readable(f"{suffix} {n:,}") for suffix, n in others.most_common(4))
        more = ", ..." if len(others) > 4 else ""
        yield Skipped(f"{others.total():,} files of other kinds", kinds + more)


def kind_of(file_name: str) -> tuple[Kind | None, bool]:
    """What a file's name says of its content, and whether it is compressed."""
    parts = file_name.lower().split(".")
    gzipped = len(parts) > 1 and parts[-1] == "gz"
    if gzipped:
        parts.pop()
    suffix = parts[-1] if len(parts) > 1 else ""
    if suffix in RECORDS:
        return RECORDS[suffix], gzipped
    if suffix in CODE:
        return "code", gzipped
    return ("prose" if suffix in PROSE or gzipped else None), gzipped


def why(error: Exception) -> str:
    """An error of the operating system in a few words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return readable(str(error).splitlines()[0] if str(error) else type(error).__name__)[:120]


def readable(name: str) -> str:
    """A file's name as valid Unicode: bytes that are none come out as question marks."""
    return name.encode("utf-8", "replace").decode()


def _walk(paths: Sequence[str]) -> Iterator[tuple[Path | Skipped, bool]]:
    """Files, and whether each was named outright."""
    for given in paths:
        top = Path(given).expanduser()
        try:
            is_folder = stat.S_ISDIR(top.stat().st_mode)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            yield Skipped(readable(given), why(error)), True
            continue
        if not is_folder:
            yield top, True
            continue
        refused: list[OSError] = []
        for folder, folders, files in os.walk(top, onerror=refused.append):
            folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in PASSED_OVER)
            for file in sorted(files):
                if not file.startswith("."):
                    yield Path(folder, file), False
        for refusal in refused:
            yield Skipped(readable(str(refusal.filename)), why(refusal)), False


def _text_size(path: Path, size: int, gzipped: bool) -> int:
    if not gzipped:
        return size
    try:
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            claimed = int.from_bytes(file.read(4), "little")  # RFC 1952: ISIZE, modulo 2^32
    except OSError:
        return size
    return max(size, min(claimed, MOST_DEFLATED * size))
