"""One request, against servers that send whatever they like."""

import gzip
import socket
import threading
import zlib
from collections.abc import Callable

import pytest
from crawls import at

from tui_trainer.corpus.reading.unpack import unpacked_body
from tui_trainer.crawling import hosts as looking_up
from tui_trainer.crawling.fetching import Answer, Exceeded, Failed, Fetcher
from tui_trainer.crawling.hosts import Forbidden, Hosts, is_public

MOST = 10_000
HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="KOI8-R"\r\n'


def ask(reply: bytes, drip: bool = False, seconds: float = 5.0, any_kind: bool = False) -> Answer:
    """What comes of a server that sends this, and closes; or goes on with a byte now and then."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(reply)
                while drip and not over.wait(0.01):
                    try:
                        connection.sendall(b"a")
                    except OSError:
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            routes = {"a.example": ("127.0.0.1", listening.getsockname()[1])}
            return Fetcher(Hosts(frozenset(), routes), seconds).get(at("http://a.example/x"), MOST, any_kind)
        finally:
            over.set()
            thread.join()


def test_an_answer() -> None:
    got = ask(HEAD + b"Content-Length: 5\r\nX-A: 1\r\n\r\nhello")
    assert (got.status, got.body, got.kind, got.charset) == (200, b"hello", "text/html", "koi8-r")
    assert got.header("x-a") == "1" and got.header("x-b") == ""


def test_in_chunks_and_packed() -> None:
    packed = gzip.compress(b"hello")
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    got = ask(HEAD + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunk)
    assert (got.body, got.content) == (packed, b"hello")


def test_another_kind_is_not_read() -> None:
    got = ask(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + b"a" * 5_000, drip=True)
    assert (got.kind, got.body) == ("image/png", b"")


def test_rules_are_read_whatever_they_are_called() -> None:
    """A robots.txt that a server sends as some other kind of file holds all the same."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 5\r\n\r\nhello"
    assert ask(reply, any_kind=True).content == b"hello" and ask(reply).content == b""


@pytest.mark.parametrize(
    ("reply", "drip", "error"),
    [
        (HEAD + b"\r\n" + b"a" * 50_000, False, Exceeded),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n" + b"a" * 50_000, False, Exceeded),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(9_000_000)), False, Exceeded),
        (HEAD + b"\r\n", True, Exceeded),
        (HEAD, True, Exceeded),
        (b"H", True, Exceeded),
        (HEAD + b"Content-Length: 9\r\n\r\nhello", False, Failed),
        (HEAD + b"Content-Encoding: br\r\n\r\nhello", False, Exceeded),
        (HEAD + b"Content-Encoding: deflate\r\n\r\nhello", False, Exceeded),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello", False, Failed),
        (HEAD + b"A: b\r\n" * 5_000 + b"\r\n", False, Failed),
        (HEAD + b"A: " + b"b" * 90_000, False, Failed),
        (b"\x16\x03\x01 no HTTP", False, Failed),
        (b"HTTP/1.1 9999 \x1b[2J\r\n\r\n", False, Failed),
        (b"", False, Failed),
    ],
)
def test_a_bad_answer_is_a_line(reply: bytes, drip: bool, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        ask(reply, drip, seconds=0.3 if drip else 5.0)
    assert 0 < len(str(raised.value)) < 300 and "\n" not in str(raised.value)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Failed, match="refused"):
        Fetcher(Hosts(frozenset(), {"a.example": ("127.0.0.1", port)}), 5.0).get(
            at("http://a.example/"), MOST
        )


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda data: zlib.compress(data)[2:-4]])
def test_packings_of_the_web(pack: Callable[[bytes], bytes]) -> None:
    assert unpacked_body(pack(b"hello" * 99), "deflate", MOST) == b"hello" * 99


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        *(("93.184.216.34", True), ("2606:2800:220:1::1", True), ("64:ff9b::5db8:d822", True)),
        *(("127.0.0.1", False), ("10.1.2.3", False), ("192.168.0.1", False), ("169.254.169.254", False)),
        *(
            ("0.0.0.0", False),
            ("100.64.0.1", False),
            ("224.0.0.1", False),
            ("::1", False),
            ("fe80::1%2", False),
        ),
        *(
            ("fd00::1", False),
            ("::ffff:10.0.0.1", False),
            ("2002:7f00:1::", False),
            ("64:ff9b::7f00:1", False),
        ),
    ],
)
def test_public_addresses(ip: str, public: bool) -> None:
    assert is_public(ip) == public


def names(monkeypatch: pytest.MonkeyPatch, **known: list[str]) -> None:
    """Names lead where this says, each time to the next."""

    def look_up(host: str, port: int, **_: object) -> list[object]:
        found = known[host.partition(".")[0]]
        ip = found.pop(0) if len(found) > 1 else found[0]
        return [(0, 0, 0, "", (each, port)) for each in ip.split()]

    monkeypatch.setattr(looking_up.socket, "getaddrinfo", look_up)


def test_only_a_host_that_was_named_may_be_private(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, home=["192.168.1.5"], away=["93.184.216.34"], half=["93.184.216.34 10.0.0.1"])
    hosts = Hosts(frozenset(["home.example"]))
    assert hosts.find(at("http://home.example:8080/")) == [("192.168.1.5", 8080)]
    assert hosts.find(at("https://away.example/")) == [("93.184.216.34", 443)]
    with pytest.raises(Forbidden):
        hosts.find(at("http://half.example/"))
    with pytest.raises(Forbidden):
        Hosts(frozenset()).find(at("http://home.example/"))


def test_a_named_host_that_turns_private_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name was looked up twice, and the second answer leads inside (DNS rebinding)."""
    names(monkeypatch, a=["93.184.216.34", "127.0.0.1"])
    hosts = Hosts(frozenset(["a.example"]))
    assert hosts.find(at("http://a.example/")) == [("93.184.216.34", 80)]
    with pytest.raises(Forbidden):
        hosts.find(at("http://a.example/"))
