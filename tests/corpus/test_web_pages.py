"""Pages of the web as data: text out of HTML, and out of WARC files that another library wrote."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from fastwarc.warc import WarcRecord, WarcRecordType
from test_own_files import Reading

from tui_trainer import cli
from tui_trainer.corpus.reading import html
from tui_trainer.corpus.reading.errors import Unreadable

SAID = (
    "The old mill stands by the river, and a keeper lives in it all year. In winter the wheel is still. "
    "When the ice goes, the children of the town come to see it turn for the first time."
)
AROUND = '<nav><a href="/">Home</a> <a href="/b">Books</a></nav><script>var never = "shown";</script>'


def page(text: str, head: str = "", around: str = AROUND) -> str:
    head = f"<head>{head}<title>A title</title></head>"
    return f"<html>{head}<body>{around}<main><p>{text}</p></main></body></html>"


def record(kind: WarcRecordType, address: str, content: bytes, packed: bool = True) -> bytes:
    made = WarcRecord()
    made.init_headers(kind)
    made.is_http = kind == WarcRecordType.response
    made.headers.set("WARC-Target-URI", address)
    made.set_bytes_content(content)
    out = io.BytesIO()
    made.write(out, checksum_data=True)
    return gzip.compress(out.getvalue()) if packed else out.getvalue()


def warc(*answers: tuple[str, bytes, str], packed: bool = True, status: str = "200 OK") -> bytes:
    """A WARC file with an answer each: address, body, content type and further headers."""
    records = [record(WarcRecordType.warcinfo, "", b"software: another crawler\r\n", packed)]
    for address, body, kind in answers:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode()
        records.append(record(WarcRecordType.response, address, head + body, packed))
    return b"".join(records)


def words(found: Reading) -> str:
    return " ".join(" ".join(found.texts).split())


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xhtml"])
def test_a_page_is_its_text(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(page(SAID))
    found = Reading(tmp_path)
    assert (words(found), found.sources, found.notices) == (SAID, ["web"], [])


@pytest.mark.parametrize(
    ("codec", "head", "said", "guessed"),
    [
        ("utf-8", "", "Früh hört man die Mühle. ", False),
        ("koi8-r", '<meta charset="koi8-r">', "Река течёт к морю, и по берегу идёт человек. ", False),
        (
            "koi8-r",
            '<meta http-equiv=Content-Type content="text/html; charset=koi8-r">',
            "Река к морю. ",
            False,
        ),
        ("cp1252", '<meta charset="utf-8">', "Früh hört man die Mühle, später die Brücke. ", True),  # it lies
        ("cp1252", "", "Früh hört man die Mühle, später die Brücke. ", True),
        ("utf-16", "", "Früh hört man die Mühle. ", False),
    ],
)
def test_its_encoding_is_what_it_says_or_what_it_is(
    tmp_path: Path, codec: str, head: str, said: str, guessed: bool
) -> None:
    (tmp_path / "a.html").write_bytes(page(said * 20, head).encode(codec))
    found = Reading(tmp_path)
    assert words(found) == " ".join((said * 20).split())
    assert bool(found.notices) == guessed


def test_pages_in_an_archive_and_packed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "site.tar", "w") as archive:
        body = page(SAID).encode()
        member = tarfile.TarInfo("site/index.html")
        member.size = len(body)
        archive.addfile(member, io.BytesIO(body))
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(page("Another page. " * 9).encode()))
    assert words(Reading(tmp_path)) == f"{'Another page. ' * 9}{SAID}"


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_warc_file_is_the_text_of_its_pages(tmp_path: Path, name: str) -> None:
    answers = [
        ("http://a.example/1", page(SAID).encode(), "text/html; charset=utf-8"),
        ("http://a.example/2.png", b"\x89PNG" + bytes(99), "image/png"),
        ("http://a.example/3.txt", "Früh am Morgen.".encode(), "text/plain"),
        (
            "http://a.example/4",
            page("Früh hört man die Mühle. ").encode("cp1252"),
            "text/html; charset=latin1",
        ),
    ]
    (tmp_path / name).write_bytes(warc(*answers, packed=name.endswith("gz")))
    found = Reading(tmp_path)
    assert found.texts == [*found.texts[:1], "Früh am Morgen.", "Früh hört man die Mühle."]
    assert " ".join(found.texts[0].split()) == SAID and found.notices == []
    (tmp_path / name).write_bytes(warc(*answers[:1], packed=name.endswith("gz"), status="404 Not Found"))
    assert Reading(tmp_path).notices == [f"skipped {tmp_path / name}: no text in it"]


def test_an_answer_that_is_packed_is_unpacked_and_no_more_of_it_than_a_page_may_have(tmp_path: Path) -> None:
    kind = "text/html\r\nContent-Encoding: gzip"
    bodies = [gzip.compress(body) for body in (page(SAID).encode(), b"<p>" + b"a " * 40_000_000)]
    chunks = [b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) for body in bodies]
    answers = [(f"http://a.example/{n}", body, kind) for n, body in enumerate(bodies)]
    answers += [("http://a.example/3", chunks[0], f"{kind}\r\nTransfer-Encoding: chunked")]
    answers += [
        ("http://a.example/4", page(SAID).encode(), f"{kind}\r\nTransfer-Encoding: chunked")
    ]  # it lies
    (tmp_path / "a.warc.gz").write_bytes(warc(*answers))
    found = Reading(tmp_path)
    assert words(found) == " ".join([SAID] * 3)
    assert found.notices == [f"skipped 1 of 4 pages of {tmp_path}/a.warc.gz: more than 4 MB, unpacked"]


def test_nothing_of_a_warc_file_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    address = "http://a.example/a b\x1b[2J"
    (tmp_path / "a.warc.gz").write_bytes(warc((address, page(SAID).encode(), "text/html")))
    assert words(Reading(tmp_path)) == SAID
    assert capfd.readouterr() == ("", "")


def test_a_damaged_warc_file_gives_what_came_before(tmp_path: Path) -> None:
    whole = warc(
        *[(f"http://a.example/{n}", page(f"Page {n}. {SAID}").encode(), "text/html") for n in range(9)]
    )
    (tmp_path / "cut.warc.gz").write_bytes(whole[: len(whole) * 2 // 3])
    found = Reading(tmp_path / "cut.warc.gz")
    assert 2 < len(found.texts) < 9 and found.notices[0].startswith(
        f"skipped the rest of {tmp_path}/cut.warc.gz: "
    )


@pytest.mark.parametrize(
    "content",
    [
        b"no archive at all",
        b"WARC/1.0\r\n" + b"a" * 900_000,
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -5\r\n\r\nabc\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999\r\n\r\nabc",
        b"WARC/1.1\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"\n" * 900_000,
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 9\r\n\r\nHTTP/1.1 ",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nhello",
        b"\xff" * 5000,
    ],
)
def test_a_hostile_warc_file_is_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(content)
    found = Reading(tmp_path)
    assert found.texts == [] and len(found.notices) == 1
    assert "object" not in found.notices[0]  # a slip of the library's own tells a person nothing


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_page_that_is_nested_too_deeply_is_a_line(tmp_path: Path, codec: str) -> None:
    (tmp_path / "deep.html").write_text("<div>" * 40_000 + "down here", codec)
    assert Reading(tmp_path).notices == [f"skipped {tmp_path}/deep.html: a page that is nested too deeply"]
    assert html.looks("<div>a<DIV id=b>c</div></div><p><article>d</article><divided>") == 2 * 3


def test_without_the_extra_a_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(html, "has_library", lambda: False)
    (tmp_path / "a.html").write_text(page(SAID))
    with pytest.raises(Unreadable, match="extra"):
        html.parsed(b"<p>a")
    with pytest.raises(SystemExit) as ended:
        cli.main(["data", "--data", str(tmp_path)])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "pip install 'tui-trainer[crawl]'" in said and said.count("\n") == 1
