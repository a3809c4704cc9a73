import gzip
import json
import os
import socket
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_trainer.corpus.document import Document, Pair
from tui_trainer.corpus.user_text import gather, read
from tui_trainer.errors import UserError
from tui_trainer.messages.events import Noticed

PARAGRAPHS = [f"Paragraph {i} tells of the river, and of {i * i} boats on it." for i in range(2_000)]
MANY = "\n\n".join(PARAGRAPHS)


def split(items: list[Document | Pair | Noticed]) -> tuple[list[Document], list[Pair], list[str]]:
    return (
        [i for i in items if isinstance(i, Document)],
        [i for i in items if isinstance(i, Pair)],
        [i.text for i in items if isinstance(i, Noticed)],
    )


def read_all(*paths: Path, max_bytes: int = 1_000_000) -> tuple[list[Document], list[Pair], list[str]]:
    return split(list(read([str(p) for p in paths], max_bytes)))


def words(documents: list[Document]) -> list[str]:
    return [word for document in documents for word in document.text.split()]


def test_a_text_file_becomes_documents_and_loses_no_word(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text(MANY)
    documents, pairs, notices = read_all(path)
    assert words(documents) == MANY.split()
    assert not pairs and not notices
    assert {d.source for d in documents} == {"books"}
    assert len({d.id for d in documents}) == len(documents)
    assert all(500 < len(d.text) <= 1_500 for d in documents[:-1])
    assert all(p.startswith("Paragraph ") for d in documents for p in d.text.split("\n\n"))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_become_one_kind(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "notes.md"
    path.write_bytes(newline.join(["# Title", "", "    indented", "end"]).encode())
    documents, _, _ = read_all(path)
    assert [d.text for d in documents] == ["# Title\n\n    indented\nend"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Über die Brücke ging ein Mädchen nach Zürich, sagte sie: schöne Grüße.\n" * 40
    path = tmp_path / "text.txt"
    path.write_bytes(text.encode(encoding))
    documents, _, notices = read_all(path)
    assert words(documents) == text.split()
    # One that the file does not name itself is a guess, and is never made in silence.
    guessed = f"read as cp1252, a guess (it is not UTF-8): {path}"
    assert notices == ([guessed] if encoding in ("cp1252", "latin-1") else [])


def test_kinds_have_their_sources_and_others_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "hidden.txt").write_text("not to be read")
    (tmp_path / "a.py").write_text("def f():\n    return 1\n")
    (tmp_path / "sub" / "b.md").write_text("some prose")
    (tmp_path / "sub" / "photo.png").write_bytes(b"\x89PNG\r\n")
    documents, _, notices = read_all(tmp_path)
    assert [(d.source, d.text) for d in documents] == [
        ("code", "def f():\n    return 1"),
        ("books", "some prose"),
    ]
    assert notices == ["skipped 1 files of other kinds: .png 1"]


def test_jsonl_with_texts_dialogues_and_faults(tmp_path: Path) -> None:
    turns = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Who won?"},
        {"role": "assistant", "content": [{"type": "text", "text": "Ada."}]},
        {"role": "user", "content": "When?"},
        {"role": "assistant", "content": "In 1999."},
    ]
    lines = [
        json.dumps({"text": "A text."}),
        json.dumps({"messages": turns}),
        json.dumps({"prompt": "2 + 2?", "completion": "4"}),
        "",
        "{not json",
        json.dumps({"other": 1}),
        json.dumps([1, 2]),
        '{"text": "lone \\ud800 surrogate"}',
        "[" * 100_000,
    ]
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(lines))
    documents, pairs, notices = read_all(path)
    assert [(d.source, d.text) for d in documents] == [
        ("web", "A text."),
        ("forum", "Who won?\nAda.\nWhen?\nIn 1999."),
        ("forum", "2 + 2?\n4"),
        ("web", "lone \ufffd surrogate"),
    ]
    assert [(p.prompt, p.answer) for p in pairs] == [
        ("Who won?", "Ada."),
        ("When?", "In 1999."),
        ("2 + 2?", "4"),
    ]
    assert notices == [f"skipped 4 of 8 lines of {path}: not JSON"]


def test_parquet_of_texts_and_of_dialogues(tmp_path: Path) -> None:
    texts, dialogues, blobs = tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "c.parquet"
    pq.write_table(pa.table({"id": [1, 2, 3], "text": ["one", None, "three"]}), texts)
    turns = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Ho."}]
    pq.write_table(pa.table({"messages": [turns]}), dialogues)
    pq.write_table(pa.table({"n": [1, 2]}), blobs)
    documents, pairs, notices = read_all(tmp_path)
    assert [d.text for d in documents] == ["one", "three", "Hi?\nHo."]
    assert [(p.prompt, p.answer) for p in pairs] == [("Hi?", "Ho.")]
    assert notices == [f"skipped {blobs}: no column `text` or `messages`"]


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "a.jsonl", "a.jsonl.gz", "a.parquet"])
def test_of_too_much_text_an_even_sample_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    rows = [{"text": p} for p in PARAGRAPHS]
    if name.endswith("parquet"):
        pq.write_table(pa.table({"text": PARAGRAPHS}), path, row_group_size=50)
    else:
        content = (MANY if "txt" in name else "\n".join(map(json.dumps, rows))).encode()
        path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    documents, _, notices = read_all(path, max_bytes=20_000)
    kept = sum(len(d.text) for d in documents)
    assert 8_000 <= kept <= 22_000
    numbers = sorted(
        int(w) for d in documents for w in d.text.split("Paragraph ")[1:] for w in [w.split()[0]]
    )
    assert numbers[0] < 200 and numbers[-1] > 1_700  # from all over the file
    assert max(b - a for a, b in pairwise(numbers)) < 500
    assert all(p in PARAGRAPHS for d in documents for p in d.text.split("\n\n")[1:-1])
    assert len(notices) == 1 and "evenly sampled: data.max_bytes is 20,000" in notices[0]
    again, _, _ = read_all(path, max_bytes=20_000)
    assert again == documents


def test_of_too_many_files_some_are_read(tmp_path: Path) -> None:
    for i in range(200):
        (tmp_path / f"{i:03}.txt").write_text(f"File {i}. " + "word " * 200)
    documents, _, _ = read_all(tmp_path, max_bytes=20_000)
    assert 10_000 <= sum(len(d.text) for d in documents) <= 22_000
    numbers = [int(d.text.split()[1].rstrip(".")) for d in documents]
    assert numbers[0] < 30 and numbers[-1] > 170


def test_one_clear_line_for_each_thing_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "ok.txt").write_text("fine")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "blank.txt").write_text(" \n\n \n")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "broken.txt.gz").write_bytes(b"\x1f\x8b\x08\x00 this is not gzip")
    (tmp_path / "notgz.txt.gz").write_text("plain")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no PAR1")
    os.mkfifo(tmp_path / "fifo.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.txt"))
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "again.txt").symlink_to(tmp_path / "ok.txt")
    documents, _, notices = read_all(tmp_path, tmp_path / "missing")
    assert [d.text for d in documents] == ["fine"]
    found = {Path(text.split(":")[0].removeprefix("skipped ")).name: text for text in notices}
    assert {
        name: text.split(": ", 1)[1][:24] for name, text in found.items() if name not in ("self.txt",)
    } == {
        "missing": "there is no such file or",
        "empty.txt": "empty",
        "blank.txt": "no text in it",
        "binary.txt": "binary, not text",
        "broken.txt.gz": found["broken.txt.gz"].split(": ", 1)[1][:24],
        "notgz.txt.gz": "Not a gzipped file (b'pl",
        "broken.parquet": "not readable as parquet ",
        "fifo.txt": "not a regular file",
        "socket.txt": "not a regular file",
        "dangling.txt": "there is no such file or",
    }
    assert "self.txt" in found
    assert all("\n" not in text for text in notices)


def test_what_may_not_be_opened_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("x")

    def refuse(self: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    _, _, notices = read_all(path)
    assert notices == [f"skipped {path}: permission denied"]


def test_a_torn_gz_gives_what_came_before_the_tear(tmp_path: Path) -> None:
    path = tmp_path / "torn.txt.gz"
    whole = gzip.compress(os.urandom(30_000).hex().encode() + b"\n")
    path.write_bytes(whole[: len(whole) // 2])
    documents, _, notices = read_all(path)
    assert documents
    assert notices[0].startswith(f"skipped the rest of {path}: ")


def test_many_faults_are_counted_not_listed(tmp_path: Path) -> None:
    for i in range(50):
        (tmp_path / f"{i}.txt").touch()
    _, _, notices = read_all(tmp_path)
    assert len(notices) == 21
    assert notices[-1] == "... and 30 more: 50 skipped in all"


def test_a_huge_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    path.write_text("漢" * 300_000)
    documents, _, _ = read_all(path, max_bytes=2_000_000)
    assert "".join(d.text for d in documents) == "漢" * 300_000
    documents, _, _ = read_all(path, max_bytes=50_000)
    assert set("".join(d.text for d in documents)) == {"漢", "\n"}  # a blank line between two pieces of it
    jsonl = tmp_path / "line.jsonl"
    jsonl.write_text('{"text": "' + "x" * 5_000_000 + '"}\n{"text": "short"}\n')
    documents, _, notices = read_all(jsonl, max_bytes=20_000_000)
    assert [d.text for d in documents] == ["short"]
    assert notices == [f"skipped 1 of 2 lines of {jsonl}: a line is longer than 4 MB"]


def test_file_names_that_are_no_unicode(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text("fine")
    documents, _, _ = read_all(tmp_path)
    assert documents[0].id.encode() and documents[0].text == "fine"


@pytest.mark.parametrize("name", ["a.txt", "a.py", "a.jsonl", "a.parquet", "a.txt.gz", "a.jsonl.gz", "a.bin"])
@settings(max_examples=60)
@given(
    data=st.binary(max_size=3_000), prefix=st.sampled_from([b"", b"PAR1", b"\x1f\x8b\x08", b"\xff\xfe", b"{"])
)
def test_no_bytes_crash_the_reader(tmp_path: Path, name: str, data: bytes, prefix: bytes) -> None:
    path = tmp_path / name
    for content in (prefix + data, prefix + data + prefix):
        path.write_bytes(gzip.compress(content) if data[:1] < b"\x80" and name.endswith("gz") else content)
        for max_bytes in (10_000, 100):
            documents, _, notices = read_all(path, max_bytes=max_bytes)
            assert documents or notices
            assert all(d.text.encode().decode() and d.text.strip() for d in documents)


@settings(max_examples=60)
@given(
    record=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["text", "messages", "role", "content", "prompt", "completion", "x"]), inner
            )
        ),
    )
)
def test_no_record_crashes_the_reader(tmp_path: Path, record: object) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record) + "\n")
    documents, _, notices = read_all(path)
    assert documents or notices


def test_nothing_to_read_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no readable text in .*; give files or folders of"):
        list(gather([str(tmp_path)], 1_000_000, 0))


def test_prompts_for_feedback_are_kept_out_of_fine_tuning(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"prompt": f"What is {i}?", "completion": f"{i}."} for i in range(100)]
    path.write_text("\n".join(map(json.dumps, rows)))
    generator = gather([str(path)], 1_000_000, 0)
    with pytest.raises(StopIteration) as stop:
        while True:
            next(generator)
    gathered = stop.value.value
    asked = [p.prompt for d in gathered.documents if d.id not in gathered.held_out for p in d.pairs]
    parts = [set(asked), set(gathered.rating_prompts), set(gathered.held_out_prompts)]
    assert [len(p) for p in parts] == [80, 10, 10]
    assert len(set.union(*parts)) == 100
