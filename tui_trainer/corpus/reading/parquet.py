"""Rows of .parquet, at the cost of what is taken and not of what the file claims.

A text that stands in a column many times is stored once, so some kilobytes can hold gigabytes. Columns are
therefore read as indices into their different texts; texts are made of those rows alone that are taken.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tui_trainer.corpus.reading.errors import Unreadable, because
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.records import COLUMNS, FIELDS, LONGEST, MOST_RECORDS
from tui_trainer.corpus.reading.values import LONG, Bad, Value

ROWS = 256  # read at once
AT_ONCE = 4_000_000  # bytes of the rows that are made at once
CELL = 8  # bytes that any value counts for, besides its text
LARGE_GROUP = 256_000_000  # bytes; of one that is smaller, no claim is too large
MOST_PACKED = 50  # times that a large group may be smaller in the file: no text is


def parquet_records(file: BinaryIO, budget: int, notes: Notes) -> Iterator[Value]:
    """The rows of a .parquet file; of more than `budget` bytes, about so many, evenly spread.

    A single column of texts is read as `text` whatever its name.

    Raises:
        Unreadable: this is no parquet file, or it has no such column.
    """
    try:
        whole = pq.ParquetFile(file, pre_buffer=False)
        columns = _columns(whole.schema_arrow)
        texts = _leaves_of_text(whole.metadata, columns)
        table = pq.ParquetFile(file, pre_buffer=False, read_dictionary=texts)
        groups = list(_groups(table.metadata, columns, budget, notes))
        size = rows = 0
        for batch in table.iter_batches(ROWS, groups, columns):
            size += _size(batch)
            rows += len(batch)
        step = max(1, -(-size // budget), -(-rows // MOST_RECORDS))
        alone = "" if set(columns) & set(FIELDS) else columns[0]
        at = 0
        for batch in table.iter_batches(ROWS, groups, columns):
            taken = batch.take(pa.array(range(-at % step, len(batch), step), pa.int64()))
            for record in _records(taken):
                if isinstance(record, Bad) or any(record.values()):
                    yield Value(at + 1, {"text": record[alone]} if alone and record != Bad else record)
                else:
                    notes.read += 1  # an empty row; no fault
            at += len(batch)
    except Unreadable:
        raise
    except Exception as error:  # of a library, about what is in the file
        raise Unreadable(f"not readable as parquet{because(error)}") from error


def _columns(schema: Any) -> list[str]:
    found = [name for name in FIELDS if name in schema.names]
    if any(wanted <= set(found) for wanted in COLUMNS):
        return found
    texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    if len(texts) != 1:
        raise Unreadable("no column `text` or `messages`")
    return texts


def _leaves_of_text(metadata: Any, columns: list[str]) -> list[str]:
    schema = metadata.schema
    leaves = (schema.column(n) for n in range(metadata.num_columns))
    return [
        leaf.path
        for leaf in leaves
        if leaf.physical_type == "BYTE_ARRAY" and leaf.path.split(".")[0] in columns
    ]


def _groups(metadata: Any, columns: list[str], budget: int, notes: Notes) -> Iterator[int]:
    """Row groups to read: all, or as many as the budget holds, evenly spread."""
    sizes = {}
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        chunks = [group.column(c) for c in range(group.num_columns)]
        chunks = [c for c in chunks if c.path_in_schema.split(".")[0] in columns]
        size = sum(max(c.total_uncompressed_size, c.num_values // 8) for c in chunks)
        if size > max(LARGE_GROUP, MOST_PACKED * sum(c.total_compressed_size for c in chunks)):
            notes.read += group.num_rows
            notes.bad += group.num_rows
            notes.first_bad = f"{MOST_PACKED} times as large as they are in the file"
        else:
            sizes[g] = size
    readable, total = list(sizes), sum(sizes.values())
    # Twice as many as seem needed: what is too much is thinned out afterwards.
    wanted = len(sizes)
    if total > budget:
        wanted = min(len(sizes), max(1, 2 * len(sizes) * budget // total))
    yield from (readable[k * len(sizes) // wanted] for k in range(wanted))


def _records(batch: Any) -> Iterator[Any]:
    """The rows as dictionaries, or `Bad`; few of them at a time when they are large."""
    size = _size(batch)
    if len(batch) <= 1 and size > LONGEST:
        yield from [Bad(LONG)] * len(batch)
        return
    if size <= AT_ONCE:
        try:
            yield from batch.to_pylist()
            return
        except UnicodeDecodeError:
            if len(batch) == 1:
                yield Bad("not UTF-8")
                return
    half = len(batch) // 2
    yield from _records(batch.slice(0, half))
    yield from _records(batch.slice(half))


def _size(array: Any) -> int:
    """Bytes of what some rows, or one of their columns, say."""
    if isinstance(array, pa.RecordBatch):
        return sum(_size(column) for column in array.columns)
    kind, cells = array.type, CELL * len(array)
    if pa.types.is_struct(kind):
        return cells + sum(_size(child) for child in array.flatten())
    if pa.types.is_nested(kind):
        return cells + _size(array.flatten())
    if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
        array = pc.binary_length(array.dictionary).take(array.indices)
    elif _is_text(kind):
        array = pc.binary_length(array)
    else:
        return cells
    return cells + int(pc.sum(array.cast(pa.int64())).as_py() or 0)


def _is_text(kind: Any) -> bool:
    types = pa.types
    return any(
        of(kind) for of in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    )
