"""Which machine a host's name leads to, and whether a crawl may ask that one.

A name on the web may lead anywhere, also into the network that this machine stands in, and may lead elsewhere
when it is looked up again. So the addresses are looked at, and those that were looked at are connected to.
"""

import ipaddress
import socket
from collections.abc import Mapping

from tui_trainer.crawling.addresses import Address


class Forbidden(Exception):
    """A host that this crawl does not ask; the text says why."""


class Hosts:
    """Looks names up."""

    def __init__(self, named: frozenset[str], routes: Mapping[str, tuple[str, int]] | None = None) -> None:
        """
        Args:
            named: hosts that the person named: they may be in a private network, or this machine.
            routes: where a host really is, instead of what DNS says.
        """
        self._named = named
        self._routes = routes or {}
        self._private: dict[str, bool] = {}  # of those named: what they were when first looked up

    def find(self, address: Address) -> list[tuple[str, int]]:
        """IP addresses and ports at which to try a host.

        Raises:
            Forbidden: it is in a private network.
            OSError: there is none of that name.
        """
        if (route := self._routes.get(address.host)) is not None:
            return [route]
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        private = not all(map(is_public, addresses))
        if private and not (address.host in self._named and self._private.setdefault(address.host, True)):
            raise Forbidden("it leads to an address that is not public")
        self._private.setdefault(address.host, private)
        return [(each, address.port) for each in addresses]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inside = [ip]
    if isinstance(ip, ipaddress.IPv6Address):  # those that stand for one of version 4
        inside += [v4 for v4 in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if v4 is not None]
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inside.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return all(each.is_global and not each.is_multicast for each in inside)
