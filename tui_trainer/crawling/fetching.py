"""One request over HTTP, bounded in bytes and in seconds whatever the server does."""

import io
import socket
import ssl
import time
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

from msgspec import Struct

from tui_trainer import __version__
from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.corpus.reading.unpack import unpacked_body
from tui_trainer.crawling.addresses import Address
from tui_trainer.crawling.hosts import Forbidden, Hosts
from tui_trainer.crawling.robots import AGENT
from tui_trainer.errors import reason

USER_AGENT = f"{AGENT}/{__version__} (collects pages for a person who trains a small language model)"
PAGES = ("text/html", "application/xhtml+xml", "text/plain", "")
BLOCK = 65_536
Headers = list[tuple[str, str]]


class Answer(Struct, frozen=True):
    """What a server sent."""

    status: int
    said: str  # beside the status
    headers: Headers
    body: bytes  # as it was sent; of another kind than was asked for: nothing of it
    content: bytes  # the same, unpacked

    def header(self, name: str) -> str:
        """The first header of that name, in small letters; "" for none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def kind(self) -> str:
        """The media type."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """What the server says of the encoding; "" for nothing."""
        _, _, said = self.header("content-type").lower().partition("charset=")
        return said.partition(";")[0].strip(" \"'")[:40]


class Failed(Exception):
    """There was no answer; the text says why."""


class Exceeded(Failed):
    """The answer was too large, too slow, or packed in a way that is not read."""


class Fetcher:
    """Asks for pages."""

    def __init__(self, hosts: Hosts, seconds: float) -> None:
        self._hosts = hosts
        self._seconds = seconds
        self._tls = ssl.create_default_context()

    def get(self, address: Address, most: int, any_kind: bool = False) -> Answer:
        """Ask for one page; a redirect is an answer.

        Args:
            most: bytes of the body, as it is sent and unpacked.
            any_kind: read it whatever the server calls it, and not pages only.

        Raises:
            Exceeded: the answer is larger, or took longer.
            Forbidden: the host must not be asked.
            Failed: there is none.
        """
        end = time.monotonic() + self._seconds
        try:
            return self._get(address, most, end, any_kind)
        except (Failed, Forbidden):
            raise
        except TimeoutError:
            raise Exceeded(f"slower than {self._seconds:g} s") from None
        except HTTPException as error:
            raise Failed(f"no answer in HTTP ({type(error).__name__})") from error
        except Exception as error:  # of sockets, of TLS, of parsing: all about what is at the other end
            raise Failed(reason(error)) from error

    def _get(self, address: Address, most: int, end: float, any_kind: bool) -> Answer:
        with self._connected(address, end) as connection:
            stream = _Timed(connection, end)
            stream.settimeout()
            connection.sendall(_request(address))
            response = HTTPResponse(cast(Any, stream), method="GET")
            with response:
                response.begin()
                headers = response.getheaders()
                answer = Answer(response.status, response.reason, headers, b"", b"")
                if response.status != 200 or not (any_kind or answer.kind in PAGES):
                    return answer
                body = _read(response, most)
            try:
                content = unpacked_body(body, answer.header("content-encoding").strip().lower(), most)
            except Unreadable as error:
                raise Exceeded(str(error)) from error
            return Answer(response.status, response.reason, headers, body, content)

    def _connected(self, address: Address, end: float) -> socket.socket:
        refused: OSError = OSError("there is no such host")
        for where in self._hosts.find(address):
            try:
                connection = socket.create_connection(where, max(0.01, end - time.monotonic()))
            except OSError as error:
                refused = error
                continue
            if address.scheme == "http":
                return connection
            try:
                return self._tls.wrap_socket(connection, server_hostname=address.host)
            except BaseException:
                connection.close()
                raise
        raise refused


def _request(address: Address) -> bytes:
    lines = [
        f"GET {address.target} HTTP/1.1",
        f"Host: {address.site}",
        f"User-Agent: {USER_AGENT}",
        "Accept: text/html, application/xhtml+xml, text/plain;q=0.9",
        "Accept-Encoding: gzip",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _read(response: HTTPResponse, most: int) -> bytes:
    body = bytearray()
    while data := response.read(min(BLOCK, most + 1 - len(body))):
        body += data
        if len(body) > most:
            raise Exceeded(f"more than {most / 1e6:g} MB")
    if response.length:  # it said that there is more
        raise Failed("the connection broke off")
    return bytes(body)


class _Timed(io.RawIOBase):
    """What comes out of a socket until a moment, however it comes: a byte a second is no answer."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection, self._end = connection, end

    def readable(self) -> bool:
        return True

    def settimeout(self) -> None:
        """Wait for the socket no longer than there is time."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)

    def readinto(self, buffer: Any) -> int:
        self.settimeout()
        return self._connection.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        """As a socket's, for `HTTPResponse`."""
        return io.BufferedReader(self, BLOCK)
