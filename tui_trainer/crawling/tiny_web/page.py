"""What a server of the tiny web answers."""

from msgspec import Struct

HTML = "text/html; charset=utf-8"


class Page(Struct, frozen=True):
    """One answer; `text` is what stands in it for people, the secret that extraction is measured by."""

    body: bytes
    text: str | None = None
    content_type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    repeated: bytes = b""  # sent behind the body again and again, for as long as anybody reads
    slow: bool = False  # between two of those, a pause
