"""Hostile files by a small grammar: whole ones of every kind, then damaged, nested, repeated, mislabeled."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

DOORS = ("txt", "md", "jsonl", "json", "csv", "parquet", "html", "warc", "mbox", "gz", "zip", "tar.gz")
DOORS += ("folder", "preferences")  # these two last: what they hold is of the others' kinds
PIECES = [
    *("{", "}", "[", "]", '"', ":", ",", "\\", "\n", "\r\n", "\x00", "\x1b[2J", "\ufeff", "\u202e", "\ud800"),
    *("null", "true", "1e999", "-", "9" * 5_000, "\\ud800", "é", "漢字", "😀", " " * 1_000, "a" * 10_000),
    *(
        '"text"',
        '"messages"',
        '"role"',
        '"user"',
        '"content"',
        '"chosen"',
        '"rejected"',
        '"prompt"',
        '"value"',
    ),
]
NAMES = ["text", "messages", "conversations", "prompt", "completion", "chosen", "rejected", "role", "from"]
NAMES += ["content", "value", "instruction", "input", "output", "", "\ud800", "x"]
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "gb18030"]


def command(door: str, path: Path) -> list[str]:
    """The arguments that have a file read at a door."""
    if door == "preferences":
        return ["preferences", "import", str(path)]
    # A sample: what a whole 32 MB cost is the tokenizer's, not the reader's.
    less = ["--set", "data.filters=false", "--set", "data.max_bytes=2000000"]
    return ["data", "--data", str(path), *less]


def write(folder: Path, door: str, draw: Random) -> Path:
    """A hostile file, or folder, for a door; the same for the same `draw`."""
    if door == "folder":
        top = folder / "top"
        top.mkdir()
        for n in range(draw.randrange(5)):
            kind = draw.choice(DOORS[:-2])
            (top / f"{_file_name(draw)}{n}.{kind}").write_bytes(_content(kind, draw))
        for n in range(draw.randrange(3)):
            (top / f"link{n}").symlink_to(draw.choice([top, folder, top / "nowhere", Path("link0")]))
        return top
    kind = draw.choice(["jsonl", "json", "csv", "gz", "parquet"]) if door == "preferences" else door
    path = folder / f"a.{draw.choice(('jsonl', 'txt')) + '.' if kind == 'gz' else ''}{kind}"
    path.write_bytes(_content(kind, draw))
    return path


def _content(kind: str, draw: Random) -> bytes:
    if draw.random() < 0.1:  # something else under this name
        kind = draw.choice(DOORS[:-2])
    data = _whole(kind, draw)
    for _ in range(draw.choice((0, 0, 1, 1, 3))):
        data = _damaged(data, draw)
    return data


def _whole(kind: str, draw: Random) -> bytes:
    if kind == "gz":
        data = _content(draw.choice(("txt", "jsonl")), draw)
        return draw.choice((gzip.compress, bz2.compress, lzma.compress))(data * draw.choice((1, 1, 100)))
    if kind in ("zip", "tar.gz"):
        return _archive(kind, draw)
    if kind == "parquet":
        return _parquet(draw)
    if kind == "html":
        return _page(draw)
    if kind == "warc":
        return _warc(draw)
    if kind == "mbox":
        return _mailbox(draw)
    if kind in ("txt", "md"):
        text = "".join(draw.choices([*PIECES, "The boat passed. ", "\n\n"], k=draw.randrange(300)))
    elif kind == "csv":
        rows = [draw.choices([*PIECES, "a", "b"], k=draw.randrange(5)) for _ in range(draw.randrange(20))]
        head = draw.choice(["text", "prompt,completion", "prompt,chosen,rejected", "a;text", ""])
        text = "\n".join([head, *(",".join(row) for row in rows)])
    elif draw.random() < 0.2:
        text = draw.choice(PIECES[:5]) * draw.choice((10, 1_000, 100_000))
    elif draw.random() < 0.3:
        text = "".join(draw.choices(PIECES, k=draw.randrange(300)))
    else:
        records = [_record(draw) for _ in range(draw.randrange(1, 60))]
        indent = draw.choice((None, None, 1))
        whole = kind == "json" and draw.random() < 0.7
        text = json.dumps(records, indent=indent) if whole else ""
        text = text or draw.choice("\n ,").join(json.dumps(r, indent=indent) for r in records)
    return text.encode(draw.choice(ENCODINGS), "replace")


def _record(draw: Random) -> Any:
    words = " ".join(draw.choices(["river", "mill", "boat", "é", "漢"], k=draw.randrange(60)))
    turns = [{"role": r, "content": words} for r in draw.choices(["user", "assistant", "human", "x"], k=4)]
    return draw.choice(
        [
            {"text": words},
            {"messages": turns},
            {"prompt": words, "completion": words[::-1]},
            {"prompt": words, "chosen": words, "rejected": words[::-1]},
            {"chosen": turns, "rejected": turns[:-1]},
            {"conversations": turns, "chosen": turns[:1], "rejected": {"from": 1, "value": words}},
            {draw.choice(NAMES): _value(draw, 3), draw.choice(NAMES): _value(draw, 3)},
            _value(draw, 4),
        ]
    )


def _value(draw: Random, depth: int) -> Any:
    kind = draw.randrange(8 if depth else 6)
    if kind < 6:
        return (None, True, 10**400, 1.5, draw.choice(PIECES), "")[kind]
    if kind == 6:
        return [_value(draw, depth - 1) for _ in range(draw.randrange(4))]
    return {draw.choice(NAMES): _value(draw, depth - 1) for _ in range(draw.randrange(4))}


def _archive(kind: str, draw: Random) -> bytes:
    made = io.BytesIO()
    members = {
        f"{_file_name(draw)}{n}.{inner}": _content(inner, draw) * draw.choice((1, 1, 50))
        for n in range(draw.randrange(6))
        for inner in [draw.choice(("txt", "jsonl", "json", "csv", "gz", "md"))]
    }
    if kind == "zip":
        with zipfile.ZipFile(made, "w", draw.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
            for name, data in members.items():
                archive.writestr(name.encode("utf-8", "replace").decode(), data)
        return made.getvalue()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.type = draw.choice(
                (tarfile.REGTYPE, tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.GNUTYPE_SPARSE)
            )
            tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return made.getvalue()


def _page(draw: Random) -> bytes:
    """Elements in each other and beside each other, rarely closed, and what stands between them."""
    names = draw.choices(
        ["div", "p", "table", "td", "svg", "script", "a href='x'", "b", "article", "!--"], k=4
    )
    between = [
        "The boat passed the mill in the morning. ",
        "</",
        "<",
        "&#0;",
        "&#xD800;",
        "&amp",
        *PIECES[:20],
    ]
    parts = []
    for _ in range(draw.randrange(60)):
        parts += [f"<{draw.choice(names)}>" * draw.choice((1, 1, 1, 50, 5_000)), draw.choice(between)]
        parts.append(f"</{draw.choice(names)}>" * draw.choice((0, 1, 50)))
    head = draw.choice(["", "<meta charset=utf-7>", "<meta charset=utf-16>", "<meta charset=big5>", "<html>"])
    return (head + "".join(parts)).encode(draw.choice(ENCODINGS), "replace")


def _warc(draw: Random) -> bytes:
    """Records whose headers say the truth, or nearly."""
    records = []
    for _ in range(draw.randrange(12)):
        body = draw.choice((_page, lambda draw: _content("txt", draw)))(draw)
        packed = draw.choice((b"", b"Content-Encoding: gzip\r\n", b"Transfer-Encoding: chunked\r\n"))
        if packed and draw.random() < 0.7:
            body = gzip.compress(body) if b"gzip" in packed else b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        kind = draw.choice((b"text/html", b"text/plain; charset=x", b"image/png", b"\x1b[2J", b""))
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s\r\n%s" % (kind, packed, body)
        length = len(answer) + draw.choice((0, 0, 0, 1, -1, 10**12, -(10**9)))
        record = draw.choice((b"response", b"response", b"resource", b"conversion", b"warcinfo", b"x"))
        head = b"WARC/1.1\r\nWARC-Type: %s\r\nContent-Type: application/http; msgtype=response\r\n" % record
        head += b"WARC-Target-URI: http://a\xff/\r\nContent-Length: %d\r\n\r\n" % length
        records.append(head + answer + b"\r\n\r\n")
    pack = gzip.compress if draw.random() < 0.3 else bytes
    return b"".join(map(pack, records))


def _mailbox(draw: Random) -> bytes:
    """Messages, parts in parts and boundaries without an end, some as a mailbox, some encoded."""
    separator = draw.choice((b"", b"From a Mon Jan  4 08:00:00 1999\n"))
    messages = []
    for _ in range(draw.randrange(12)):
        parts = [separator, b"From: a@b\nSubject: "]
        parts.append(
            draw.choice((b"a", b"=?utf-8?b?4?=", b"=?x?q?=41?=" * 5_000, b"\xff", b"\n" * 9)) + b"\n"
        )
        for level in range(draw.choice((0, 1, 3, 500))):
            kind = draw.choice((b"mixed", b"alternative", b"digest", b"related", b"report"))
            parts.append(b"Content-Type: multipart/%s; boundary=b%d\n\n--b%d\n" % (kind, level, level))
        coding = draw.choice((b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"(" * 5_000))
        charset = draw.choice(
            (b"utf-8", b"utf-7", b"big5", b"x", b"punycode", b"idna", b"\x00", b"unicode_escape")
        )
        kind = draw.choice((b"text/plain", b"text/html", b"image/png", b"message/rfc822", b"message/partial"))
        parts.append(
            b"Content-Type: %s; charset=%s\nContent-Transfer-Encoding: %s\n" % (kind, charset, coding)
        )
        parts += [
            b"\n",
            _content(draw.choice(("txt", "html")), draw),
            b"\n--b0\n" * draw.choice((0, 1, 5_000)),
        ]
        messages.append(b"".join(parts) + b"\n\n")
    return b"".join(messages)


def _parquet(draw: Random) -> bytes:
    rows = draw.choice((0, 1, 50, 2_000))
    long = "river " * draw.choice((1, 100, 20_000))
    index = pa.array([draw.randrange(2) for _ in range(rows)], pa.int32())
    said = pa.DictionaryArray.from_arrays(index, pa.array([long, "a"]))
    if draw.random() < 0.3:
        said = pa.array([b"\xff\xfe" * 9] * rows, pa.binary())
        said = pa.Array.from_buffers(pa.string(), rows, said.buffers())
    if draw.random() < 0.3:
        turns = pa.StructArray.from_arrays(
            [said.cast(pa.string()) if rows == 0 else said, said], ["role", "content"]
        )
        said = pa.ListArray.from_arrays(pa.array([0, *([rows] * rows)], pa.int32()), turns)
    made = io.BytesIO()
    name = draw.choice(("text", "messages", "prompt", "x", "conversations"))
    pq.write_table(pa.table({name: said}), made, compression=draw.choice(("zstd", "snappy", "none")))
    return made.getvalue()


def _file_name(draw: Random) -> str:
    return "".join(
        draw.choices(["a", " ", "\x1b[2J", "\u202e", "~", "$", "é", "-", "'"], k=draw.randrange(1, 6))
    )


def _damaged(data: bytes, draw: Random) -> bytes:
    if not data:
        return data
    at = draw.randrange(len(data))
    match draw.randrange(5):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
        case 2:
            return data[:at] + draw.randbytes(draw.randrange(20)) + data[at:]
        case 3:
            return data[at:] + data[:at]
        case _:
            return data[:at] + data[at : at + 100] * draw.choice((2, 1_000)) + data[at:]
