"""Which encoding a file is in, told from its beginning: by a mark, else UTF-8, else what a library finds."""

import codecs
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui_trainer.corpus.reading.errors import Unreadable

HEAD = 65_536  # bytes looked at
DETECTED = 16_384  # of them by the library, which is slow
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
ESCAPED = re.compile(rb"\x1b[$(][\x40-\x7e]")  # how ISO-2022 leaves ASCII: all its bytes are ASCII
MOST_CONTROLS = 0.02  # of the bytes; text has next to none
MOST_INVALID = 0.01  # of the bytes; a stray one does not make a file another encoding
MARKS = [  # the longer ones first: UTF-32's mark begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
# What begins like this can be nearly all letters, and is no text to read.
FORMATS = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "an archive, as those of office programs are",
    b"{\\rtf": "rich text (RTF)",
}
FALLBACK = "cp1252"  # every Western European file reads well in it, and every other one at least reads
# Those that files are in: among all that Python knows, the library takes Italian for an old Mac's Czech.
CANDIDATES = [
    *("gb18030", "big5", "cp932", "euc_jp", "iso2022_jp", "cp949"),
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp874"),
    *("koi8_r", "cp866", "iso8859_2", "iso8859_5"),
]
NEAR = 0.05  # of the library's measure of mess: so near, Windows-1252 is taken, the commonest
NOT_WESTERN = ("Czech", "Slovak", "Polish", "Croatian", "Slovene", "Hungarian", "Romanian", "Turkish")
# What is written under these names has characters that only the larger sets hold.
SUPERSETS = {"iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "shift_jis": "cp932"}
SUPERSETS |= {"euc_kr": "cp949"}
OF_HOSTS = ("idna", "punycode")  # codecs for names of machines; their time grows with the square of a text


class Encoding(Struct, frozen=True):
    """A codec for `errors="replace"`, and how sure it is that it is the file's."""

    codec: str
    guessed: str = ""  # why it is named to the person; "": the file says so itself

    def text(self, chunks: Iterable[bytes]) -> Iterator[str]:
        """The text of a file's pieces, without a byte-order mark; what is none becomes U+FFFD."""
        decoder = codecs.getincrementaldecoder(self.codec)("replace")
        at_start = True
        for chunk in chunks:
            text = decoder.decode(chunk)
            yield text.removeprefix("\ufeff") if at_start else text
            at_start = at_start and not text
        yield decoder.decode(b"", final=True)


def encoding_of(head: bytes) -> Encoding:
    """The encoding of a file that begins like this; `HEAD` bytes are enough.

    Raises:
        Unreadable: this is not text.
    """
    for mark, codec in MARKS:
        if head.startswith(mark):
            return Encoding(codec)
    for mark, form in FORMATS.items():
        if head.startswith(mark):
            raise Unreadable(f"{form}, not plain text: save it as text")
    if (unmarked := _without_mark(head)) is not None:
        return Encoding(unmarked, "it has no byte-order mark")
    if len(CONTROLS.findall(head)) > MOST_CONTROLS * len(head):
        raise Unreadable("binary, not text")
    text = head.decode("utf-8", "surrogateescape")[:-3]  # the last character may be cut in two
    if text.isascii():
        return _detected(head) if ESCAPED.search(head) else Encoding("utf-8")
    invalid = sum("\udc80" <= c <= "\udcff" for c in text)
    if not invalid:
        return Encoding("utf-8")
    if invalid <= MOST_INVALID * len(text) and invalid < sum(c > "\x7f" for c in text):
        return Encoding("utf-8", "but for some bytes that are none, which are shown as \ufffd")
    return _detected(head)


def stated(content: bytes, charset: str) -> Encoding | None:
    """The encoding of this name, if all of the content is text in it."""
    try:
        codec = codecs.lookup(charset).name
        codec = SUPERSETS.get(codec, codec)
        fits = codec not in OF_HOSTS and "\x00" not in content.decode(codec)
    except (ValueError, LookupError):  # among them what is not Unicode, and a NUL in the name
        return None
    return Encoding(codec) if fits else None


def _without_mark(head: bytes) -> str | None:
    """UTF-32 and 16 without a mark: three bytes of four, or every second one, of ASCII are 0."""
    for codec, unit in (("utf-32-le", 4), ("utf-16-le", 2)):
        zeros = [head[at::unit].count(0) > 0.7 * (len(head) // unit) for at in range(unit)]
        if len(head) >= 4 * unit and sum(zeros) == unit - 1 and zeros[0] != zeros[-1]:
            return codec if zeros[-1] else codec.replace("le", "be")
    return None


def _detected(head: bytes) -> Encoding:
    from charset_normalizer import from_bytes  # with its tables, which few files need

    sample = head[:DETECTED]
    # The library takes no encoding in which the last character is cut in two; a line's end cuts none.
    end = sample.rfind(b"\n") + 1
    samples = [sample[:end]] if end else [sample[: len(sample) - cut] for cut in range(4)]
    found = [from_bytes(each, cp_isolation=CANDIDATES) for each in samples]
    bests = [(best, matches) for matches in found if (best := matches.best()) is not None]
    if not bests:
        return Encoding(FALLBACK, "it is not UTF-8, nor anything else that is recognized")
    best, matches = min(bests, key=lambda pair: (pair[0].chaos, -pair[0].coherence))
    western = FALLBACK in best.could_be_from_charset or any(
        FALLBACK in match.could_be_from_charset and match.language not in NOT_WESTERN
        for match in matches
        if match.chaos <= best.chaos + NEAR
    )
    return Encoding(FALLBACK if western else best.encoding, "it is not UTF-8")
