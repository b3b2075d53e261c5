"""ABI values: structs and addresses as ours, errors and events decoded."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from eth_abi.abi import encode

from challenge.claim import Claim, Interval, Lease, Request, Struct
from oracle.chain.abi import STRUCTS, Abi
from oracle.chain.errors import Refused, UnknownEntry
from oracle.chain.events import EVENTS, argument_names
from solidity import artifact

A, B = b"\xaa" * 20, b"\xbb" * 20
H = bytes(range(32))
CONTRACTS = ("ModelRegistry", "InferenceOracle", "DisputeGame", "Audits")


def abi(name: str) -> Abi:
    return Abi(name, artifact(name).abi)


@pytest.mark.parametrize(
    ("contract", "function", "struct"),
    [
        ("InferenceOracle", "cancel", Request(1, H, A, 2, H, 3, 4, 5, 6, B)),
        ("InferenceOracle", "killClaim", Claim(1, H, H, H, H, A, 2, 3, 4, 5)),
        ("DisputeGame", "challenge", Claim(1, H, H, H, H, B, 2, 3, 4, 5)),
    ],
)
def test_calldata_struct_is_its_fields_in_order(
    contract: str, function: str, struct: Struct
) -> None:
    known = abi(contract)
    data = known.calldata(function, [struct])
    (parameter,) = known.functions[function].inputs
    assert data[:4] == known.functions[function].selector
    assert data[4:] == encode([parameter.type], [struct.abi()])


def components(entries: list[dict[str, Any]], struct: str) -> Iterator[list[str]]:
    """Names of the fields of each value of a struct in a contract's ABI."""
    for entry in entries:
        inner = entry.get("components", [])
        if re.fullmatch(rf"struct (\w+\.)?{struct}", entry.get("internalType", "")):
            yield [field["name"] for field in inner]
        for part in (inner, entry.get("inputs", []), entry.get("outputs", [])):
            yield from components(part, struct)


@pytest.mark.parametrize("struct", STRUCTS.values(), ids=STRUCTS)
def test_struct_fields_are_those_of_the_contracts(struct: type[Struct]) -> None:
    ours = [field.name for field in fields(struct)]
    stated = [
        [re.sub("[A-Z]", lambda c: f"_{c[0].lower()}", name) for name in names]
        for contract in CONTRACTS
        for names in components(artifact(contract).abi, struct.__name__)
    ]
    assert stated
    for theirs in stated:
        assert theirs == ours, (
            f"{struct.__name__} differs between solidity/src/interfaces and"
            f" challenge/claim.py in {sorted(set(theirs) ^ set(ours))}"
        )


def test_result_struct_comes_back_as_it_went() -> None:
    lease = Lease(H, 1, A, 2, 3, 4)
    oracle = abi("InferenceOracle")
    (output,) = oracle.functions["accept"].outputs
    assert oracle.result("accept", encode([output.type], [lease.abi()])) == lease


def test_result_address_is_bytes() -> None:
    data = encode(["address"], [A])
    assert abi("InferenceOracle").result("game", data) == A


def test_calldata_unknown_function_refused() -> None:
    with pytest.raises(UnknownEntry, match="Staking has no function steal"):
        abi("Staking").calldata("steal", [])


def test_error_custom_decoded_by_name() -> None:
    game = abi("DisputeGame")
    selector = next(s for s, e in game.errors.items() if e.name == "TooLate")
    data = selector + encode(["uint256", "uint256"], [5, 7])
    assert game.error(data) == ("TooLate", {"expected": 5, "actual": 7})
    refused = Refused("DisputeGame.select", *game.error(data), data)
    message = "DisputeGame.select refused: TooLate(expected 5, actual 7)"
    assert str(refused) == message


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", ""),
        (b"\xde\xad\xbe\xef", ""),
        (bytes.fromhex("08c379a0") + encode(["string"], ["no"]), "Error"),
        (bytes.fromhex("08c379a0") + encode(["bytes"], [b"\xff"]), "Error"),
        (bytes.fromhex("4e487b71") + encode(["uint256"], [0x11]), "Panic"),
        (bytes.fromhex("4e487b71"), ""),
    ],
)
def test_error_foreign_or_broken_data_names_only_what_is_known(
    data: bytes, name: str
) -> None:
    assert abi("Staking").error(data)[0] == name


def test_events_typed_are_the_contracts_own() -> None:
    """Same name, same arguments in the same order as the Solidity event."""
    declared = {
        entry.name: [p.name for p in entry.inputs]
        for contract in CONTRACTS
        for entry in abi(contract).events.values()
    }
    for name, kind in EVENTS.items():
        camel = [_camel(argument) for argument in argument_names(kind)]
        assert camel == declared[name], name


def test_event_indexed_and_plain_arguments_in_declared_order() -> None:
    game = abi("DisputeGame")
    entry = next(e for e in game.events.values() if e.name == "Selected")
    interval = Interval(1, 0, 4, 2)
    types = [p.type for p in entry.inputs if not p.indexed]
    data = encode(types, [interval.abi(), H, H[::-1], 3])
    name, arguments = game.event([entry.id, b"\1" * 32], data)
    assert name == "Selected"
    assert arguments == [b"\1" * 32, interval, H, H[::-1], 3]


def test_event_string_that_is_no_text_is_read_all_the_same() -> None:
    registry = abi("ModelRegistry")
    entry = next(e for e in registry.events.values() if e.name == "UrisChanged")
    data = encode(["bytes[]"], [[b"https://\xff", b"\xed\xa0\x80", "ü".encode()]])
    _, arguments = registry.event([entry.id, H], data)
    assert arguments == [H, ("https://\ufffd", "\ufffd" * 3, "ü")]


def test_event_unknown_topic_refused() -> None:
    with pytest.raises(UnknownEntry, match="DisputeGame has no event"):
        abi("DisputeGame").event([H], b"")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
