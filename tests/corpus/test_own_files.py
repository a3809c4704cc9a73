"""People's own files, of the shapes that are about: each gives its value, or a line that says why not."""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import tarfile
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tui_trainer import cli
from tui_trainer.corpus.document import Document, Pair
from tui_trainer.corpus.user_text import gather, read
from tui_trainer.errors import UserError
from tui_trainer.messages.events import Noticed

ASKED, ANSWERED = "Who keeps the mill?", "Old Berta does."
PAIR = (ASKED, ANSWERED)


class Reading:
    """What came of some paths."""

    def __init__(self, *paths: Path | str, max_bytes: int = 1_000_000) -> None:
        items = list(read([str(p) for p in paths], max_bytes))
        self.texts = [i.text for i in items if isinstance(i, Document)]
        self.sources = [i.source for i in items if isinstance(i, Document)]
        self.pairs = [(i.prompt, i.answer) for i in items if isinstance(i, Pair)]
        self.notices = [i.text for i in items if isinstance(i, Noticed)]


# -- encodings -------------------------------------------------------------------------------------------

WRITTEN = {
    "gb18030": "东边的旧桥下有一条安静的河，清早的船慢慢走过，岸上的人修补灯笼。\n",
    "big5": "河流向大海，老人拿著書在岸邊走。他談論天氣和人們。\n",
    "cp932": "川は海へ流れ、岸辺を老人が本を持って歩いている。\n",
    "cp949": "강은 바다로 흐르고 노인이 책을 들고 강가를 걷는다.\n",
    "koi8_r": "Река течёт к морю, и по берегу идёт старый человек с книгой.\n",
    "cp1251": "Река течёт к морю, и по берегу идёт старый человек с книгой.\n",
    "cp1253": "Ο ποταμός ρέει προς τη θάλασσα και ένας γέρος περπατά με ένα βιβλίο.\n",
    "cp1250": "Řeka teče k moři a po břehu jde starý člověk s knihou. Mluví o počasí.\n",
    "cp1252": "Il fiume scorre così verso il mare; perché è già più tardi.\n",
}


@pytest.mark.parametrize("codec", WRITTEN)
def test_an_encoding_is_found_and_named(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes(
        (WRITTEN[codec] * 900).encode(codec)
    )  # more than is looked at: cut in a character, maybe
    found = Reading(path)
    assert " ".join(found.texts).split() == (WRITTEN[codec] * 900).split()
    assert found.notices == [f"read as {codec}, a guess (it is not UTF-8): {path}"]


def test_few_accents_among_plain_letters_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    text = "The boat passed the mill in the morning. " * 50 + "A café by the river."
    path.write_bytes(text.encode("cp1252"))
    found = Reading(path)
    assert " ".join(found.texts).split() == text.split() and "read as cp1252" in found.notices[0]


def test_utf_8_with_a_stray_byte_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(("Grüße über Flüße. " * 30).encode() + b"\xff end")
    found = Reading(path)
    assert found.texts[0].endswith("\ufffd end")
    assert found.notices == [
        f"read as utf-8, a guess (but for some bytes that are none, which are shown as \ufffd): {path}"
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32-be", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.json", "a.csv", "a.jsonl.gz"])
def test_unicode_in_any_width_marked_or_not(tmp_path: Path, encoding: str, name: str) -> None:
    texts = [f"Word {n} über die Brücke." for n in range(100)]
    lines = {"txt": texts, "csv": ["text", *texts]}.get(name[2:]) or [json.dumps({"text": t}) for t in texts]
    path = tmp_path / name
    data = "\n".join(lines).encode(encoding)
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    found = Reading(path)
    assert " ".join(found.texts).split() == " ".join(texts).split()
    assert found.notices == (
        []
        if encoding in ("utf-8-sig", "utf-16")
        else [f"read as {encoding}, a guess (it has no byte-order mark): {path}"]
    )


@pytest.mark.parametrize("codec", ["gb18030", "utf-16", "iso2022_jp", "koi8_r"])
def test_a_large_file_in_another_encoding_is_sampled(tmp_path: Path, codec: str) -> None:
    line = WRITTEN["cp932" if codec == "iso2022_jp" else "koi8_r" if codec == "koi8_r" else "gb18030"].strip()
    lines = [f"{n:05} {line}" for n in range(5_000)]
    path = tmp_path / "a.txt"
    path.write_bytes("\n".join(lines).encode(codec))
    found = Reading(path, max_bytes=20_000)
    got = [each for text in found.texts for each in text.split("\n") if each]
    assert set(got) <= set(lines) and 60 < len(got) < 500
    assert int(got[0][:5]) < 500 and int(got[-1][:5]) > 3_500


# -- shapes ----------------------------------------------------------------------------------------------

SHAPES: dict[str, dict[str, Any]] = {
    "messages": {
        "messages": [{"role": "user", "content": ASKED}, {"role": "assistant", "content": ANSWERED}]
    },
    "other roles": {
        "messages": [{"role": "Human", "content": ASKED}, {"role": "model", "content": ANSWERED}]
    },
    "ShareGPT": {
        "id": "c0",
        "conversations": [{"from": "human", "value": ASKED}, {"from": "gpt", "value": ANSWERED}],
    },
    "ShareGPT with a system": {
        "system": "Be kind.",
        "conversations": [
            {"from": "system", "value": "Be kind."},
            {"from": "user", "value": ASKED},
            {"from": "bot", "value": ANSWERED},
        ],
    },
    "Alpaca": {"instruction": ASKED, "input": "", "output": ANSWERED, "text": "Below is ..."},
    "completion": {"prompt": ASKED, "completion": ANSWERED},
    "completion of messages": {
        "prompt": [{"role": "user", "content": ASKED}],
        "completion": [{"role": "assistant", "content": ANSWERED}],
    },
    "question and answer": {"question": ASKED, "answer": ANSWERED},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "lines.json", "pretty.jsonl", "a.parquet"])
def test_dialogues_of_every_shape(tmp_path: Path, shape: str, name: str) -> None:
    record, path = SHAPES[shape], tmp_path / name
    if name == "a.parquet":
        pq.write_table(pa.Table.from_pylist([record, record]), path)
    elif name in ("a.jsonl", "lines.json"):
        path.write_text(json.dumps(record) + "\n" + json.dumps(record) + "\n")
    elif name == "a.json":
        path.write_text(json.dumps([record, record]))
    else:
        path.write_text("\n".join(json.dumps(record, indent=2) for _ in range(2)))
    found = Reading(path)
    assert found.pairs == [PAIR, PAIR] and found.sources == ["forum", "forum"]
    assert found.texts == [f"{ASKED}\n{ANSWERED}"] * 2 and not found.notices


def test_what_stands_under_an_instruction_belongs_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"instruction": "Translate.", "input": "Haus", "output": "house"}]))
    assert Reading(path).pairs == [("Translate.\nHaus", "house")]


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_texts_in_an_array_and_under_a_name(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "a.json"
    texts = [{"text": f"A text {n}."} for n in range(5)]
    for whole in (texts, {"version": 1, "data": texts}, {"train": texts[:2], "test": texts[2:]}):
        path.write_text(json.dumps(whole, indent=indent))
        found = Reading(path)
        assert found.texts == [t["text"] for t in texts] and found.sources == ["web"] * 5
        assert not found.notices


def test_an_unknown_role_is_named_with_its_count(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    turns = [("user", ASKED), ("narrator", "It rains."), ("assistant", ANSWERED), ("oracle\x1b", "Hm.")]
    path.write_text(json.dumps({"messages": [{"role": r, "content": c} for r, c in turns]}) + "\n")
    path.write_text(path.read_text() * 3)
    found = Reading(path)
    assert found.pairs == [PAIR] * 3
    assert found.notices == [f"skipped 6 turns of {path}: unknown roles (narrator 3, oracle\x1b 3)"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.jsonl", '{"title": "x"}', "1 of 1 lines of PATH: no field `text`"),
        ("a.json", '[{"title": "x"}, 3]', "2 of 2 records of PATH: no field `text`"),
        ("a.json", '{"a": {"b": 1}}', "1 of 1 records of PATH: no field `text`"),
        ("a.json", "Dear diary", "of PATH: not JSON"),
        ("a.jsonl", '{"prompt": "p", "chosen": "a", "rejected": "b"}', "a preference, not a text"),
        ("a.json", '[{"text": "', "it ends too soon"),
        ("a.txt", "\x00\x01\x02" * 99, "PATH: binary, not text"),
        ("a.docx", "PK\x03\x04 and text, stored as it is", "an archive, as those of office programs are"),
        ("a.pdf", "%PDF-1.4 and text", "PATH: a PDF, not plain text"),
        ("a.rtf", r"{\rtf1\ansi Hello.}", "PATH: rich text (RTF), not plain text"),
        ("a.zip", "PK nothing", "PATH: damaged, or no archive"),
        ("a.tar", "nothing", "PATH: damaged, or no archive"),
        ("a.tgz", "nothing", "PATH: Not a gzipped file"),
    ],
)
def test_why_nothing_was_read_is_said_in_the_one_line(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UserError) as refused:
        list(gather([str(path)], 1_000_000, 0))
    said = str(refused.value)
    assert reason.replace("PATH", str(path)) in said and "give files or folders of" in said
    assert "\n" not in said and len(said) < 1_200


def test_too_little_text_says_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("\n".join(f"Boat {n} passed." for n in range(400)))
    (tmp_path / "b.jsonl").write_text('{"title": "x"}\n')
    with pytest.raises(SystemExit) as ended:
        cli.main(["data", "--data", str(tmp_path), "--set", "data.filters=false"])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "to train on" in said and "b.jsonl: no field `text`" in said
    assert said.count("\n") == 1


# -- tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_by_its_columns(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows(
            [["id", "Prompt", "completion"], [1, ASKED, ANSWERED], [2, 'A "b",\n\n\nc;d', ANSWERED]]
        )
    found = Reading(path)
    assert found.pairs == [PAIR, ('A "b",\n\n\nc;d', ANSWERED)] and not found.notices


def test_another_table_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("town,year\nOrsa,1901\n")
    found = Reading(path)
    assert found.texts == ["town,year\nOrsa,1901"] and found.sources == ["books"]


# -- parquet ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["text", "messages"])
def test_a_bad_byte_costs_its_row_alone(tmp_path: Path, shape: str) -> None:
    path = tmp_path / "a.parquet"
    texts: list[bytes] = [f"Town {n} lies by the river.".encode() for n in range(600)]
    texts[300] = b"caf\xe9"
    said = pa.array(texts, pa.binary())
    said = pa.Array.from_buffers(pa.string(), len(said), said.buffers())  # as a careless writer does
    if shape == "messages":
        roles = pa.array(["user", "assistant"] * 300)
        turns = pa.StructArray.from_arrays([roles, said], ["role", "content"])
        said = pa.ListArray.from_arrays(pa.array(range(0, 601, 2), pa.int32()), turns)
    pq.write_table(pa.table({shape: said}), path)
    found = Reading(path)
    count = len(said)
    assert len(found.texts) == count - 1
    assert found.notices == [f"skipped 1 of {count} rows of {path}: not UTF-8"]


# -- folders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["~draft.txt", "~$x.txt", "~nobody/x.txt", "~"])
def test_a_name_that_begins_with_a_tilde(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["data"], ["run", "--headless"]):
        if name != "~":
            with pytest.raises(SystemExit) as ended:
                cli.main([*command, "--data", name])
            said = capsys.readouterr().err
            assert ended.value.code == 2 and "no" in said and name in said and said.count("\n") == 1
    path = Path(name, "x.txt") if name == "~" else Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("fine")
    assert Reading(name).texts == ["fine"]


@pytest.mark.parametrize("command", [["data"], ["run", "--headless"]])
def test_an_empty_name_is_not_the_current_folder(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("private " * 9_999)
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--data", ""])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "''" in said and said.count("\n") == 1


def test_links_to_folders_are_followed_once_and_said(tmp_path: Path) -> None:
    top, other = tmp_path / "top", tmp_path / "other"
    (top / "sub").mkdir(parents=True)
    other.mkdir()
    (top / "a.txt").write_text("a")
    (top / "sub" / "b.txt").write_text("b")
    (other / "c.txt").write_text("c")
    (top / "0-to-sub").symlink_to(top / "sub")
    (top / "loop").symlink_to(top)
    (top / "one").symlink_to(other)
    (top / "two").symlink_to(other)
    (other / "back").symlink_to(top)
    (other / "itself").symlink_to(other)
    (top / "up").symlink_to(tmp_path)
    found = Reading(top)
    assert found.texts == ["a", "b", "c"]
    assert found.notices == [
        f"followed the link {top / 'one'} to {other}",
        f"skipped {top / 'up'}: a link to a folder that this one is in",
    ]


# -- archives --------------------------------------------------------------------------------------------

MEMBERS = {
    "letters/a.txt": b"A letter.",
    "letters/b.md": b"# A note",
    "b.py": b"x = 1",
    "c.jsonl": json.dumps({"prompt": ASKED, "completion": ANSWERED}).encode(),
    "d.txt.gz": gzip.compress(b"Packed twice."),
    "__pycache__/e.txt": b"hidden",
    ".hidden/f.txt": b"hidden",
    "photo.png": b"\x89PNG",
    "g.parquet": b"PAR1",
    "h.zip": b"PK",
}


def packed(path: Path, members: dict[str, bytes]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("to-passwd.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    compress = {"gz": gzip.compress, "tgz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
    path.write_bytes(compress.get(path.suffix[1:], bytes)(made.getvalue()))


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.tgz", "x.tar.bz2", "x.tar.xz"])
def test_the_members_of_an_archive_are_read(tmp_path: Path, name: str) -> None:
    packed(tmp_path / name, MEMBERS)
    found = Reading(tmp_path)
    assert found.texts == ["A letter.", "# A note", "x = 1", f"{ASKED}\n{ANSWERED}", "Packed twice."]
    assert found.pairs == [PAIR] and found.sources == ["books", "books", "code", "forum", "books"]
    assert found.notices == [
        f"skipped {tmp_path / name}/g.parquet: a .parquet in an archive: unpack it first",
        f"skipped {tmp_path / name}/h.zip: an archive in an archive: unpack it first",
    ]


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
def test_a_damaged_archive_gives_what_can_be_had(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    packed(path, {f"{n}.txt": os.urandom(3_000).hex().encode() for n in range(9)})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data) if name == "x.zip" else bytes(data[: len(data) // 2]))
    found = Reading(path)
    assert found.texts and found.notices[0].startswith("skipped ")


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_a_compressed_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.txt.{suffix}"
    path.write_bytes({"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[suffix](b"A letter."))
    assert Reading(tmp_path).texts == ["A letter."]


# -- work is bounded by what is kept ---------------------------------------------------------------------


def peak_of(path: Path, max_bytes: int) -> int:
    tracemalloc.start()
    Reading(path, max_bytes=max_bytes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("shape", ["text", "messages"])
def test_a_text_that_a_parquet_repeats_is_made_as_often_as_it_is_kept(tmp_path: Path, shape: str) -> None:
    path, rows = tmp_path / "a.parquet", 40_000
    long = pa.array(["the river " * 10_000, "so " * 10_000])
    said: Any = pa.DictionaryArray.from_arrays(pa.array([0, 1] * (rows // 2), pa.int32()), long)
    if shape == "messages":
        turns = pa.StructArray.from_arrays(
            [pa.array(["user", "assistant"] * (rows // 2)), said], ["role", "content"]
        )
        said = pa.ListArray.from_arrays(pa.array(range(0, rows + 1, 2), pa.int32()), turns)
    pq.write_table(pa.table({shape: said}), path, compression="zstd")
    assert path.stat().st_size < 20_000  # of 2.6 GB
    found = Reading(path, max_bytes=1_000_000)
    assert 100_000 < sum(map(len, found.texts)) < 2_000_000
    assert peak_of(path, 1_000_000) < 60_000_000


def test_a_line_without_an_end_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes read of a file of one line, and of one that is four times as long."""
    read_of = {}
    for size in (10_000_000, 40_000_000):
        path = tmp_path / f"{size}.jsonl"
        path.write_bytes(b'{"text": "' + b"x" * size)
        count = 0

        class Counting(io.FileIO):
            def readinto(self, buffer: Any) -> int | None:
                nonlocal count
                got = super().readinto(buffer)
                count += got or 0
                return got

        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", lambda path, mode: io.BufferedReader(Counting(path)))
            assert not Reading(path, max_bytes=1_000_000).texts
        read_of[size] = count
    assert all(count <= 2 * size for size, count in read_of.items())


@pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz", "a.tar.gz", "a.zip"])
def test_a_bomb_is_unpacked_no_further_than_is_sampled_from(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    line = json.dumps({"text": "The boat passed. " * 60}).encode() + b"\n"
    data = line * 60_000  # 60 MB
    if name.endswith((".tar.gz", ".zip")):
        packed(path, {"a.jsonl": data})
    else:
        path.write_bytes(gzip.compress(data))
    if name.endswith(".gz"):
        path.write_bytes(path.read_bytes()[:-4] + b"\x01\0\0\0")  # it says that it holds one byte
    found = Reading(path, max_bytes=10_000)
    assert found.texts and "are read; raise data.max_bytes for more" in found.notices[0]
    assert peak_of(path, 10_000) < 30_000_000
