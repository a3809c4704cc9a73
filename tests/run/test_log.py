"""The log as a file: what is written is read, whatever the end looks like, and what is foreign is refused."""

import math
import os
import re
import time
from pathlib import Path

import msgspec
import pytest
from flipping import flipped
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.errors import UserError
from tui_trainer.messages.events import (
    AnyEvent,
    MatrixState,
    Measured,
    Noticed,
    Picture,
    Reinforced,
    RewardModelFitted,
    RunStarted,
    Stepped,
    WeightsPictured,
)
from tui_trainer.run.storage.log import LogReader, LogWriter, comparable, read_all

STEP = Stepped("pretrain", 1, 2.5, 0.02, 1.0, 1024, 1e9)
PICTURE = Picture(1, 2, math.inf, b"\x00\xff")

events = st.one_of(
    st.builds(Noticed, st.text()),
    st.builds(
        Stepped,
        st.just("pretrain"),
        st.integers(0, 10**9),
        st.floats(),
        st.floats(),
        st.floats(),
        st.integers(0, 10**12),
        st.floats(),
    ),
    st.builds(Measured, st.text(), st.floats(), st.tuples(st.floats(), st.floats())),
    st.just(RewardModelFitted(3, {"long": (math.nan, 1.0)}, None, None)),
    st.just(Reinforced(1, math.nan, None, math.inf, 3.0, 1.0, 0, 0, None)),
    st.just(
        WeightsPictured(
            "pretrain", 1, (MatrixState("m", (1, 2), 1.0, math.nan, 1.0, PICTURE, PICTURE, PICTURE),)
        )
    ),
)


def write(path: Path, *some: AnyEvent) -> None:
    writer = LogWriter(path, 0, 0)
    for event in some:
        writer.append(event, 1.0)
    writer.close()


def finite(value: object) -> object:
    """What JSON can hold of it: no infinity, no lone surrogate."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {finite(k): finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    return value


@given(some=st.lists(events, max_size=8), torn=st.binary(max_size=30), limit=st.integers(1, 9))
def test_what_is_written_is_read_and_a_torn_end_is_not(tmp_path_factory, some, torn, limit):
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    write(path, *some)
    with open(path, "ab") as file:
        file.write(b"{" + torn.replace(b"\n", b""))
    reader = LogReader(path)
    read = []
    while batch := reader.poll(limit):
        assert len(batch) <= limit
        read += batch
    assert [finite(msgspec.to_builtins(r.event)) for r in read] == [
        finite(msgspec.to_builtins(e)) for e in some
    ]
    assert [r.seq for r in read] == list(range(len(some))) and reader.next_seq == len(some)
    writer = LogWriter(path, reader.next_seq, reader.offset)
    writer.append(STEP, 2.0)
    assert reader.poll()[0].event == STEP
    assert len(list(read_all(path))) == len(some) + 1
    writer.close()


@given(content=st.binary(max_size=200))
def test_a_foreign_file_gives_one_clear_line_or_nothing(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("foreign") / "events.jsonl"
    path.write_bytes(content)
    try:
        assert LogReader(path).poll() == []
    except UserError as error:
        assert "\n" not in str(error)


def test_a_number_that_is_none_reads_as_nan(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, Stepped("pretrain", 1, math.nan, math.inf, -math.inf, 3, 4.0))
    (record,) = LogReader(path).poll()
    assert math.isnan(record.event.loss) and math.isnan(record.event.lr)
    assert b'"loss":null' in path.read_bytes()


def test_another_version_is_refused(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, STEP)
    path.write_bytes(path.read_bytes().replace(b'"v":1', b'"v":2'))
    with pytest.raises(UserError, match=r"log version 2; this one reads 1"):
        LogReader(path).poll()
    path.write_bytes(b'{"v":9,"seq":0,"event":{"type":"not_yet_invented"}}\n')
    with pytest.raises(UserError, match=r"log version 9"):
        LogReader(path).poll()


@pytest.mark.parametrize(
    "content", [b"hello\n", b"\x00\xff\n", b'{"a":1}\n', b"[]\n", b"\xff" * 100, b'{"v":1,"seq":0}\n']
)
def test_what_is_no_log_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "events.jsonl"
    path.write_bytes(content)
    with pytest.raises(UserError):
        LogReader(path).poll()


def test_a_record_out_of_order_is_damage(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, STEP, STEP, STEP)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(UserError, match="damaged: record 2 stands where 1 should"):
        LogReader(path).poll()


def test_a_file_name_that_is_not_utf8_can_be_told(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, Noticed("caf\udce9.txt is empty"))
    assert LogReader(path).poll()[0].event.text == "caf?.txt is empty"


def test_a_line_longer_than_a_chunk(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, Noticed("x" * 10_000_000), STEP)
    assert [type(r.event) for r in LogReader(path).poll()] == [Noticed, Stepped]


def test_reader_before_writer(tmp_path):
    path = tmp_path / "events.jsonl"
    reader = LogReader(path)
    assert reader.poll() == []
    write(path, STEP)
    assert len(reader.poll(limit=100)) == 1


def test_a_failed_write_leaves_the_log_whole(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    writer = LogWriter(path, 0, 0)
    writer.append(STEP, 0.0)
    real = os.write
    written: list[int] = []

    def full(descriptor: int, content: bytes) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(real(descriptor, content[:20]))
        return written[0]

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        writer.append(STEP, 0.0)
    monkeypatch.undo()
    assert len(list(read_all(path))) == 1
    writer.append(STEP, 0.0)
    assert [r.seq for r in read_all(path)] == [0, 1]


def sample(path: Path) -> bytes:
    """A log with numbers, texts, a NaN and a picture."""
    write(path, STEP, Noticed("été"), Measured("m", math.nan), STEP)
    return path.read_bytes()


def test_a_flipped_bit_anywhere_is_noticed_or_tears_the_end(tmp_path):
    path = tmp_path / "events.jsonl"
    content = sample(path)
    whole = [finite(msgspec.to_builtins(r)) for r in read_all(path)]
    for bit in flipped(path, range(8 * len(content))):
        try:
            read = [finite(msgspec.to_builtins(r)) for r in read_all(path)]
        except UserError as error:
            assert "\n" not in str(error)
        else:
            assert bit // 8 == len(content) - 1 and read == whole[:-1]


@pytest.mark.parametrize("spoilt", ["dropped", "exchanged", "doubled"])
def test_lines_that_were_moved_are_damage(tmp_path, spoilt):
    path = tmp_path / "events.jsonl"
    one, two, three, four = sample(path).splitlines(keepends=True)
    path.write_bytes(
        {"dropped": one + two + four, "exchanged": one + three + two, "doubled": one + one}[spoilt]
    )
    with pytest.raises(UserError, match="damaged"):
        list(read_all(path))


def test_a_log_of_an_earlier_version_goes_on_with_checksums(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(re.sub(rb',"crc":\d+', b"", sample(path)))
    old = path.read_bytes()
    writer = LogWriter(path, 4, len(old))
    for _ in range(2):
        writer.append(STEP, 2.0)
    writer.close()
    records = list(read_all(path))
    assert [r.seq for r in records] == [0, 1, 2, 3, 4, 5]
    assert [isinstance(r.crc, int) for r in records] == [False] * 4 + [True] * 2
    mixed = path.read_bytes()
    assert mixed.startswith(old)
    for at in (10, len(old) + 10):  # what is new covers what is old
        damaged = bytearray(mixed)
        damaged[mixed.index(b"1", at)] ^= 2
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="damaged"):
            list(read_all(path))
    path.write_bytes(mixed[: mixed.rindex(b',"crc"')] + b"}\n")
    with pytest.raises(UserError, match="damaged in line 6"):
        list(read_all(path))


@pytest.mark.parametrize(
    "line", ["[" * 100_000, '{"v":1,"seq":' + "9" * 5000 + "}", '{"v":1,"seq":0,"t":"\\ud800"}']
)
def test_what_a_decoder_chokes_on_is_one_line(tmp_path, line):
    path = tmp_path / "events.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(UserError, match="line 1"):
        list(read_all(path))


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_a_regular_file_is_read_or_written(tmp_path, kind):
    path, target = tmp_path / "events.jsonl", tmp_path / "elsewhere"
    write(target, STEP)
    before = target.read_bytes()
    {"link": lambda: path.symlink_to(target), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    if kind != "pipe":  # a pipe seems to be empty
        with pytest.raises(UserError, match=r"it is not a regular file|it is a link"):
            list(read_all(path))
    with pytest.raises(OSError):
        LogWriter(path, 0, 0)
    assert target.read_bytes() == before


def test_comparable_leaves_out_times_and_places(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    write(path, RunStarted("a", 0, "quick", {}, ("/x",), {}, {"threads": "2"}))
    monkeypatch.setattr(time, "time", lambda: 1e9)
    other = tmp_path / "other.jsonl"
    write(other, RunStarted("b", 0, "quick", {}, ("/y",), {}, {"threads": "2"}))
    (one,), (two,) = LogReader(path).poll(), LogReader(other).poll()
    assert one.t != two.t and comparable(one) == comparable(two) and comparable(one)["event"]["seed"] == 0
