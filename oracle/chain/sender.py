"""Sending: gas estimated, EIP-1559 fees, signed here, and the receipt looked at."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.exceptions import TransactionNotFound
from web3.types import TxParams, TxReceipt, Wei

from oracle.chain.chain import Chain, Contract, read_logs, refusing
from oracle.chain.embedded import TRANSACTION_GAS
from oracle.chain.endpoint import check_chain
from oracle.chain.errors import FeeAboveCap, GasAboveCap, NotMined, Refused
from oracle.chain.events import Event

T = TypeVar("T")
GAS_MARGIN = 8
"""One part in so many is added to an estimate: the next block may differ a little."""
RECEIPT_SECONDS = 300.0
ZERO_BYTE_GAS, DATA_BYTE_GAS = 4, 16


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that succeeded."""

    action: str
    sender: bytes
    transaction: bytes
    block: int
    gas_used: int
    calldata_gas: int
    fee_wei: int
    contract: bytes
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Intent:
    """What to send, before gas, fees and nonce. Without `to` it creates a contract."""

    contract: Contract
    function: str
    data: bytes
    value: int = 0
    to: bytes = b""

    @property
    def name(self) -> str:
        return f"{self.contract.name}.{self.function}"

    def fields(self, sender: str) -> TxParams:
        to: TxParams = {"to": to_checksum_address(self.to)} if self.to else {}
        return {**to, "from": sender, "data": self.data, "value": Wei(self.value)}

    def refusing(self, ask: Callable[[], T]) -> T:
        return refusing(self.contract, self.function, ask)


class Sender:
    """One account's transactions on one chain.

    `fee_cap` is the most wei a gas unit that the user lets the base fee reach.
    """

    def __init__(
        self, chain: Chain, account: LocalAccount, fee_cap: int | None = None
    ) -> None:
        self.chain, self._account, self._fee_cap = chain, account, fee_cap

    @property
    def address(self) -> bytes:
        return bytes.fromhex(self._account.address.removeprefix("0x"))

    @property
    def nonce(self) -> int:
        eth = self.chain.endpoint.web3.eth
        return int(eth.get_transaction_count(self._account.address, "pending"))

    @property
    def waits(self) -> bool:
        """Whether a transaction of this account is sent but not mined."""
        eth = self.chain.endpoint.web3.eth
        mined = eth.get_transaction_count(self._account.address, "latest")
        return self.nonce > mined

    def send(
        self,
        contract: Contract,
        function: str,
        *arguments: Any,
        value: int = 0,
        listening: Sequence[Contract] = (),
    ) -> Receipt:
        """Calls the function in a transaction, and waits until it is mined.

        The receipt has the events of `contract` and of those in `listening`.
        Raises `Refused` with the contract's own error.
        """
        data = contract.abi.calldata(function, arguments)
        intent = _Intent(contract, function, data, value, contract.address)
        return self._transact(intent, (contract, *listening))

    def deploy(self, contract: Contract, creation: bytes) -> Receipt:
        """Creates the contract, which must come to lie at its address."""
        receipt = self._transact(_Intent(contract, "constructor", creation), ())
        assert receipt.contract == contract.address, "addresses follow from nonces"
        return receipt

    def _transact(self, intent: _Intent, listening: Sequence[Contract]) -> Receipt:
        check_chain(self.chain.endpoint)
        eth = self.chain.endpoint.web3.eth
        wanted = intent.fields(self._account.address)
        estimate = intent.refusing(lambda: eth.estimate_gas(wanted))
        transaction: dict[str, Any] = {
            **wanted,
            **self._fees(),
            "gas": _with_margin(estimate),
            "nonce": self.nonce,
            "chainId": self.chain.endpoint.chain_id,
        }
        signed = self._account.sign_transaction(transaction)
        mined = self._wait(eth.send_raw_transaction(signed.raw_transaction))
        if not mined["status"]:
            # Asked again, of the block that it failed in, for the reason.
            intent.refusing(lambda: eth.call(wanted, mined["blockNumber"]))
            raise Refused(intent.name, "", {}, b"")
        return Receipt(
            action=intent.function,
            sender=self.address,
            transaction=bytes(mined["transactionHash"]),
            block=mined["blockNumber"],
            gas_used=mined["gasUsed"],
            calldata_gas=calldata_gas(intent.data),
            fee_wei=mined["gasUsed"] * mined["effectiveGasPrice"],
            contract=_created(mined),
            events=tuple(read_logs(listening, mined["logs"])),
        )

    def _fees(self) -> TxParams:
        """Room for the base fee to double; the tip is what the node suggests."""
        base_fee = self.chain.base_fee()
        if self._fee_cap is not None and base_fee > self._fee_cap:
            raise FeeAboveCap(self._fee_cap, base_fee)
        tip = self.chain.endpoint.web3.eth.max_priority_fee
        return {
            "maxFeePerGas": Wei(2 * base_fee + tip),
            "maxPriorityFeePerGas": tip,
        }

    def _wait(self, transaction: HexBytes) -> TxReceipt:
        endpoint = self.chain.endpoint
        attempts = max(1, int(RECEIPT_SECONDS / (endpoint.poll_seconds or 1)))
        for _ in range(attempts):
            try:
                return endpoint.web3.eth.get_transaction_receipt(transaction)
            except TransactionNotFound:
                time.sleep(endpoint.poll_seconds)
        raise NotMined(transaction, RECEIPT_SECONDS)


def calldata_gas(data: bytes) -> int:
    """What the calldata itself costs, below EIP-7623's floor."""
    zeros = data.count(0)
    return ZERO_BYTE_GAS * zeros + DATA_BYTE_GAS * (len(data) - zeros)


def _with_margin(estimate: int) -> int:
    if estimate > TRANSACTION_GAS:
        raise GasAboveCap(TRANSACTION_GAS, estimate)
    return min(TRANSACTION_GAS, estimate + estimate // GAS_MARGIN)


def _created(mined: TxReceipt) -> bytes:
    address = mined.get("contractAddress")
    return bytes.fromhex(address.removeprefix("0x")) if address else b""
