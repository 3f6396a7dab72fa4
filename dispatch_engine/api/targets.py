"""Decides which addresses a webhook may reach: public ones, and those that the operator allows."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from dispatch_engine.errors import InputError

Address = IPv4Address | IPv6Address
PORTS = {"http": 80, "https": 443}
MAX_URL = 2000
_NAT64 = ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], list[str]]


class TargetDenied(Exception):
    """A webhook may not go there; the message says why and what the operator can do."""


@dataclass(frozen=True)
class Target:
    """Where one call goes: the URL as given, and the address that its name had when it was looked up."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    address: Address

    @property
    def dialled(self) -> str:
        """The URL with the address instead of the name: what is connected to is what was judged."""
        address = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{self.scheme}://{address}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """What the receiver is told about its name."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the system knows them; blocks. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Gate:
    """Public addresses, and the exceptions in ``allow``: names, addresses, networks in CIDR notation.

    Raises
    ------
    InputError : an entry is none of these.
    """

    allow: tuple[str, ...] = ()
    resolve: Resolve = resolve
    names: frozenset[str] = field(init=False)
    networks: tuple[IPv4Network | IPv6Network, ...] = field(init=False)

    def __post_init__(self) -> None:
        networks, names = [], set()
        for entry in self.allow:
            try:
                networks.append(ip_network(entry, strict=False))
            except ValueError:
                names.add(_name_of(entry))
        object.__setattr__(self, "networks", tuple(networks))
        object.__setattr__(self, "names", frozenset(names))

    def refuse_hopeless(self, url: str) -> None:
        """Refuse a URL that can be seen to be wrong without looking its name up; raises TargetDenied."""
        parts = split(url)
        host = _host(parts)
        literal = _literal(host)
        if literal is not None:
            self._refuse_private([literal], host)
        elif host not in self.names and (host == "localhost" or host.endswith((".localhost", ".local"))):
            raise TargetDenied(_private("the host"))

    def target(self, url: str) -> Target:
        """Look the name up and choose an address; blocks.

        Raises
        ------
        TargetDenied : the URL is malformed, or any address of its name is neither public nor allowed.
        OSError : the name has no address now.
        """
        parts = split(url)
        host, port = _host(parts), parts.port or PORTS[parts.scheme]
        addresses = [ip_address(text.partition("%")[0]) for text in self.resolve(host, port)]
        if not addresses:
            raise OSError("the name has no address")
        # One private address among public ones is how a name is made to point inside after it was judged.
        self._refuse_private(addresses, host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(url, parts.scheme, host, port, path, addresses[0])

    def _refuse_private(self, addresses: Iterable[Address], host: str) -> None:
        if host in self.names:
            return
        for address in addresses:
            if not is_public(address) and not any(address in network for network in self.networks):
                raise TargetDenied(_private("the address"))


def split(url: str) -> SplitResult:
    """The parts of an absolute http or https URL; raises TargetDenied for anything else."""
    if len(url) > MAX_URL or not url.isascii() or any(c <= " " or c in '\\"<>^`{|}\x7f' for c in url):
        raise TargetDenied(f"is no URL of at most {MAX_URL} plain characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetDenied("is no URL") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise TargetDenied("must begin with https:// or http:// and name a host")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise TargetDenied("must not hold a user name or password; sign with the secret instead")
    return parts


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet, also behind what IPv6 wraps around IPv4."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
        if int(address) >> 32 == 0 or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".").lower()


def _literal(host: str) -> Address | None:
    """The address that ``host`` is, in any of the ways in which the system reads one (such as 0x7f.1)."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _name_of(entry: str) -> str:
    name = entry.rstrip(".").lower()
    if not name or not all(c.isalnum() or c in "-._" for c in name):
        message = f"'{entry:.80}' is neither a host name, nor an address, nor a network such as 10.0.0.0/8"
        raise InputError.of("/webhook_allow", "wrong_type", message)
    return name


def _private(what: str) -> str:
    return f"{what} is not on the public internet; the operator can allow it (webhook_allow)"
