"""Text for people out of a page of the web, by the library of the extra `crawl`."""

import importlib.util
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from tui_trainer.corpus.reading.encoding import MARKS, Encoding, encoding_of, stated
from tui_trainer.corpus.reading.errors import Unreadable, parsing
from tui_trainer.corpus.reading.notes import Notes

if TYPE_CHECKING:
    from resiliparse.parse.html import HTMLTree

EXTRA = "pip install 'tui-trainer[crawl]'"
MOST_BYTES = 4_000_000  # of one page
# The library looks, for each `div` and `article`, at all that it stands in: 54 ns for two of them, measured.
MOST_LOOKS = 20_000_000
SEARCHED = 2_048  # bytes in which a page says its encoding; a browser looks at 1,024
DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
NESTING = re.compile(r"<(/?)(?:div|article)\b", re.IGNORECASE)


def has_library() -> bool:
    """Whether the extra of the install is there."""
    return importlib.util.find_spec("resiliparse") is not None


def parsed(body: bytes, charset: str = "") -> "tuple[HTMLTree, Encoding]":
    """A page as a tree, and the encoding that it was in.

    Args:
        charset: what the server said of it, if anything.

    Raises:
        Unreadable: it is too large, nested too deeply, or no text.
    """
    if not has_library():
        raise Unreadable(f"reading pages of the web needs an extra: {EXTRA}")
    from resiliparse.parse.html import HTMLTree

    if len(body) > MOST_BYTES:
        raise Unreadable(f"a page of more than {MOST_BYTES / 1e6:.0f} MB")
    encoding = encoding_of_page(body, charset)
    text = "".join(encoding.text([body]))
    if looks(text) > MOST_LOOKS:
        raise Unreadable("a page that is nested too deeply")
    with parsing("a page that can't be parsed"):
        return HTMLTree.parse(text), encoding


def texts(stream: BinaryIO, notes: Notes) -> Iterator[str]:
    """The text of a file that is one page.

    Raises:
        Unreadable: as `parsed`.
    """
    tree, encoding = parsed(stream.read(MOST_BYTES + 1))
    if encoding.guessed:
        notes.guessed.add(encoding)
    yield text_of(tree)


def text_of(tree: "HTMLTree") -> str:
    """What stands in a page for people: without menus, footers, scripts and what else stands around it."""
    from resiliparse.extract.html2text import extract_plain_text

    with parsing("a page that can't be parsed"):
        return extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)


def encoding_of_page(body: bytes, charset: str = "") -> Encoding:
    """By a mark at its beginning, else as the server says, else as the page says, if it can be; else found.

    Raises:
        Unreadable: it is no text.
    """
    from resiliparse.parse.encoding import map_encoding_to_html5

    if any(body.startswith(mark) for mark, _ in MARKS):
        return encoding_of(body)
    said = [charset] if charset else []
    said += [name.decode("ascii", "replace") for name in DECLARED.findall(body[:SEARCHED])[:1]]
    for name in said:
        codec = map_encoding_to_html5(name[:40], fallback_utf8=False)
        if codec is not None and (encoding := stated(body, codec)) is not None:
            return encoding
    return encoding_of(body)


def looks(text: str) -> int:
    """How often the library would look at one element for the sake of another, at most."""
    depth = deepest = count = 0
    for closing in NESTING.findall(text):
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
        count += not closing
    return deepest * count
