"""What is signed and sent: the chain's messages and transactions, as bytes.

Field numbers are those of cosmos.tx.v1beta1 and cosmwasm.wasm.v1.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coincurve import PrivateKey

from oracle.cosmos.errors import BadCoin
from oracle.cosmos.protobuf import encoded

DIRECT: Final = 1
"""SIGN_MODE_DIRECT: the transaction's own bytes are signed."""

COIN: Final = re.compile(r"([0-9]{1,38})([a-zA-Z][a-zA-Z0-9/:._-]{2,127})")
PRICE: Final = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,18}))?([a-zA-Z][\w/:.-]{2,127})")


@dataclass(frozen=True, slots=True)
class Coin:
    """An amount of a denomination."""

    denom: str
    amount: int

    def message(self) -> bytes:
        """cosmos.base.v1beta1.Coin."""
        return encoded((1, self.denom), (2, str(self.amount)))

    def __str__(self) -> str:
        return f"{self.amount}{self.denom}"


def parse_coin(text: str) -> Coin:
    """`100stake`. Raises `BadCoin`."""
    found = COIN.fullmatch(text)
    if found is None:
        raise BadCoin(text)
    return Coin(found[2], int(found[1]))


@dataclass(frozen=True, slots=True)
class GasPrice:
    """What a unit of gas costs, exactly: `units` of 10^-`decimals`."""

    denom: str
    units: int
    decimals: int

    def fee(self, gas: int) -> list[Coin]:
        """Rounded up; nothing where gas is free."""
        amount = -(-gas * self.units // 10**self.decimals)
        return [Coin(self.denom, amount)] if amount else []


def parse_gas_price(text: str) -> GasPrice:
    """`0.025stake`. Raises `BadCoin`."""
    found = PRICE.fullmatch(text)
    if found is None:
        raise BadCoin(text)
    decimals = found[2] or ""
    return GasPrice(found[3], int(found[1] + decimals), len(decimals))


def any_of(kind: str, value: bytes) -> bytes:
    """google.protobuf.Any."""
    return encoded((1, f"/{kind}"), (2, value))


def store_code(sender: str, code: bytes) -> bytes:
    """The code is sent compressed, the same bytes each time."""
    packed = gzip.compress(code, mtime=0)
    return any_of("cosmwasm.wasm.v1.MsgStoreCode", encoded((1, sender), (2, packed)))


def instantiate(
    sender: str, code_id: int, label: str, message: Mapping[str, Any]
) -> bytes:
    """Without an admin: nobody can ever put other code behind the address."""
    fields = encoded((1, sender), (3, code_id), (4, label), (5, document(message)))
    return any_of("cosmwasm.wasm.v1.MsgInstantiateContract", fields)


def execute(
    sender: str,
    contract: str,
    message: Mapping[str, Any] | bytes,
    funds: Sequence[Coin] = (),
) -> bytes:
    coins = [coin.message() for coin in funds]
    text = message if isinstance(message, bytes) else document(message)
    fields = encoded((1, sender), (2, contract), (3, text), (5, coins))
    return any_of("cosmwasm.wasm.v1.MsgExecuteContract", fields)


def document(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Signer:
    """An account's key, and where it stands on a chain."""

    key: PrivateKey
    chain_id: str
    account_number: int
    sequence: int

    def transaction(
        self, messages: Sequence[bytes], gas: int, fee: list[Coin]
    ) -> bytes:
        """TxRaw, signed. With a gas of 0 it is for simulations."""
        body = encoded((1, messages))
        mode = encoded((1, encoded((1, DIRECT))))
        public = self.key.public_key.format(compressed=True)
        key = any_of("cosmos.crypto.secp256k1.PubKey", encoded((1, public)))
        signer = encoded((1, key), (2, mode), (3, self.sequence))
        paid = encoded((1, [coin.message() for coin in fee]), (2, gas))
        # A list: the fee is written, also where it is empty.
        auth = encoded((1, signer), (2, [paid]))
        signed = encoded(
            (1, body), (2, auth), (3, self.chain_id), (4, self.account_number)
        )
        digest = hashlib.sha256(signed).digest()
        signature = self.key.sign_recoverable(digest, hasher=None)[:64]
        return encoded((1, body), (2, auth), (3, [signature]))
