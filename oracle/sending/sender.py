"""Sending: gas estimated, EIP-1559 fees, signed here, and the receipt looked at."""

import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Event
from typing import Any, TypedDict, TypeVar, cast

from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.exceptions import TransactionNotFound
from web3.types import Nonce, TxParams, TxReceipt, Wei

from oracle.chain.chain import Chain, Contract, read_logs, refusing
from oracle.chain.endpoint import check_chain
from oracle.chain.errors import FeeAboveCap, GasAboveCap, NotMined, Refused, Rejected
from oracle.chain.events import Event as Told
from oracle.chain.head import Head
from oracle.chain.journal import Forgetful, Journal
from oracle.chain.local.known import TRANSACTION_GAS
from oracle.sending.troubles import Troubles

T = TypeVar("T")
MOST_TIP_WEI = 50 * 10**9
"""A gas unit. Public chains ask for less; whoever needs more says so by a cap."""
GAS_MARGIN = 8
"""One part in so many is added to an estimate: the next block may differ a little."""
FEE_SECONDS = 2.0
"""Since something was sent, a head is good for reckoning fees for so long."""
RECEIPT_SECONDS = 300.0
ZERO_BYTE_GAS, DATA_BYTE_GAS = 4, 16


class Fees(TypedDict):
    """EIP-1559: wei a gas unit, in all and beyond the base fee."""

    maxFeePerGas: Wei
    maxPriorityFeePerGas: Wei


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
    events: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """What to send, before gas, fees and nonce. Without `to` it creates a contract.

    `key` names the move, for senders that remember which are on their way.
    """

    contract: Contract
    function: str
    data: bytes
    value: int = 0
    to: bytes = b""
    key: str = ""

    @property
    def name(self) -> str:
        return f"{self.contract.name}.{self.function}"

    def fields(self, sender: str) -> TxParams:
        to: TxParams = {"to": to_checksum_address(self.to)} if self.to else {}
        return {**to, "from": sender, "data": self.data, "value": Wei(self.value)}

    def refusing(self, ask: Callable[[], T]) -> T:
        return refusing(self.contract, self.function, ask)


@dataclass(frozen=True, slots=True)
class Post:
    """A call that somebody wants made, with so many wei; `key` names the move."""

    contract: Contract
    function: str
    arguments: tuple[Any, ...]
    value: int = 0
    key: str = ""

    @property
    def intent(self) -> Intent:
        data = self.contract.abi.calldata(self.function, self.arguments)
        call = (self.contract, self.function, data)
        return Intent(*call, self.value, self.contract.address, self.key)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a transaction that was posted: its receipt, or why it failed."""

    intent: Intent
    result: Receipt | Refused


class Sender:
    """One account's transactions on one chain.

    `fee_cap` is the most wei that the user pays for a gas unit.
    """

    def __init__(
        self, chain: Chain, account: LocalAccount, fee_cap: int | None = None
    ) -> None:
        self.chain, self._account, self._fee_cap = chain, account, fee_cap
        self.troubles = Troubles(reachable=chain.reachable)
        self.stop = Event()
        """Once it is set, nothing more is begun."""
        self.sent: bytes = b""
        """Hash of the transaction that is, or was last, waited for."""
        self._spent_wei = 0

    @property
    def address(self) -> bytes:
        return bytes.fromhex(self._account.address.removeprefix("0x"))

    def sign(self, text: str) -> bytes:
        """The account's signature (65 bytes) of a text, as of EIP-191."""
        signed = self._account.sign_message(encode_defunct(text=text))
        return bytes(signed.signature)

    def derived(self, about: bytes) -> bytes:
        """32 bytes that only this key gives, always the same about the same thing, and
        that tell nothing of the key: HMAC-SHA256."""
        return hmac.new(bytes(self._account.key), about, sha256).digest()

    def worst_price(self) -> int:
        """Wei that a gas unit may cost: the user's cap, or twice the base fee and the
        tip, which is what a transaction offers that is signed now."""
        if self._fee_cap is not None:
            return self._fee_cap
        return 2 * self.chain.latest.base_fee + self.chain.tip()

    def too_dear(self) -> FeeAboveCap | None:
        """Why nothing can be sent at present: the latest block's base fee is above what
        the user pays. Asks for nothing; the next block may be another matter."""
        fee = self.chain.latest.base_fee
        if self._fee_cap is None or fee <= self._fee_cap:
            return None
        return FeeAboveCap(self._fee_cap, fee)

    @property
    def nonce(self) -> int:
        eth = self.chain.endpoint.web3.eth
        return int(eth.get_transaction_count(self._account.address, "pending"))

    @property
    def on_its_way(self) -> frozenset[str]:
        """The keys of what is sent but not mined."""
        eth = self.chain.endpoint.web3.eth
        mined = int(eth.get_transaction_count(self._account.address, "latest"))
        return frozenset(f"nonce {n}" for n in range(mined, self.nonce))

    @property
    def mined_height(self) -> int:
        """The highest block known to hold a transaction of this account."""
        return 0

    @property
    def spent_wei(self) -> int:
        """Fees of what was mined, successful or not, since the start."""
        return self._spent_wei

    def news(
        self, contracts: Sequence[Contract], head: Head | None = None
    ) -> list[Outcome]:
        """What became of posted calls of these contracts since the last time, as of the
        head; the latest if none is given."""
        return []

    def journal(self, oracle: bytes) -> Journal:
        """Where the log of the deployment with that oracle is kept; here, nowhere."""
        return Forgetful()

    def send(
        self,
        contract: Contract,
        function: str,
        *arguments: Any,
        value: int = 0,
        listening: Sequence[Contract] = (),
        key: str = "",
    ) -> Receipt:
        """Calls the function in a transaction, and waits until it is mined.

        The receipt has the events of `contract` and of those in `listening`.
        Raises `Refused` with the contract's own error.
        """
        post = Post(contract, function, arguments, value, key)
        return self._transact(post.intent, (contract, *listening))

    def post(self, post: Post, listening: Sequence[Contract] = ()) -> Receipt | None:
        """The same, for who has more to send meanwhile: None if it is on its way, and
        then `news` has what becomes of it. Here, there is nothing to wait for."""
        return self._transact(post.intent, (post.contract, *listening))

    @property
    def bundles(self) -> bool:
        """Whether several calls can be posted before the first is mined."""
        return False

    def expect(self, posts: Sequence[Post]) -> None:
        """These are about to be posted, one after the other, and then `flush` is called
        in any case: whatever can be asked and sent at once is."""

    def flush(self) -> dict[str, Rejected]:
        """Sends what was posted since `expect`; by key, what no node would take."""
        return {}

    def deploy(self, contract: Contract, creation: bytes) -> Receipt:
        """Creates the contract, which must come to lie at its address."""
        receipt = self._transact(Intent(contract, "constructor", creation), ())
        assert receipt.contract == contract.address, "addresses follow from nonces"
        return receipt

    def _transact(self, intent: Intent, listening: Sequence[Contract]) -> Receipt:
        wanted = self._estimated(intent)
        transaction = {**wanted, **self._fees(), "nonce": Nonce(self.nonce)}
        signed = self._account.sign_transaction(cast(dict[str, Any], transaction))
        sent = self.chain.endpoint.web3.eth.send_raw_transaction(signed.raw_transaction)
        self.sent = bytes(sent)
        mined = self._wait(sent)
        self.chain.forget()
        self._spent_wei += fee_of(mined)
        return self._receipt(intent, mined, listening)

    def _estimated(self, intent: Intent) -> TxParams:
        """The transaction but for nonce and fees. Raises `Refused` or `GasAboveCap`."""
        check_chain(self.chain.endpoint)
        wanted = intent.fields(self._account.address)
        estimate = intent.refusing(lambda: self._estimate(wanted))
        chain_id = self.chain.endpoint.chain_id
        return {**wanted, "gas": _with_margin(estimate), "chainId": chain_id}

    def _estimate(self, wanted: TxParams) -> int:
        return self.chain.endpoint.web3.eth.estimate_gas(wanted)

    def _replay(self, intent: Intent, mined: TxReceipt) -> object:
        wanted = intent.fields(self._account.address)
        return self.chain.endpoint.web3.eth.call(wanted, mined["blockNumber"])

    def _receipt(
        self, intent: Intent, mined: TxReceipt, listening: Sequence[Contract]
    ) -> Receipt:
        """What came of it. Raises `Refused`, with the reason, if it failed."""
        if not mined["status"]:
            # Asked again, of the block that it failed in, for the reason.
            intent.refusing(lambda: self._replay(intent, mined))
            raise Refused(intent.name, "", {}, b"")
        return Receipt(
            action=intent.function,
            sender=self.address,
            transaction=bytes(mined["transactionHash"]),
            block=mined["blockNumber"],
            gas_used=mined["gasUsed"],
            calldata_gas=calldata_gas(intent.data),
            fee_wei=fee_of(mined),
            contract=_created(mined),
            events=tuple(read_logs(listening, mined["logs"])),
        )

    def _fees(self) -> Fees:
        """Room for the base fee to double, up to the cap; the tip as the node says.

        INVARIANT: without a cap, too, what a node advises is paid up to a bound only:
        it may be the one who builds the block.
        """
        base_fee = self.chain.recent(sent_seconds=FEE_SECONDS).base_fee
        if (too_dear := self.too_dear()) is not None:
            raise too_dear
        tip = self.chain.tip()
        if self._fee_cap is None:
            tip = min(tip, MOST_TIP_WEI)
        most = 2 * base_fee + tip
        most = most if self._fee_cap is None else min(most, self._fee_cap)
        return {
            "maxFeePerGas": Wei(most),
            "maxPriorityFeePerGas": Wei(min(tip, most)),
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


def fee_of(mined: TxReceipt) -> int:
    """Wei."""
    return int(mined["gasUsed"] * mined["effectiveGasPrice"])


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
