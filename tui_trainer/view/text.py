"""Cutting text to cells. All of it expects text that `sanitize` has passed."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

# Where a line may be broken: a sign stays with what it is of, and so does a unit.
_SPACE = re.compile(r" (?![%↓]|(?<=\d )(?:s|ms|[kMGT]?B)(?!\w))")
WORDS_A_MINUTE = 160  # of somebody who reads slowly what they have never read before
_OVER_AND_OVER = 3  # times that words are said one after the other, from which on they stand once
_PHRASE, _FOLDED = 8, 4000  # words at most that are looked for again; characters that are looked through
_A_CELL = 4  # characters at most, or more: a letter with its marks


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    text = text[: _A_CELL * (width + 1)]  # of a line of a megabyte, a line of the screen
    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + "…"


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells."""
    head = text[: _A_CELL * (width + 1)]
    return text if len(head) == len(text) and cell_len(text) <= width else fit(head, width)


def fullest(forms: Iterable[str], width: int) -> str:
    """The first of several ways to say something that is whole in `width` cells; "" for none."""
    return next((form for form in forms if cell_len(form) <= width), "")


def cut_left(text: str, width: int) -> str:
    """The end of `text` in at most `width` cells."""
    if width <= 0:
        return ""
    tail = text[-_A_CELL * (width + 1) :]
    if len(tail) == len(text) and cell_len(text) <= width:
        return text
    kept: list[str] = []
    left = width - 1
    for character in reversed(tail):
        left -= cell_len(character)
        if left < 0:
            break
        kept.append(character)
    return "…" + "".join(reversed(kept))


def last_words(text: str, width: int) -> str:
    """The end of `text` in at most `width` cells, from a whole word on where one fits."""
    cut = cut_left(text, width)
    _, _, words = cut.partition(" ")
    return cut if cut == text or not words.strip() else f"… {words}"


def seconds_to_read(words: int) -> float:
    """How long a slow reader takes for so many words that are new to them."""
    return 60.0 * words / WORDS_A_MINUTE


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces where there are some."""
    if width <= 0:
        return []
    return [line for paragraph in text.split("\n") for line in _wrap_one(paragraph, width)]


def _wrap_one(text: str, width: int) -> Iterator[str]:
    if cell_len(text) <= width:
        yield text.rstrip()
        return
    line = ""
    room = width
    for word in _SPACE.split(text):
        length = cell_len(word)
        needed = length + (1 if line else 0)
        if needed <= room:
            line = f"{line} {word}" if line else word
            room -= needed
            continue
        if line:
            yield line.rstrip()
        pieces = chop_cells(word, width) if length > width else [word]
        yield from pieces[:-1]
        line = pieces[-1]
        room = width - cell_len(line)
    yield line.rstrip()


def _head(text: str, width: int, height: int) -> str:
    """As much of a text as may stand in so many lines, and one line more: a megabyte costs no more."""
    return text[: _A_CELL * max(width, 1) * (height + 1)]


def holds(text: str, width: int, height: int) -> bool:
    """Whether all of it stands in `height` wrapped lines."""
    return len(text) == len(_head(text, width, height)) and len(wrap(text, width)) <= height


def wrap_to(text: str, width: int, height: int) -> list[str]:
    """At most `height` wrapped lines; the last ends in an ellipsis where there was more."""
    lines = wrap(_head(text, width, height), width)
    if len(lines) <= height:
        return lines
    if height <= 0:
        return []
    kept = lines[:height]
    last = kept[-1]
    kept[-1] = (last if cell_len(last) < width else set_cell_size(last, width - 1)) + "…"
    return kept


def folded(text: str) -> str:
    """Words that are said over and over, once and how often: "Happy to help. (10×)"."""
    words, kept, at = text[:_FOLDED].split(), list[str](), 0
    while at < len(words):
        long, times = max(
            ((size, _times(words, at, size)) for size in range(1, _PHRASE + 1)),
            key=lambda found: (found[0] * (found[1] - 1), -found[0]),
        )
        if times < _OVER_AND_OVER:
            long = times = 1
        kept += [*words[at : at + long], *([f"({times}×)"] if times > 1 else [])]
        at += long * times
    return " ".join(kept)


def _times(words: Sequence[str], at: int, size: int) -> int:
    """How often so many words come one after the other, from the `at`-th on."""
    phrase, times = words[at : at + size], 1
    while len(phrase) == size and words[at + times * size : at + (times + 1) * size] == phrase:
        times += 1
    return times


def wrap_answer(text: str, width: int, height: int) -> list[str]:
    """An answer in at most `height` wrapped lines. Where there is more of it, what is said over and over
    stands once; where there is more still, its beginning and its end, with an ellipsis between: answers to
    one prompt begin alike, and what earns or costs them a reward mostly stands at their ends."""
    if holds(text, width, height):
        return wrap(text, width)
    words = folded(text).split()
    whole, left = wrap(" ".join(words), width), min(len(words), 1 + width * height // 2)
    while len(whole) > height and left > 2:
        left -= 1
        head = max(1, left // 3)
        whole = wrap(" ".join([*words[:head], "…", *words[head - left :]]), width)
    return whole if len(whole) <= height else wrap_to(text, width, height)
