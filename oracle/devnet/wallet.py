"""The devnet as a wallet: accounts that sign when they are asked, or need not sign."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from eth_account.messages import encode_defunct, encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError

from oracle.chain.local.embedded import EmbeddedChain, Unsigned
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import Handler
from oracle.chain.local.shapes import hexed, unhexed

Quantity = int | str


class Asks(Protocol):
    """The methods by name, as far as they were made before."""

    def __getitem__(self, method: str, /) -> Handler: ...


class Wallet:
    """`accounts` are unlocked. Anyone else can be impersonated, contracts as well."""

    def __init__(
        self,
        chain: EmbeddedChain,
        accounts: Iterable[LocalAccount],
        asks: Asks,
        take: Callable[[Any], str],
    ) -> None:
        """`take` is given the transactions that nobody signed; their hash."""
        self._chain, self._asks, self._take = chain, asks, take
        self._accounts = {account.address.lower(): account for account in accounts}
        self._impersonated: set[str] = set()
        self._anyone = False

    def addresses(self) -> list[str]:
        """The unlocked accounts."""
        return [account.address for account in self._accounts.values()]

    def methods(self) -> dict[str, Handler]:
        return {
            "eth_accounts": self.addresses,
            "eth_requestAccounts": self.addresses,
            "eth_coinbase": lambda: self.addresses()[0],
            "eth_sendTransaction": self._send,
            "eth_sign": lambda who, data: self._sign(data, who),
            "personal_sign": lambda data, who, *_: self._sign(data, who),
            "eth_signTypedData_v4": self._sign_typed,
            "wallet_switchEthereumChain": self._check_chain,
            "wallet_addEthereumChain": self._check_chain,
        }

    def impersonation(self) -> dict[str, Handler]:
        return {
            "impersonateAccount": lambda who: self._impersonated.add(who.lower()),
            "stopImpersonatingAccount": lambda who: self._impersonated.discard(
                who.lower()
            ),
            "autoImpersonateAccount": self._impersonate_anyone,
        }

    def _impersonate_anyone(self, anyone: bool) -> None:
        self._anyone = anyone

    def _send(self, wanted: dict[str, Any]) -> str:
        sender = wanted["from"].lower()
        transaction = self._completed(wanted)
        if self._anyone or sender in self._impersonated:
            return self._take(self._chain.unsigned(unhexed(sender), transaction))
        signed = self._account(sender).sign_transaction(_to_sign(transaction))
        sent: str = self._asks["eth_sendRawTransaction"](hexed(signed.raw_transaction))
        return sent

    def _completed(self, wanted: dict[str, Any]) -> Unsigned:
        """All fields, those that were left out as a wallet would choose them."""
        nonce = wanted.get("nonce")
        if nonce is None:
            asked = self._asks["eth_getTransactionCount"]
            nonce = asked(wanted["from"], "pending")
        advised = 2 * self._chain.next_base_fee + self._chain.tip
        price = _given(wanted, ("maxFeePerGas", "gasPrice"), advised)
        tip = _given(wanted, ("maxPriorityFeePerGas",), self._chain.tip)
        gas = wanted.get("gas") or self._asks["eth_estimateGas"](wanted)
        return Unsigned(
            nonce=number_of(nonce),
            gas=number_of(gas),
            max_fee=price,
            tip=min(tip, price),
            value=number_of(wanted.get("value") or 0),
            data=unhexed(wanted.get("data") or wanted.get("input") or "0x"),
            to=unhexed(wanted.get("to") or "0x"),
        )

    def _sign(self, data: str, who: str) -> str:
        message = encode_defunct(unhexed(data))
        return hexed(bytes(self._account(who).sign_message(message).signature))

    def _sign_typed(self, who: str, data: dict[str, Any]) -> str:
        message = encode_typed_data(full_message=data)
        return hexed(bytes(self._account(who).sign_message(message).signature))

    def _check_chain(self, wanted: dict[str, Any]) -> None:
        if (actual := number_of(wanted["chainId"])) != CHAIN_ID:
            raise ValidationError(f"chain id: expected {CHAIN_ID}, got {actual}")

    def _account(self, who: str) -> LocalAccount:
        if who.lower() not in self._accounts:
            raise ValidationError(
                f"no key of {who}: it is neither unlocked nor impersonated"
            )
        return self._accounts[who.lower()]


def _to_sign(fields: Unsigned) -> dict[str, Any]:
    """As eth_account names them; a deployment has no `to`."""
    to = {"to": to_checksum_address(fields.to)} if fields.to else {}
    return {
        **to,
        "chainId": CHAIN_ID,
        "nonce": fields.nonce,
        "gas": fields.gas,
        "maxFeePerGas": fields.max_fee,
        "maxPriorityFeePerGas": fields.tip,
        "value": fields.value,
        "data": fields.data,
    }


def _given(wanted: dict[str, Any], names: Iterable[str], otherwise: int) -> int:
    """The first of these quantities that is there, be it 0."""
    given = (wanted[name] for name in names if wanted.get(name) is not None)
    return number_of(next(given, otherwise))


def number_of(value: Quantity) -> int:
    """A quantity, as JSON-RPC writes it or as a plain number."""
    return int(value, 0) if isinstance(value, str) else int(value)
