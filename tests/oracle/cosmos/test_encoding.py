"""Wire format, addresses, coins: beside others' implementations and their vectors."""

import random

import pytest
from google.protobuf import any_pb2, duration_pb2, type_pb2

from oracle.cosmos.address import address_of, bech32, prefix_of, regrouped
from oracle.cosmos.errors import BadAddress, BadCoin
from oracle.cosmos.messages import Coin, any_of, parse_coin, parse_gas_price
from oracle.cosmos.protobuf import decoded, encoded, one_bytes, one_number


def test_messages_are_those_of_protobufs_own_library() -> None:
    rng = random.Random(3)
    for _ in range(200):
        size = rng.choice((0, 1, 127, 128, 300, 20_000))
        value, name = rng.randbytes(size), "é" * rng.randrange(100)
        theirs = any_pb2.Any(type_url=name, value=value).SerializeToString()
        assert encoded((1, name), (2, value)) == theirs
        found = decoded(theirs)
        assert one_bytes(found, 1).decode() == name and one_bytes(found, 2) == value
        number = rng.getrandbits(rng.randint(1, 63))
        theirs = duration_pb2.Duration(seconds=number).SerializeToString()
        assert (
            encoded((1, number)) == theirs and one_number(decoded(theirs), 1) == number
        )


def test_repeated_messages_are_all_written_empty_ones_too() -> None:
    options = [type_pb2.Option(name=name) for name in ("a", "", "b")]
    theirs = type_pb2.Enum(name="x", options=options).SerializeToString()
    ours = [encoded((1, name)) for name in ("a", "", "b")]
    # Enum: 1 is the name, 3 its options.
    assert encoded((1, "x"), (3, ours)) == theirs
    assert decoded(theirs)[3] == ours


@pytest.mark.parametrize("spoiled", [b"\x0a", b"\x0a\x05ab", b"\x0b", b"\xff" * 11])
def test_what_is_no_message_is_a_value_error(spoiled: bytes) -> None:
    with pytest.raises(ValueError):
        decoded(spoiled)


def test_decoding_any_bytes_ends_in_fields_or_a_value_error() -> None:
    rng = random.Random(4)
    for _ in range(2000):
        try:
            decoded(rng.randbytes(rng.randrange(30)))
        except ValueError:
            pass


def test_any_of_a_message_is_protobufs() -> None:
    theirs = any_pb2.Any(type_url="/a.b.C", value=b"xyz").SerializeToString()
    assert any_of("a.b.C", b"xyz") == theirs


def test_address_is_the_hash_of_a_key_as_bip_173_writes_it() -> None:
    """Of the generator, whose P2WPKH address is BIP 173's example, but for the version
    in front and so the checksum."""
    public = bytes.fromhex(
        "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    )
    address = address_of(public, "bc")
    assert address[:-6] == "bc1w508d6qejxtdg4y5r3zarvary0c5xw7k"
    assert prefix_of(address) == "bc"


@pytest.mark.parametrize(
    "text", ["a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"]
)
def test_valid_strings_of_bip_173_are_taken(text: str) -> None:
    assert prefix_of(text) == text.rsplit("1", 1)[0]


@pytest.mark.parametrize(
    "text", ["", "wasm1", "wasm1abc", "a12uel5m", "A12UEL5L", "pzry9x0s0muk", "wäsm1q"]
)
def test_other_strings_are_refused(text: str) -> None:
    with pytest.raises(BadAddress, match="expected one in bech32"):
        prefix_of(text)


def test_one_wrong_letter_is_always_found() -> None:
    address = bech32("wasm", bytes(range(32)))
    for at in range(5, len(address)):
        wrong = address[:at] + ("q" if address[at] != "q" else "p") + address[at + 1 :]
        with pytest.raises(BadAddress):
            prefix_of(wrong)


def test_bits_are_regrouped_and_filled_up() -> None:
    assert regrouped(b"\xff", 8, 5) == [31, 28]
    assert regrouped(b"\x00\x01", 8, 5) == [0, 0, 0, 16]


def test_coins_and_prices_are_exact() -> None:
    assert parse_coin("100stake") == Coin("stake", 100)
    assert str(parse_coin("5ibc/AB-c.d:e_f")) == "5ibc/AB-c.d:e_f"
    price = parse_gas_price("0.025stake")
    assert price.fee(100) == [Coin("stake", 3)] and price.fee(120) == [Coin("stake", 3)]
    assert parse_gas_price("0stake").fee(10**9) == []
    assert parse_gas_price("1000000000stake").fee(3) == [Coin("stake", 3 * 10**9)]


@pytest.mark.parametrize("text", ["", "100", "stake", "-1stake", "1.5stake", "1 stake"])
def test_what_is_no_coin_is_refused(text: str) -> None:
    with pytest.raises(BadCoin, match="expected an amount and its denomination"):
        parse_coin(text)
    if text != "1.5stake":
        with pytest.raises(BadCoin):
            parse_gas_price(text)
