"""Reading the chain: its clock, balances, views and events, as of the latest block."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Literal, TypeVar

from eth_abi.exceptions import DecodingError
from eth_typing import BlockNumber, ChecksumAddress
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import BlockNotFound, ContractLogicError, Web3RPCError
from web3.types import LogReceipt, RPCEndpoint, TxParams, TxReceipt

from oracle.chain.abi import Abi
from oracle.chain.endpoint import Endpoint, TakesSeveral
from oracle.chain.errors import InsufficientFunds, NoCode, OddAnswer, Refused
from oracle.chain.events import Event, event_of
from oracle.chain.head import MOST_AGE_SECONDS, NOTHING, Head, Known, base_fee_of
from oracle.chain.ranges import Ranges
from oracle.chain.rhythm import Rhythm
from oracle.chain.words import lacks_funds, revert_data, said
from solidity import Artifact

T = TypeVar("T")
Count = Literal["latest", "pending"]
TIP_SECONDS = 12.0
"""Advice about tips is no better than so old."""
MOST_TIMES, MOST_BLOCKS_KEPT = 256, 4
BLANK_WORDS = re.compile(rb"\x00{32,}")


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract at an address (20 bytes), with its ABI."""

    name: str
    address: bytes
    abi: Abi


@dataclass(frozen=True, slots=True)
class Log:
    """One log as the node has it. `position` orders the logs of a block."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    position: int
    transaction: bytes


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction in a block: who sent what, when (an instant), for how much gas."""

    sender: bytes
    data: bytes
    time: int
    gas_used: int


def contract_of(artifact: Artifact, address: bytes) -> Contract:
    return Contract(artifact.name, address, Abi(artifact.name, artifact.abi))


class Chain:
    """One chain. Times are block time, in seconds; amounts are wei."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._ranges = Ranges(reachable=self.reachable)
        self._known = Known()
        self._rhythm = Rhythm()
        self._times: dict[int, int] = {}
        """Instants of blocks that were seen, by number."""
        self._tip, self._tip_until = 0, 0.0
        self._receipts: dict[bytes, Sequence[TxReceipt]] = {}
        self._gives_receipts = True
        self.latest = NOTHING
        """As `head` saw it last."""
        self._looked_at = 0.0
        self._sent, self._mined = False, True

    def head(self) -> Head:
        """The latest block. What `known` has kept of another is forgotten."""
        self.latest = self._noted(Head.of(self.endpoint.web3.eth.get_block("latest")))
        self._known.notice(self.latest.hash)
        self._looked_at = monotonic()
        self._sent = self._mined = False
        return self.latest

    def recent(
        self, seconds: float = MOST_AGE_SECONDS, sent_seconds: float = 0
    ) -> Head:
        """As `head` saw it last, unless that was longer ago, or something was mined
        since, or it was longer ago than `sent_seconds` and something was sent since."""
        most = min(seconds, sent_seconds) if self._sent else seconds
        if self._mined or monotonic() - self._looked_at > most:
            return self.head()
        return self.latest

    def stale(self) -> None:
        """Something was sent. Where blocks come with transactions, there may be another
        by now."""
        self._sent = True

    def _noted(self, head: Head) -> Head:
        self._times[head.number] = head.timestamp
        while len(self._times) > MOST_TIMES:
            del self._times[next(iter(self._times))]
        return head

    def reachable(self) -> bool:
        """Whether the endpoint answers the simplest question, asked once more."""
        web3 = self.endpoint.web3
        try:
            return bool(web3.is_connected()) and web3.eth.block_number >= 0
        except Exception:  # whatever it is: no answer
            return False

    @property
    def height(self) -> int:
        return int(self.endpoint.web3.eth.block_number)

    def now(self) -> int:
        """The latest block's instant. Never the wall clock."""
        return self.head().timestamp

    def header(self, block: int | Literal["safe", "finalized"]) -> Head | None:
        """The block that has this number now, or that name; None if none has."""
        asked = block if isinstance(block, str) else BlockNumber(block)
        try:
            return self._noted(Head.of(self.endpoint.web3.eth.get_block(asked)))
        except BlockNotFound:
            return None

    def block_hash(self, block: int) -> bytes:
        """Hash of the block that has this number now; empty if none has."""
        header = self.header(block)
        return b"" if header is None else header.hash

    def block_seconds(self) -> float:
        """From one block to the next, as measured lately; mostly of blocks that were
        looked at anyway."""

        def time_of(number: int) -> int:
            if number not in self._times:
                block = self.endpoint.web3.eth.get_block(BlockNumber(number))
                self._times[number] = int(block["timestamp"])
            return self._times[number]

        return self._rhythm.seconds(self.latest.number, time_of)

    def base_fee(self, block: int | None = None) -> int:
        """Wei a gas unit that the block burned; by default the latest."""
        if block is None:
            return self.head().base_fee
        header = self.endpoint.web3.eth.get_block(BlockNumber(block))
        return base_fee_of(header)

    def tip(self) -> int:
        """Wei a gas unit that the node advises to add; asked now and then."""
        if monotonic() >= self._tip_until:
            self._tip, self._tip_until = self._asked_tip(), monotonic() + TIP_SECONDS
        return self._tip

    def _asked_tip(self) -> int:
        web3 = self.endpoint.web3
        method = RPCEndpoint("eth_maxPriorityFeePerGas")
        try:
            return int(web3.manager.request_blocking(method, []), 16)
        except Web3RPCError:  # not every node has it
            return max(0, int(web3.eth.gas_price) - self.latest.base_fee)

    def burned_fees(self, last: int) -> int:
        """Wei of base fees that all blocks up to `last` have burned."""
        eth = self.endpoint.web3.eth
        headers = (eth.get_block(BlockNumber(n)) for n in range(1, last + 1))
        return sum(base_fee_of(h) * int(h["gasUsed"]) for h in headers)

    def balance(self, address: bytes, block: int | None = None) -> int:
        """Wei after that block; by default the latest."""
        at = None if block is None else BlockNumber(block)
        eth = self.endpoint.web3.eth
        return int(eth.get_balance(to_checksum_address(address), at))

    def known_balance(self, address: bytes) -> int:
        """Wei as of the latest block, asked once until `head` shows another."""
        question = ("balance", address)
        return int(self._known.get(question, lambda: self.balance(address)))

    def code(self, address: bytes) -> bytes:
        return bytes(self.endpoint.web3.eth.get_code(to_checksum_address(address)))

    def check_code(self, contract: Contract, expected: bytes) -> None:
        """Raises `NoCode` unless the address holds that code, immutables aside."""
        actual = self.code(contract.address)
        if not _same_but_immutables(expected, actual):
            address = to_checksum_address(contract.address)
            raise NoCode(contract.name, address, len(expected), len(actual))

    def call(
        self,
        contract: Contract,
        function: str,
        *arguments: Any,
        block: int | None = None,
    ) -> Any:
        """What a view returns after that block; by default the latest.

        Raises `Refused`.
        """
        data = contract.abi.calldata(function, arguments)
        query: TxParams = {"to": to_checksum_address(contract.address), "data": data}
        at = None if block is None else BlockNumber(block)
        output = refusing(
            contract, function, lambda: self.endpoint.web3.eth.call(query, at)
        )
        try:
            return contract.abi.result(function, bytes(output))
        except DecodingError:
            call = f"{contract.name}.{function}"
            raise OddAnswer(call, f"{len(output)} bytes") from None

    def known(self, contract: Contract, function: str, *arguments: Any) -> Any:
        """The same, asked once until `head` shows another block."""
        question = (contract.address, function, arguments)
        return self._known.get(
            question, lambda: self.call(contract, function, *arguments)
        )

    def count(self, address: bytes, at: Count) -> int:
        """Transactions that the account has sent, pending ones included or not."""
        eth = self.endpoint.web3.eth
        return int(eth.get_transaction_count(to_checksum_address(address), at))

    def known_count(self, address: bytes, at: Count) -> int:
        """The same, asked once until `head` shows another block."""
        question = ("count", address, at)
        return int(self._known.get(question, lambda: self.count(address, at)))

    def receipts(self, block: bytes) -> Sequence[TxReceipt]:
        """Those of all transactions of the block with that hash, asked for at once and
        kept for a while; none where the node can't tell."""
        if block not in self._receipts and self._gives_receipts:
            eth = self.endpoint.web3.eth
            try:
                self._receipts[block] = eth.get_block_receipts(Web3.to_hex(block))
            except BlockNotFound:
                return ()
            except Web3RPCError:  # not every node has the method
                self._gives_receipts = False
            while len(self._receipts) > MOST_BLOCKS_KEPT:
                del self._receipts[next(iter(self._receipts))]
        return self._receipts.get(block, ())

    def kept_receipts(self, block: bytes) -> Sequence[TxReceipt]:
        """The same if they are here already; no longer than until they are taken."""
        return self._receipts.pop(block, ())

    def ahead(self, asks: Sequence[Callable[[], object]]) -> bool:
        """Says what will be asked: each of these, called once more. Where that can be
        had in one request, it is, and its answers are of now; whether they are. Answers
        that nobody came for are forgotten; with nothing to ask, that is all."""
        provider = self.endpoint.web3.provider
        return isinstance(provider, TakesSeveral) and provider.ahead(asks)

    def forget(self) -> None:
        """What is known may have changed, by a transaction that was mined just now."""
        self._known.forget()
        self._mined = True

    def logs(self, contracts: Sequence[Contract], first: int, last: int) -> list[Log]:
        """What the contracts logged in blocks [first, last], in order.

        Raises `LogsRefused` where the node won't tell of a block, nor of it and one
        contract.
        """
        addresses = [to_checksum_address(c.address) for c in contracts]
        apart = [partial(self._asked_logs, [address]) for address in addresses]
        ask = partial(self._asked_logs, addresses)
        found = self._ranges.read(ask, first, last, apart)
        return [log_of(receipt) for receipt in found]

    def _asked_logs(
        self, addresses: list[ChecksumAddress], start: int, end: int
    ) -> Sequence[LogReceipt]:
        return self.endpoint.web3.eth.get_logs(
            {"fromBlock": start, "toBlock": end, "address": addresses}
        )

    def block_logs(self, block: bytes, of: Sequence[Contract] = ()) -> list[Log]:
        """All logs of the block with that hash, in order (EIP-234): those contracts',
        or anyone's."""
        wanted: Any = {"blockHash": Web3.to_hex(block)}
        if of:
            wanted["address"] = [to_checksum_address(c.address) for c in of]
        found = self.endpoint.web3.eth.get_logs(wanted)
        return sorted(map(log_of, found), key=lambda log: log.position)

    def mined(self, transaction: bytes) -> Mined:
        """The transaction with that hash, which is in a block."""
        eth, hash = self.endpoint.web3.eth, HexBytes(transaction)
        sent, receipt = eth.get_transaction(hash), eth.get_transaction_receipt(hash)
        block = eth.get_block(receipt["blockNumber"])
        return Mined(
            sender=bytes.fromhex(sent["from"].removeprefix("0x")),
            data=bytes(sent["input"]),
            time=int(block["timestamp"]),
            gas_used=int(receipt["gasUsed"]),
        )

    def events(
        self, contracts: Sequence[Contract], first: int, last: int
    ) -> list[Event]:
        """What the contracts told in blocks [first, last], in order."""
        return events_of(contracts, self.logs(contracts, first, last))


def log_of(receipt: LogReceipt) -> Log:
    return Log(
        address=bytes.fromhex(receipt["address"].removeprefix("0x")),
        topics=tuple(map(bytes, receipt["topics"])),
        data=bytes(receipt["data"]),
        block=receipt["blockNumber"],
        position=receipt["logIndex"],
        transaction=bytes(receipt["transactionHash"]),
    )


def read_logs(contracts: Sequence[Contract], logs: Sequence[LogReceipt]) -> list[Event]:
    """The typed events among a receipt's logs."""
    return events_of(contracts, map(log_of, logs))


def events_of(contracts: Sequence[Contract], logs: Iterable[Log]) -> list[Event]:
    """The typed events among the logs; what else is logged is left out: by other
    contracts, or by one that has events of which we know nothing."""
    by_address = {contract.address: contract for contract in contracts}
    found = []
    for log in logs:
        contract = by_address.get(log.address)
        if contract is None or not contract.abi.tells(log.topics):
            continue
        name, arguments = contract.abi.event(log.topics, log.data)
        event = event_of(name, arguments, log.block, log.transaction)
        if event is not None:
            found.append(event)
    return found


def refusing(contract: Contract, function: str, ask: Callable[[], T]) -> T:
    """Asks the node, with a revert turned into `Refused`, and with the complaint that
    the account cannot pay into `InsufficientFunds`."""
    try:
        return ask()
    except (ContractLogicError, Web3RPCError) as error:
        refusal = refusal_of(contract.abi, f"{contract.name}.{function}", error)
        if refusal is None:
            raise
        raise refusal from None


def refusal_of(
    abi: Abi | None, call: str, error: ContractLogicError | Web3RPCError
) -> Refused | InsufficientFunds | None:
    """What the node's complaint says about the call, decoded as far as the ABI is
    known; None if it is about something else."""
    data = revert_data(error)
    if data is None:
        return InsufficientFunds(call, said(error)) if lacks_funds(error) else None
    name, arguments = ("", {}) if abi is None else abi.error(data)
    return Refused(call, name, arguments, data)


def _same_but_immutables(expected: bytes, actual: bytes) -> bool:
    """Compares code, leaving out the words that the compiler left to construction."""
    if len(expected) != len(actual):
        return False
    masked = bytearray(actual)
    for blank in BLANK_WORDS.finditer(expected):
        masked[blank.start() : blank.end()] = bytes(blank.end() - blank.start())
    return masked == expected
