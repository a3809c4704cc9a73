"""Addresses of the web in one form, so that two spellings of one page are not asked for twice."""

import re
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

LONGEST = 2_000  # characters
PORTS = {"http": 80, "https": 443}
# What a site puts into addresses to know its visitors again; the page is the same without.
SESSION = re.compile(
    r"(utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|igshid|s?sid|session_?id|jsessionid|phpsessid|aspsessionid\w*)",
    re.IGNORECASE,
)
SEMICOLON = re.compile(r";(jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
IN_PATH, IN_QUERY = "/!$&'()*+,;=:@~-._", "/?!$'()*,;:@~-._"  # what may stand there as it is
ESCAPED = re.compile(r"%([0-9a-fA-F]{2})")
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
STRIPPED = "".join(map(chr, range(33)))  # as browsers do
MOST_REPEATS = 3  # times one name may stand in a path; a link that leads into itself makes more
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")


class Address(Struct, frozen=True):
    """Where one page is, in its one form."""

    scheme: str
    host: str  # as DNS has it, or an IP address; of version 6 without brackets
    port: int
    target: str  # path and query: what is asked of the host

    @property
    def site(self) -> str:
        """The host, with its port if that is no usual one: http and https are one site."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """What one robots.txt speaks for (RFC 9309)."""
        return f"{self.scheme}://{self.site}"

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def address(text: str, base: Address | None = None) -> Address | None:
    """The address that a link leads to; None: it is none of http or https, or none at all.

    Args:
        base: the page that the link stands in.
    """
    text = re.sub(r"[\t\r\n]", "", text).strip(STRIPPED)
    if len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(urljoin(str(base), text) if base is not None else text)
        scheme, port = parts.scheme.lower(), parts.port
        host = _host(parts.hostname or "")
    except ValueError:  # brackets that are no address, a port that is no number
        return None
    if scheme not in PORTS or not host or "@" in parts.netloc:
        return None
    path = _without_dots(SEMICOLON.sub("", _escaped(parts.path, IN_PATH)) or "/")
    names = [name for name in path.split("/") if name]
    if any(names.count(name) > MOST_REPEATS for name in names):
        return None
    query = "&".join(sorted(filter(None, map(_parameter, parts.query.split("&")))))
    found = Address(scheme, host, port or PORTS[scheme], f"{path}?{query}" if query else path)
    return found if len(str(found)) <= LONGEST else None


def _host(name: str) -> str:
    """A host as DNS has it. Raises `ValueError`: there can be none of that name."""
    if ":" in name:
        return name.lower()  # urlsplit has seen that it is an IP address
    name = (
        name.rstrip(".").encode("idna").decode().lower() if not name.isascii() else name.rstrip(".").lower()
    )
    if not HOST.fullmatch(name):
        raise ValueError("no name of a host")
    return name


def _parameter(text: str) -> str:
    name, equals, value = text.partition("=")
    if not text or SESSION.fullmatch(name):
        return ""
    return f"{_escaped(name, IN_QUERY)}{equals}{_escaped(value, IN_QUERY)}"


def _escaped(text: str, safe: str) -> str:
    """The text with each character escaped that has to be, in capitals, and no other."""
    text = ESCAPED.sub(lambda m: c if (c := chr(int(m[1], 16))) in PLAIN else m[0].upper(), text)
    return "".join(
        part if ESCAPED.fullmatch(part) else quote(part, safe) for part in re.split(r"(%[0-9A-F]{2})", text)
    )


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4; and no empty names, which no page needs and loops of links make."""
    kept: list[str] = []
    names = path.split("/")
    for name in names:
        if name == "..":
            kept = kept[:-1]
        elif name not in ("", "."):
            kept.append(name)
    end = "/" if names[-1] in ("", ".", "..") and kept else ""
    return f"/{'/'.join(kept)}{end}"
