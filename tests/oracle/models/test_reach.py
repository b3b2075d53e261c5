"""Where a stranger's URI may lead."""

import ipaddress
import random

import pytest

from oracle.models.reach import PUBLIC, Reach, is_public, parsed

NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
ANYWHERE = [
    "1.1.1.1",
    "172.32.0.1",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_reach_of_what_is_not_public_refused(text: str) -> None:
    assert not PUBLIC.allows(parsed(text))


@pytest.mark.parametrize("text", ANYWHERE)
def test_reach_of_public_addresses_allowed(text: str) -> None:
    assert PUBLIC.allows(parsed(text))


def test_reach_is_never_wider_than_pythons_idea_of_global() -> None:
    """Another table, by other people; it calls some multicast global."""
    rng = random.Random(12)
    for _ in range(20_000):
        four = ipaddress.IPv4Address(rng.getrandbits(32))
        six = ipaddress.IPv6Address(rng.choice([1 << 125, 0]) | rng.getrandbits(125))
        assert is_public(four) == (four.is_global and not four.is_multicast), four
        assert not is_public(six) or six.is_global, six


@pytest.mark.parametrize(
    "names, inside, outside",
    [
        (["localhost"], "127.3.2.1", "10.0.0.1"),
        (["localhost"], "::1", "fe80::1"),
        (["localhost"], "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        (["10.1.0.0/16"], "10.1.2.3", "10.2.0.1"),
        (["192.168.7.7"], "192.168.7.7", "192.168.7.8"),
        (["fd00::/8"], "fd12::1", "fe80::1"),
    ],
)
def test_reach_named_by_the_operator_is_that_wide(
    names: list[str], inside: str, outside: str
) -> None:
    reach = Reach.of(names)
    assert reach.allows(parsed(inside)) and reach.allows(parsed("1.1.1.1"))
    assert not reach.allows(parsed(outside)) and not reach.files


def test_reach_to_files_is_only_that() -> None:
    assert Reach.of(["file"]) == Reach(files=True)


@pytest.mark.parametrize("name", ["", "files", "example.org", "10.0.0.1/8", "/srv"])
def test_reach_of_something_else_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected file, localhost, an address"):
        Reach.of([name])
