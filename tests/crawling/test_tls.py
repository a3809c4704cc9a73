"""https: a certificate is looked at, and what it says is believed."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crawls import at

from tui_trainer.crawling.fetching import Failed, Fetcher
from tui_trainer.crawling.hosts import Hosts

# Of nobody: made for this test, for a.example, which is not a name that anybody can have.
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkObB00iI0Spr9v6y
fCfPVAUAd/leIAwFGO519tKgoBmhRANCAASl/TiAH/iDz0x7KZDcqaffpcYL9vvn
ENbvPTWF2xohBZYQ0QHZcdJChyvY5iGu2v67zUvgJBYhSSIzW9zYJTpW
-----END PRIVATE KEY-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBYTCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlhLmV4YW1w
bGUwIBcNMDAwMTAxMDAwMDAwWhgPMjEyNjAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWEuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKX9OIAf+IPPTHsp
kNypp9+lxgv2++cQ1u89NYXbGiEFlhDRAdlx0kKHK9jmIa7a/rvNS+AkFiFJIjNb
3NglOlajSDBGMBQGA1UdEQQNMAuCCWEuZXhhbXBsZTAPBgNVHRMBAf8EBTADAQH/
MB0GA1UdDgQWBBQo162xxvRo4V9BszrxdetZhJRpAjAKBggqhkjOPQQDAgNIADBF
AiB7dTxY1kYKFntBxyrEieXLbTrgX0mBH3YQSeRMuWwh9wIhAPQdHmUL5Cmmpaq7
GnTxev9mXdf4vQ92efAl//bZl5R1
-----END CERTIFICATE-----
"""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"


@contextmanager
def server(folder: Path) -> Iterator[int]:
    """A server with this certificate that answers once; its port."""
    (folder / "both.pem").write_text(KEY + CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(65_536)
                    secured.sendall(ANSWER)
            except OSError:
                connection.close()  # whoever asked does not believe it

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def trust(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let this certificate be one that the machine believes."""
    (folder / "trusted.pem").write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "trusted.pem"))


@pytest.mark.parametrize("host", ["a.example", "b.example"])
def test_a_certificate_is_believed_for_its_host(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    trust(monkeypatch, tmp_path)
    with server(tmp_path) as port:
        fetcher = Fetcher(Hosts(frozenset(), {host: ("127.0.0.1", port)}), 30.0)
        if host == "a.example":
            assert fetcher.get(at(f"https://{host}/"), 1_000).body == b"hello"
        else:
            with pytest.raises(Failed, match="certificate"):
                fetcher.get(at(f"https://{host}/"), 1_000)


def test_a_certificate_of_nobody_is_a_line(tmp_path: Path) -> None:
    with server(tmp_path) as port:
        fetcher = Fetcher(Hosts(frozenset(), {"a.example": ("127.0.0.1", port)}), 30.0)
        with pytest.raises(Failed, match="certificate"):
            fetcher.get(at("https://a.example/"), 1_000)
