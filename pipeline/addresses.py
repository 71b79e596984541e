"""Which network addresses may be asked: a feed that names http://169.254.169.254/ must not read a cloud machine's secrets.

The check is made on the address that is really connected to, whether it came from a literal, a name or a redirect: looking a name up
first and connecting afterwards can be told two different answers (DNS rebinding).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from pipeline.canonical import site_of

# Names that are never on the public network: RFC 6762, RFC 8375, ICANN's reservation of .internal, and what routers call themselves.
_PRIVATE_SUFFIXES = (".local", ".home.arpa", ".internal", ".lan")

AddressInfo = tuple[int, int, int, str, tuple[object, ...]]


class PrivateAddressError(OSError):
    """A connection to an address that is not on the public network was refused."""


def is_public(address: str) -> bool:
    """True for an address that the whole Internet can reach; False for what is no address."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_global and not (mapped or found).is_multicast


def is_private_literal(url: str) -> bool:
    """True if the host of `url` is written as an address, and that is not public. With a proxy, nothing more can be known."""
    return _is_private_host(urlsplit(url).hostname or "")


@lru_cache(maxsize=65_536)
def _is_private_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return not is_public(host)


def wait_scope(url: str) -> str:
    """Whom a Retry-After from `url` speaks for: the registrable domain on the public network, that address alone on a private host.

    A private host is most often a bridge that makes feeds of many other sites: one of those that is refused says nothing of the rest.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    is_private = is_private_literal(url) or not {".", ":"} & set(host) or host.endswith(_PRIVATE_SUFFIXES)
    return url if is_private else site_of(url)


def endpoints(urls: Iterable[str]) -> frozenset[tuple[str, int]]:
    """The (address, port) pairs behind proxy URLs; an address that does not resolve is left to fail when it is used."""
    found: set[tuple[str, int]] = set()
    for url in urls:
        parts = urlsplit(url)
        try:
            infos = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
        except OSError:
            continue
        found.update((str(info[4][0]), int(info[4][1])) for info in infos)
    return frozenset(found)


def guarded_socket(allowed: frozenset[tuple[str, int]]) -> Callable[[AddressInfo], socket.socket]:
    """What makes sockets for aiohttp's connector and refuses those to addresses that are neither public nor `allowed`."""

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, target = info
        address, port = str(target[0]), target[1]
        if (address, port) not in allowed and not is_public(address):
            raise PrivateAddressError(f"{address} is not on the public network")
        return socket.socket(family, kind, protocol)

    return make
