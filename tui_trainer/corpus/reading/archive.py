"""Members of .zip and .tar, read one behind the other and never written anywhere."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO

from msgspec import Struct

from tui_trainer.corpus.reading.errors import Unreadable, because
from tui_trainer.corpus.reading.find import MOST_FILES, Form, Skipped, form_of, is_passed_over, readable
from tui_trainer.corpus.reading.mail_format import is_mail, may_be_mail
from tui_trainer.corpus.reading.unpack import Meter, Packing, Unpacked, unpacked
from tui_trainer.errors import reason

BLOCK = 65_536
MOST_AT_ONCE = 16_000_000  # bytes that a library may ask for at once: a directory, a long name


class Member(Struct, frozen=True):
    """One file in an archive."""

    name: str  # for people; valid Unicode
    form: Form
    stream: io.BufferedReader
    content: Unpacked  # under the stream; knows what was wrong with it


def members(
    file: BinaryIO, is_zip: bool, packing: Packing | None, meter: Meter
) -> Iterator[Member | Skipped]:
    """The members that are text, each to be read before the next; hidden ones and other kinds are left out.

    Raises:
        Unreadable: this is no archive, or it is damaged; what came before is read.
    """
    content = None if packing is None else unpacked(file, packing, meter)
    try:
        if is_zip:
            yield from _zipped(_Modest(file), meter)
        elif content is None:
            yield from _tarred(_Modest(file), meter)
        else:  # what is unpacked is metered there, members and all
            yield from _tarred(_Forward(io.BufferedReader(content, BLOCK)), Meter(meter.most))
    except Unreadable:
        raise
    except Exception as error:  # each library's own, about what is in the file
        if content is None or content.damage is None:
            raise Unreadable(f"damaged, or no archive{because(error)}") from error
    if content is not None and content.damage is not None:
        raise content.damage


def _zipped(file: "_Modest", meter: Meter) -> Iterator[Member | Skipped]:
    with zipfile.ZipFile(file) as archive:
        listed = archive.infolist()
        for info in listed[:MOST_FILES]:
            if info.is_dir() or info.file_size == 0:
                continue
            if (member := _wanted(info.filename)) is None:
                continue
            if isinstance(member, Skipped):
                yield member
                continue
            try:
                opened = archive.open(info)
            except Exception as error:  # a password, a method that Python has not
                yield Skipped(readable(info.filename), reason(error)[:80])
                continue
            with opened:
                yield from _member(info.filename, member, opened, meter)
        if len(listed) > MOST_FILES:
            raise Unreadable(f"it has more than {MOST_FILES:,} members")


def _tarred(file: "_Modest", meter: Meter) -> Iterator[Member | Skipped]:
    count = 0
    with tarfile.open(fileobj=file, mode="r:") as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # not in its stubs; or they are all kept
            count += 1
            if count > MOST_FILES:
                raise Unreadable(f"it has more than {MOST_FILES:,} members")
            if not info.isfile() or info.size == 0:
                continue
            if (member := _wanted(info.name)) is None:
                continue
            if isinstance(member, Skipped):
                yield member
            elif info.issparse():
                yield Skipped(readable(info.name), "a file with holes")
            elif (opened := archive.extractfile(info)) is not None:
                yield from _member(info.name, member, opened, meter)


def _wanted(name: str) -> Form | Skipped | None:
    """What to read a member as, as far as its name tells; why not; None: a hidden one, or no text."""
    *folders, last = name.split("/")
    form = form_of(last)
    if is_passed_over(last) or any(map(is_passed_over, folders)):
        return None
    if form.kind is None and not may_be_mail(name):
        return None
    if form.kind in ("zip", "tar"):
        return Skipped(readable(name), "an archive in an archive: unpack it first")
    if form.kind == "parquet":
        return Skipped(readable(name), "a .parquet in an archive: unpack it first")
    return form


def _member(name: str, form: Form, opened: IO[bytes], meter: Meter) -> Iterator[Member]:
    """The member, unless neither its name nor how it begins tells that it is text."""
    content = Unpacked(opened.read, meter)
    stream: io.BufferedReader = io.BufferedReader(content, BLOCK)
    if may_be_mail(name) and is_mail(stream.peek(BLOCK)):
        form = Form("mail")
    if form.kind is not None:
        yield Member(readable(name), form, stream, content)


class _Modest(io.RawIOBase):
    """A file of which a library may not ask for any amount at once, whatever stands in it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file  # whoever opened it closes it

    def read(self, size: int = -1) -> bytes:
        data = b"" if size > MOST_AT_ONCE else self._file.read(MOST_AT_ONCE + 1 if size < 0 else size)
        if max(size, len(data)) > MOST_AT_ONCE:
            raise Unreadable("it claims parts of too large a size")
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


class _Forward(_Modest):
    """The same of a stream, in which one can go ahead only."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence or offset < self._at:
            raise Unreadable("its parts do not stand in order")
        while self._at < offset and self.read(min(BLOCK, offset - self._at)):
            pass
        return self._at

    def tell(self) -> int:
        return self._at
