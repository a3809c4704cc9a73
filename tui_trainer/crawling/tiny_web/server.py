"""The server of the tiny web, on this machine only; it remembers what it was asked for."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tui_trainer.crawling.tiny_web.page import Page
from tui_trainer.crawling.tiny_web.site import TinyWeb

HERE = "127.0.0.1"
NAME = "tiny-world.example"  # the host's name; no such host can be registered (RFC 2606)
PAUSE = 0.05  # seconds between two pieces of a page that is slow
BUSY = "/odd/busy.html"  # too busy for the first request


class Server(ThreadingHTTPServer):
    """Serves the tiny web until it is closed."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, web: TinyWeb) -> None:
        self.web = web
        self.asked: Counter[str] = Counter()  # by target
        self.agents: set[str] = set()
        self.on_request: Callable[[], object] = lambda: None
        self.closing = threading.Event()
        super().__init__((HERE, 0), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def answer(self, target: str) -> Page:
        """What is sent for a request, which is counted."""
        self.asked[target] += 1
        self.on_request()
        if urlsplit(target).path == BUSY:
            if self.asked[target] == 1:
                return Page(b"", status=503, headers=(("Retry-After", "0"),))
            return Page(
                b"<html><body><p>Now there is time for you, thank you for waiting so long.</p></body></html>"
            )
        return self.web.answer(target)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.agents.add(self.headers.get("User-Agent", ""))
        page = self.server.answer(self.path)
        self.close_connection = True
        self.send_response(page.status)
        for name, value in page.headers:
            self.send_header(name, value)
        self.send_header("Content-Type", page.content_type)
        if not page.repeated:
            self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            self.wfile.write(page.body)
            while page.repeated and not (page.slow and self.server.closing.wait(PAUSE)):
                self.wfile.write(page.repeated)
        except OSError:
            pass  # whoever asked has had enough

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: it counts."""


@contextmanager
def serving(web: TinyWeb) -> Iterator[Server]:
    """A server in a thread of its own, for as long as this lasts."""
    server = Server(web)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
