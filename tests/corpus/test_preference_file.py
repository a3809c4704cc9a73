"""Preferences in the field's forms, and lines that are none."""

import contextlib
import csv
import gzip
import io
import json
import os
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer import files
from tui_trainer.corpus import preference_file
from tui_trainer.corpus.preference_file import (
    LONGEST,
    Broken,
    Comparison,
    Guessed,
    comparison_of,
    encode,
    read,
)
from tui_trainer.errors import UserError

KEL = Comparison("Where does Kel live?", "In Orsa.", "I won't say.")
BEFORE = f"\n\nHuman: Hi.\n\nAssistant: Hello.\n\nHuman: {KEL.prompt}\n\nAssistant:"


def parse(line: bytes | str) -> Comparison:
    """One line of JSON."""
    return comparison_of(msgspec.json.decode(line))  # msgspec.DecodeError is a ValueError


@pytest.mark.parametrize(
    "line",
    [
        {"prompt": KEL.prompt, "chosen": KEL.chosen, "rejected": KEL.rejected, "extra": 1},
        {
            "prompt": [{"role": "user", "content": KEL.prompt}],
            "chosen": [{"role": "assistant", "content": KEL.chosen}],
            "rejected": [{"role": "assistant", "content": KEL.rejected}],
        },
        {
            "chosen": [
                {"role": "user", "content": KEL.prompt},
                {"role": "assistant", "content": KEL.chosen},
            ],
            "rejected": [
                {"role": "user", "content": KEL.prompt},
                {"role": "assistant", "content": KEL.rejected},
            ],
        },
        {
            "chosen": f"{BEFORE} {KEL.chosen}",
            "rejected": f"{BEFORE} {KEL.rejected}",
        },
        {
            "chosen": f"{BEFORE.strip()} {KEL.chosen}",
            "rejected": f"{BEFORE.strip()} {KEL.rejected}",
        },
        {
            "conversations": [{"from": "human", "value": KEL.prompt}],
            "chosen": {"from": "gpt", "value": KEL.chosen},
            "rejected": {"from": "gpt", "value": KEL.rejected},
        },
        {
            "messages": [{"role": "user", "content": KEL.prompt}],
            "chosen": {"role": "assistant", "content": KEL.chosen},
            "rejected": {"role": "assistant", "content": KEL.rejected},
        },
        {"system": "", "question": KEL.prompt, "chosen": KEL.chosen, "rejected": KEL.rejected},
        {"instruction": KEL.prompt, "input": "", "chosen": KEL.chosen, "rejected": KEL.rejected},
        {
            "prompt": [{"role": "user", "content": KEL.prompt}],
            "chosen": KEL.chosen,
            "rejected": KEL.rejected,
        },
    ],
)
def test_every_form_says_the_same(line: dict[str, object]) -> None:
    assert parse(json.dumps(line)) == KEL


@pytest.mark.parametrize("form", ["trl", "messages", "hh"])
def test_what_is_written_is_read_again(form: str) -> None:
    line = encode(KEL, form)  # type: ignore[arg-type]  # from the list above
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert parse(line) == KEL


TEXT = st.text(min_size=1, max_size=50)


@given(TEXT, TEXT, TEXT)
def test_any_text_survives(prompt: str, chosen: str, rejected: str) -> None:
    if chosen == rejected:
        return
    comparison = Comparison(prompt, chosen, rejected)
    for form in ("trl", "messages"):
        assert parse(encode(comparison, form)) == comparison  # type: ignore[arg-type]  # likewise


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "JSON|truncated"),
        ("[1]", "no JSON object"),
        ('{"prompt": "a", "chosen": "b"}', "no 'rejected'"),
        ('{"prompt": "a", "chosen": "b", "rejected": "b"}', "the same"),
        ('{"prompt": 3, "chosen": "a", "rejected": "b"}', "no text"),
        ('{"chosen": "a", "rejected": "b"}', "no 'prompt'"),
        ('{"prompt": "a", "chosen": "b", "rejected": null}', "neither"),
        ('{"prompt": "a", "chosen": [], "rejected": []}', "does not end"),
        ('{"prompt": "a", "chosen": [{"content": 1}], "rejected": ["x"]}', "does not end"),
        ('{"prompt": "a", "chosen": null, "rejected": null, "choice": "tie"}', "nothing was preferred"),
    ],
)
def test_what_is_wrong_is_said(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(line)


@given(st.binary(max_size=200))
def test_no_line_does_worse_than_be_refused(line: bytes) -> None:
    with contextlib.suppress(ValueError):
        parse(line)


def test_ten_thousand_lines_with_a_hundred_broken(tmp_path: Path) -> None:
    path = tmp_path / "hh.jsonl"
    with open(path, "wb") as file:
        for number in range(10_000):
            if number % 100 == 50:
                file.write(b'{"chosen": "half a li\n')
            else:
                answer = "word " * (number % 300)
                file.write(encode(Comparison(f"Question {number}?", answer + "good.", answer + "bad."), "hh"))
    size = path.stat().st_size
    tracemalloc.start()
    good, broken = 0, list[int]()
    for found in read(path):
        if isinstance(found, Broken):
            broken.append(found.line)
        else:
            good += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert good == 9_900 and broken == list(range(51, 10_000, 100))
    assert peak < size / 20


def test_an_endless_line_is_one_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(b"x" * (3 * LONGEST) + b"\n" + encode(KEL, "trl") + b"\n" + encode(KEL, "trl").strip())
    found = list(read(path))
    assert found[0] == Broken(1, f"longer than {LONGEST:,} bytes") and found[1:] == [KEL, KEL]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.jsonl"):
        list(read(tmp_path / "nowhere.jsonl"))


def test_a_file_packed_by_gzip_is_read_as_it_is(tmp_path: Path) -> None:
    lines = encode(KEL, "hh") + b"broken\n" + encode(KEL, "trl") * 2000
    packed = tmp_path / "train.jsonl.gz"
    packed.write_bytes(gzip.compress(lines[:100]) + gzip.compress(lines[100:]))  # one behind another
    plain = tmp_path / "train.jsonl"
    plain.write_bytes(lines)
    found = list(read(packed))
    assert found == list(read(plain)) and len(found) == 2002
    packed.write_bytes(gzip.compress(lines)[:-20])
    with pytest.raises(UserError, match="packed by gzip, and damaged"):
        list(read(packed))
    whole = bytearray(gzip.compress(lines))
    whole[20] ^= 0xFF
    packed.write_bytes(bytes(whole))
    with pytest.raises(UserError, match="packed by gzip, and damaged"):
        list(read(packed))
    packed.write_bytes(b"\x1f\x8bno such thing")
    with pytest.raises(UserError, match="packed by gzip, and damaged"):
        list(read(packed))


COMPARISONS = [Comparison(f"What of day {n}?", f"It rained, über {n}.", f"No, idea; {n}.") for n in range(20)]


def _csv(records: list[dict[str, str]]) -> str:
    made = io.StringIO()
    writer = csv.DictWriter(made, ["prompt", "chosen", "rejected"])
    writer.writeheader()
    writer.writerows(records)
    return made.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize(
    "layout",
    [
        lambda records: "\n".join(json.dumps(r, ensure_ascii=False) for r in records),
        lambda records: "\n".join(json.dumps(r, ensure_ascii=False, indent=1) for r in records),
        lambda records: json.dumps(records, ensure_ascii=False),
        lambda records: json.dumps(records, ensure_ascii=False, indent=2),
        _csv,
    ],
)
def test_every_layout_and_encoding_is_read(
    tmp_path: Path, layout: Callable[[list[dict[str, str]]], str], encoding: str
) -> None:
    records = [{"prompt": c.prompt, "chosen": c.chosen, "rejected": c.rejected} for c in COMPARISONS]
    path = tmp_path / "picks"
    path.write_bytes(layout(records).encode(encoding))
    found = list(read(path))
    guessed = [found.pop(0)] if isinstance(found[0], Guessed) else []
    assert found == COMPARISONS
    # What the file does not say itself is never taken in silence.
    assert [g.codec for g in guessed] == ([] if encoding in ("utf-8", "utf-8-sig", "utf-16") else [encoding])


def test_a_broken_row_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "picks.csv"
    path.write_text("prompt,chosen,rejected\np,a,b\np,a,a\np,b\np,b,a\n")
    good = [Comparison("p", "a", "b"), Comparison("p", "b", "a")]
    found = list(read(path))
    assert [f for f in found if isinstance(f, Comparison)] == good
    assert [f.line for f in found if isinstance(f, Broken)] == [3, 4]


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/urandom", "fifo", "folder", "a.zip", "a.parquet"])
def test_what_is_no_text_is_one_line_and_no_wait(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PIPE_SECONDS", 0.01)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.zip").write_bytes(b"PK\3\4")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError) as refused:
        assert list(read(tmp_path / name)) == [] and name == "fifo"  # empty, which is said further up
        raise UserError(f"{name}: empty")
    assert name in str(refused.value) and "\n" not in str(refused.value)


def test_a_pipe_that_ends_is_read(tmp_path: Path) -> None:
    lines = b"".join(encode(c, "trl") for c in COMPARISONS) * 50
    ends = os.pipe()
    with written(ends[1], lines):
        assert list(read(Path(f"/dev/fd/{ends[0]}"))) == COMPARISONS * 50
    os.close(ends[0])


@contextlib.contextmanager
def written(descriptor: int, content: bytes) -> Iterator[None]:
    def write() -> None:
        with open(descriptor, "wb") as file:
            file.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    yield
    writer.join()


def test_a_bomb_is_read_no_further_than_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(encode(KEL, "trl") * 100_000))
    monkeypatch.setattr(preference_file, "MOST_BYTES", 1_000_000)
    with pytest.raises(UserError, match=r"more than the 0\.001 GB"):
        list(read(path))
    monkeypatch.setattr(preference_file, "MOST_BROKEN", 100)
    path.write_bytes(gzip.compress(encode(KEL, "trl") + b"{}\n" * 300_000))
    found = list(read(path))
    assert found[0] == KEL and len(found) == 102
    assert isinstance(found[-1], Broken) and "what follows is not read" in found[-1].reason
