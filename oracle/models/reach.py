"""Where a stranger's URI may lead: to public addresses, and where the operator said.

Whoever registers a model chooses its URIs, and whoever answers chooses where they lead
on. A node asked to read from the network behind it (a router, a database, a cloud's
metadata service) would be a stranger's hand there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

GATEWAYS = ("http://127.0.0.1:8080", "https://ipfs.io", "https://dweb.link")
"""To IPFS: this machine's own node first, if there is one."""
FILES, LOCALHOST = "file", "localhost"
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
SPECIAL = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
"""Everything of IPv4 that isn't global unicast, by IANA's registry of special-purpose
addresses. A table of our own: Python's changes with its patch level."""
GLOBAL_V6 = IPv6Network("2000::/3")
"""All global unicast that is handed out; the rest is local, multicast or reserved."""
SPECIAL_V6 = tuple(
    IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Of that: Teredo and other protocols, documentation, 6to4."""
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 as a host that has only IPv6 sees it; which IPv4, the last four bytes say."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the operator allows besides public addresses. `files`: of this machine."""

    files: bool = False
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> "Reach":
        """From `file`, `localhost`, addresses and networks; else `ValueError`."""
        files, networks = False, list[Network]()
        for name in names:
            if name == FILES:
                files = True
            elif name == LOCALHOST:
                networks += LOOPBACK
            else:
                networks.append(_network(name))
        return cls(files, tuple(networks))

    def allows(self, address: Address) -> bool:
        address = _plain(address)
        return is_public(address) or any(address in net for net in self.networks)


PUBLIC = Reach()


def is_public(address: Address) -> bool:
    """Whether it is global unicast, also where it is IPv4 written as IPv6."""
    address = _plain(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in SPECIAL)
    return address in GLOBAL_V6 and not any(address in net for net in SPECIAL_V6)


def parsed(text: str) -> Address:
    """An address as a resolver gives it; IPv6 may have an interface behind a `%`."""
    return ip_address(text.partition("%")[0])


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def _network(name: str) -> Network:
    try:
        return ip_network(name)
    except ValueError as error:
        raise ValueError(
            f"expected file, localhost, an address or a network such as 10.1.0.0/16, "
            f"got {name}: {error}"
        ) from None
