"""Addresses of accounts and contracts: bech32 (BIP 173)."""

import hashlib
import re
from typing import Final

from Crypto.Hash import RIPEMD160

from oracle.cosmos.errors import BadAddress

LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
CHECKSUM: Final = 6
FORM: Final = re.compile(f"([a-z][a-z0-9]{{0,20}})1([{LETTERS}]{{6,90}})")


def address_of(public_key: bytes, prefix: str) -> str:
    """The account's whose compressed secp256k1 key this is."""
    inner = hashlib.sha256(public_key).digest()
    return bech32(prefix, RIPEMD160.new(inner).digest())


def bech32(prefix: str, data: bytes) -> str:
    """20 bytes of an account, 32 of a contract."""
    words = regrouped(data, 8, 5)
    checksum = polynomial([*spread(prefix), *words, *[0] * CHECKSUM]) ^ 1
    words += [checksum >> 5 * (CHECKSUM - 1 - i) & 31 for i in range(CHECKSUM)]
    return f"{prefix}1{''.join(LETTERS[word] for word in words)}"


def prefix_of(address: str) -> str:
    """What a chain's addresses begin with. Raises `BadAddress`."""
    found = FORM.fullmatch(address)
    if found is None:
        raise BadAddress(address)
    words = [LETTERS.index(letter) for letter in found[2]]
    if polynomial([*spread(found[1]), *words]) != 1:
        raise BadAddress(address)
    return found[1]


def spread(prefix: str) -> list[int]:
    """The prefix as it goes into the checksum."""
    codes = [ord(letter) for letter in prefix]
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def polynomial(words: list[int]) -> int:
    """The checksum's remainder."""
    value = 1
    for word in words:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ word
        for i, term in enumerate(GENERATOR):
            if top >> i & 1:
                value ^= term
    return value


def regrouped(data: bytes, have: int, want: int) -> list[int]:
    """The same bits in words of another size, the last filled up with zeros."""
    value = int.from_bytes(data, "big")
    bits = len(data) * have
    words = -(-bits // want)
    value <<= words * want - bits
    return [value >> want * (words - 1 - i) & (1 << want) - 1 for i in range(words)]
