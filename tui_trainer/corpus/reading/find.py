"""Which files to read, from the paths that the user named."""

import os
import stat
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tui_trainer.corpus.reading.encoding import HEAD
from tui_trainer.corpus.reading.mail_format import is_mail, may_be_mail
from tui_trainer.corpus.reading.unpack import Packing
from tui_trainer.files import named

Kind = Literal["prose", "code", "jsonl", "json", "table", "parquet", "zip", "tar", "html", "warc", "mail"]

PROSE = ("txt", "text", "md", "markdown", "rst", "tex", "org", "adoc", "srt", "log")
# fmt: off
CODE = frozenset((
    "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "c", "h", "cc", "cpp", "cxx", "hpp", "java", "kt",
    "go", "rs", "rb", "php", "pl", "lua", "r", "jl", "hs", "ml", "scala", "swift", "cs", "sh", "bash", "zsh",
    "fish", "ps1", "sql", "css", "scss", "yaml", "yml", "toml", "ini", "cfg", "vue", "dart",
    "ex", "exs", "erl", "clj", "el", "vim", "cmake", "nix", "zig", "asm", "s", "f90", "m", "tcl",
))
# fmt: on
OTHERS: dict[str, Kind] = {
    **{"jsonl": "jsonl", "ndjson": "jsonl", "json": "json", "csv": "table", "tsv": "table"},
    **{"parquet": "parquet", "zip": "zip", "tar": "tar", "warc": "warc"},
    **{"html": "html", "htm": "html", "xhtml": "html", "eml": "mail", "mbox": "mail"},
}
PACKINGS: dict[str, Packing] = {"gz": "gz", "bz2": "bz2", "xz": "xz"}
PACKED_TAR: dict[str, Packing] = {"tgz": "gz", "tbz": "bz2", "tbz2": "bz2", "txz": "xz"}
PASSED_OVER = frozenset(("node_modules", "__pycache__", "site-packages"))
MOST_FILES = 100_000
MOST_ENTRIES = 1_000_000  # of folders: looked at, whatever they are
MOST_DEFLATED = 1_032  # the format packs no better than this: a larger claim is no claim


class Form(Struct, frozen=True):
    """What a file's name says of its content."""

    kind: Kind | None  # None: nothing that is known as text
    packing: Packing | None = None  # how it is compressed as a whole


class Found(Struct, frozen=True):
    """A regular file, not opened yet."""

    path: Path
    name: str  # for people; valid Unicode
    kind: Kind
    packing: Packing | None
    size: int  # bytes of text in it, as far as can be told without reading it


class Skipped(Struct, frozen=True):
    """Something that is not read, and why."""

    name: str
    reason: str


class Followed(Struct, frozen=True):
    """A link to another folder, whose files are read."""

    name: str
    to: str


def find(paths: Sequence[str]) -> Iterator[Found | Skipped | Followed]:
    """Every file to read, once, in an order that does not depend on the file system.

    In folders, links to other folders are followed, each folder being read once, so a loop of links ends.
    Hidden files and kinds of file that are not text are passed over there (and counted), but for mail, of
    which the files have no ending; a file named outright is tried as text whatever its name.
    """
    seen: set[tuple[int, int]] = set()
    others: Counter[str] = Counter()
    count = 0
    for path, is_given in _walk(paths):
        if not isinstance(path, Path):
            yield path
            continue
        name = readable(str(path))
        form = Form("mail") if _holds_mail(path) else form_of(path.name)
        if form.kind is None and not is_given:
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
            size = _text_size(path, status.st_size, form.packing)
            yield Found(path, name, form.kind or "prose", form.packing, size)
    if others:
        kinds = ", ".join(readable(f"{suffix} {n:,}") for suffix, n in others.most_common(4))
        more = ", ..." if len(others) > 4 else ""
        yield Skipped(f"{others.total():,} files of other kinds", kinds + more)


def form_of(file_name: str) -> Form:
    """What a file's name says of its content."""
    parts = file_name.lower().split(".")
    if parts[-1] in PACKED_TAR and len(parts) > 1:
        return Form("tar", PACKED_TAR[parts[-1]])
    packing = PACKINGS.get(parts[-1]) if len(parts) > 1 else None
    if packing is not None:
        parts.pop()
    suffix = parts[-1] if len(parts) > 1 else ""
    if suffix in CODE:
        return Form("code", packing)
    return Form(OTHERS.get(suffix, "prose" if suffix in PROSE or packing else None), packing)


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or holds other people's things."""
    return name.startswith(".") or name in PASSED_OVER


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


def _walk(paths: Sequence[str]) -> Iterator[tuple[Path | Skipped | Followed, bool]]:
    """Files, and whether each was named outright."""
    seen: set[tuple[int, int] | None] = set()
    left = MOST_ENTRIES
    for given in paths:
        if not given:  # to Python, the current folder
            yield Skipped("''", "an empty name"), True
            continue
        top = named(given)
        try:
            is_folder = stat.S_ISDIR(top.stat().st_mode)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            yield Skipped(readable(given), why(error)), True
            continue
        if not is_folder:
            yield top, True
            continue
        links = deque([top])  # the folder itself, then what links in it lead to: real folders come first
        above = {_identity(folder) for folder in top.absolute().parents}
        while links:
            start = links.popleft()
            if (identity := _identity(start)) in seen:
                continue
            if start is not top:
                if identity in above:
                    yield Skipped(readable(str(start)), "a link to a folder that this one is in"), False
                    continue
                yield Followed(readable(str(start)), readable(os.path.realpath(start))), False
            refused: list[OSError] = []
            for folder, folders, files in os.walk(start, onerror=refused.append):
                seen.add(_identity(folder))
                folders[:] = sorted(f for f in folders if not is_passed_over(f))
                links += [p for f in folders if (p := Path(folder, f)).is_symlink()]
                left -= len(folders) + len(files)
                if left < 0:
                    yield Skipped(readable(folder), f"more than {MOST_ENTRIES:,} files and folders"), False
                    return
                for file in sorted(files):
                    if not file.startswith("."):
                        yield Path(folder, file), False
            for refusal in refused:
                yield Skipped(readable(str(refusal.filename)), why(refusal)), False


def _holds_mail(path: Path) -> bool:
    """Whether a file whose name does not say it is mail."""
    if not may_be_mail(str(path)):
        return False
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return is_mail(file.read(HEAD))
    except (OSError, ValueError):
        return False


def _identity(folder: str | Path) -> tuple[int, int] | None:
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _text_size(path: Path, size: int, packing: Packing | None) -> int:
    if packing != "gz":
        return size
    try:
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            claimed = int.from_bytes(file.read(4), "little")  # RFC 1952: ISIZE, modulo 2^32
    except OSError:
        return size
    return max(size, min(claimed, MOST_DEFLATED * size))
