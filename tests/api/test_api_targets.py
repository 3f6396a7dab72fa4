"""Where webhooks may go: public addresses only, however a private one is written or hidden."""

from __future__ import annotations

import pytest

from dispatch_engine.api.targets import Gate, TargetDenied
from dispatch_engine.errors import InputError

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:db8::1",
    "2001:0:a:b:c:d:80ff:fffe",
]
PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:101:101", "64:ff9b::101:101"]


def gate(*addresses: str, allow: tuple[str, ...] = ()) -> Gate:
    """A gate whose names have these addresses."""
    return Gate(allow, resolve=lambda host, port: list(addresses))


def url_of(address: str) -> str:
    return f"http://[{address}]/hook" if ":" in address else f"http://{address}/hook"


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_denied(address: str) -> None:
    """Written in the URL, or as the address of a harmless name, also among public ones."""
    with pytest.raises(TargetDenied, match="not on the public internet; the operator can allow it"):
        gate().refuse_hopeless(url_of(address))
    for addresses in ([address], ["93.184.215.14", address]):
        with pytest.raises(TargetDenied, match="not on the public internet"):
            gate(*addresses).target("https://hooks.example.com/")


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    """And it is the one that is connected to."""
    gate().refuse_hopeless(url_of(address))
    target = gate(address).target("https://hooks.example.com/a?b=c")
    assert str(target.address) == address
    assert target.host_header == "hooks.example.com"
    assert target.dialled == f"https://{f'[{address}]' if ':' in address else address}:443/a?b=c"


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "127.1",
        "0",
        "127.0.0.1.",
        "LOCALHOST",
        "localhost.",
        "x.localhost",
        "printer.local",
    ],
)
def test_private_addresses_in_disguise_are_seen(host: str) -> None:
    """Hexadecimal, octal, shortened, with a dot behind, or as a name that always is this machine."""
    with pytest.raises(TargetDenied, match="not on the public internet"):
        gate().refuse_hopeless(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "//hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "unix:/var/run/docker.sock",
        "http://",
        "http:///path",
        "https://user:pass@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://[::1/",
        "https://hooks.example.com/\r\nX-Evil: 1",
        "https://hooks.example.com/a b",
        "https://hooks.example.com\\@evil/",
        "https://h\u00f6\u00f6ks.example.com/",
        "https://hooks.example.com/" + "a" * 2000,
    ],
)
def test_what_is_no_plain_url_is_denied(url: str) -> None:
    """By its shape, before anything is looked up."""
    with pytest.raises(TargetDenied):
        gate("93.184.215.14").refuse_hopeless(url)
    with pytest.raises(TargetDenied):
        gate("93.184.215.14").target(url)


def test_the_operator_can_allow_networks_addresses_and_names() -> None:
    """A network by CIDR, one address, or a name wherever it is."""
    assert gate("10.1.2.3", allow=("10.0.0.0/8",)).target("http://crm/").port == 80
    assert gate("::1", allow=("::1",)).target("http://crm/").dialled == "http://[::1]:80/"
    target = gate("192.168.0.9", allow=("CRM.internal",)).target("http://crm.internal:8080/")
    assert target.host_header == "crm.internal:8080"
    gate(allow=("localhost",)).refuse_hopeless("http://localhost:9000/")
    with pytest.raises(TargetDenied):
        gate("192.168.0.9", allow=("crm.internal", "10.0.0.0/8")).target("http://other.internal/")


def test_an_allowance_that_means_nothing_is_refused() -> None:
    """At the start of the service."""
    with pytest.raises(InputError, match="neither a host name, nor an address, nor a network"):
        gate(allow=("http://crm/",))


def test_a_name_without_an_address_is_an_error_for_now() -> None:
    """It may have one later: the call is tried again."""
    with pytest.raises(OSError, match="no address"):
        gate().target("https://hooks.example.com/")
