"""Structs and their hashes, against eth_abi and the compiled interfaces."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from challenge.abi import words
from challenge.claim import Claim, Interval, Lease, Request, Struct, game_id
from challenge.game import Dispute, Game
from solidity import artifact

HASH, OTHER, ADDRESS = b"\x11" * 32, b"\x22" * 32, b"\x33" * 20

STRUCTS = {
    "Request": Request(7, HASH, ADDRESS, 10**17, OTHER, 1, 2, 3, 2**96 - 1, ADDRESS),
    "Lease": Lease(HASH, 1, ADDRESS, 2, 3, 4),
    "Claim": Claim(7, HASH, OTHER, HASH, OTHER, ADDRESS, 1, 2, 3, 4),
    "Interval": Interval(2, 3, 2**35, 2**36),
    "Game": Game(2, 1, 2, 3, 4, 5, 6, HASH),
    "Dispute": Dispute(ADDRESS, 1, 2, True, HASH, 3),
}


def components(name: str) -> list[dict[str, str]]:
    """The struct's fields as the compiler wrote them into some ABI."""
    for contract in ("IInferenceOracle", "IDisputeGame"):
        for entry in artifact(contract).abi:
            for parameter in [*entry.get("inputs", []), *entry.get("outputs", [])]:
                if parameter["internalType"] == f"struct {name}":
                    return list(parameter["components"])
    raise LookupError(name)


@pytest.mark.parametrize("name", STRUCTS)
def test_struct_fields_are_those_of_solidity(name: str) -> None:
    value = STRUCTS[name]
    expected = [part["name"] for part in components(name)]
    actual = [field.replace("_", "") for field in value.__dataclass_fields__]
    assert actual == [field.lower() for field in expected]


@pytest.mark.parametrize("name", STRUCTS)
def test_struct_hash_is_that_of_its_abi_encoding(name: str) -> None:
    value = STRUCTS[name]
    types = ",".join(part["type"] for part in components(name))
    assert value.hash() == keccak(encode([f"({types})"], [value.abi()]))


@pytest.mark.parametrize("name", STRUCTS)
def test_struct_from_abi_takes_hex_addresses(name: str) -> None:
    value = STRUCTS[name]
    kind: type[Struct] = type(value)
    assert kind.from_abi(value.abi()) == value
    as_hex = ["0x" + v.hex() if v == ADDRESS else v for v in value.abi()]
    assert kind.from_abi(as_hex) == value


def test_game_id_is_the_hash_of_claim_and_challenger() -> None:
    expected = keccak(encode(["bytes32", "address"], [HASH, ADDRESS]))
    assert game_id(HASH, ADDRESS) == expected


def test_words_of_neither_hash_nor_address_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 20 or 32 bytes, actual 31"):
        words(bytes(31))


def test_interval_reads_as_a_range() -> None:
    assert str(Interval(1, 0, 3, 4)) == "segments [3, 7)"
    assert str(Interval(2, 5, 0, 9)) == "instructions [0, 9) of segment 5"
