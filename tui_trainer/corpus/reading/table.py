"""Tables as text: .csv and .tsv whose first row names the columns."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from tui_trainer.corpus.reading.values import LONG, Bad, Value

BLANK = re.compile(r"\n{4,}+")
DELIMITERS = ",;\t|"


def header_of(line: str, known: Sequence[frozenset[str]]) -> tuple[str, list[str]] | None:
    """The delimiter and the column names in a table's first line; None when it names no known columns.

    Args:
        known: sets of names of which one has to be there whole.
    """
    for delimiter in DELIMITERS:
        try:
            names = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        names = [name.strip().lower() for name in names]
        if any(wanted <= frozenset(names) for wanted in known):
            return delimiter, names
    return None


def records(texts: Iterable[str], delimiter: str, names: Sequence[str], longest: int) -> Iterator[Value]:
    """The rows behind the first line, each as what stands under the names.

    Args:
        longest: characters of one cell; a row with a longer one is `Bad(LONG)`.
    """
    csv.field_size_limit(longest)
    reader = csv.reader(_lines(texts, longest), delimiter=delimiter)
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Value(line, Bad(LONG if "limit" in str(error) else f"not CSV ({error})"))
        else:
            if row is None:
                return
            if line > 1 and row:
                yield Value(line, dict(zip(names, row, strict=False)))
        line = reader.line_num + 1


def _lines(texts: Iterable[str], longest: int) -> Iterator[str]:
    """Lines with their ends; what is longer than a line may be comes in pieces, many blank lines as two."""
    rest = ""
    for text in texts:
        *whole, rest = BLANK.sub("\n\n\n", rest + text).split("\n")
        yield from (f"{line}\n" for line in whole)
        if len(rest) > longest:
            yield rest
            rest = ""
    yield rest
