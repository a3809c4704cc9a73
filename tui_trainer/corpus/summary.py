"""`corpus.json`: all that is small in a corpus folder, and what vouches for the other files in it.

It is written last, so a folder without it holds no whole corpus, and is sealed itself. A corpus of an earlier
version names no hashes; its files are taken as they are.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from tui_trainer import checksums
from tui_trainer.errors import UserError, foreign
from tui_trainer.files import open_own, read_own, sha256_of

NAME = "corpus.json"


class Summary(Struct, forbid_unknown_fields=True):
    """What is in the file."""

    mixture: dict[str, float]  # readings, by source; its keys name the files train-<source>.npy
    validation_bytes: int  # of the text in validation.npy; document markers count for none
    rating_prompts: list[str]
    held_out_prompts: list[str]
    sample_prompts: list[str]
    upset_prompts: list[str] = []
    upset_held_out: list[str] = []
    sha256: dict[str, str] = {}  # of the other files, by name


def write(folder: Path, summary: Summary) -> None:
    """Write it, with the hashes of all files that are there. Raises `OSError`."""
    summary.sha256 = {
        path.name: sha256_of(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != NAME
    }
    (folder / NAME).write_bytes(checksums.sealed(msgspec.json.encode(summary)))


def read(folder: Path) -> Summary:
    """What `write` wrote. Raises `UserError`."""
    with foreign(f"no whole corpus in {folder} ({NAME})"):
        return checksums.unsealed(read_own(folder / NAME), Summary)


def whole(folder: Path, name: str, summary: Summary) -> Path:
    """The path of a file of the folder, which is what was written.

    Raises:
        UserError: it is missing, damaged, or no regular file.
    """
    path = folder / name
    with foreign(f"no whole corpus in {folder} ({name})"):
        if path.parent != folder or name in ("", ".", ".."):
            raise ValueError("it is not the name of a file")
        if name in summary.sha256 and summary.sha256[name] != sha256_of(path):
            raise UserError(f"{path} is damaged, or was changed: it does not have the hash in {NAME}")
        os.close(open_own(path))  # of an earlier version: at least no link and no pipe
    return path


def content(folder: Path, name: str, summary: Summary) -> bytes:
    """What is in a file of the folder. Raises `UserError` as `whole`."""
    path = whole(folder, name, summary)
    with foreign(f"no whole corpus in {folder} ({name})"):
        return read_own(path)
