"""Reading the chain: its clock, balances, views and events, as of the latest block."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from eth_typing import BlockNumber
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import BlockNotFound, ContractLogicError, Web3RPCError
from web3.types import LogReceipt, TxParams

from oracle.chain.abi import Abi
from oracle.chain.endpoint import Endpoint
from oracle.chain.errors import InsufficientFunds, NoCode, Refused
from oracle.chain.events import Event, event_of
from oracle.chain.head import NOTHING, Head, Known, base_fee_of
from oracle.chain.ranges import Ranges
from oracle.chain.rhythm import Rhythm
from solidity import Artifact

T = TypeVar("T")
NO_FUNDS = (
    "insufficient funds",
    "insufficient balance",
    "insufficientfunds",
    "enough funds",
    "enough balance",
    "lack of funds",
    "lackoffund",
    "exceeds account balance",
    "exceeds transaction sender account balance",
)
"""How nodes say it, in part."""
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
        self._ranges = Ranges()
        self._known = Known()
        self._rhythm = Rhythm()
        self.latest = NOTHING
        """As `head` saw it last."""

    def head(self) -> Head:
        """The latest block. What `known` has kept of another is forgotten."""
        self.latest = Head.of(self.endpoint.web3.eth.get_block("latest"))
        self._known.notice(self.latest.hash)
        return self.latest

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
            return Head.of(self.endpoint.web3.eth.get_block(asked))
        except BlockNotFound:
            return None

    def block_hash(self, block: int) -> bytes:
        """Hash of the block that has this number now; empty if none has."""
        header = self.header(block)
        return b"" if header is None else header.hash

    def block_seconds(self) -> float:
        """From one block to the next, as measured lately."""

        def time_of(number: int) -> int:
            block = self.endpoint.web3.eth.get_block(BlockNumber(number))
            return int(block["timestamp"])

        return self._rhythm.seconds(self.latest.number, time_of)

    def base_fee(self, block: int | None = None) -> int:
        """Wei a gas unit that the block burned; by default the latest."""
        if block is None:
            return self.head().base_fee
        header = self.endpoint.web3.eth.get_block(BlockNumber(block))
        return base_fee_of(header)

    def tip(self) -> int:
        """Wei a gas unit that the node advises to add; asked once a head."""
        eth = self.endpoint.web3.eth
        return int(self._known.get("tip", lambda: eth.max_priority_fee))

    def burned_fees(self, last: int) -> int:
        """Wei of base fees that all blocks up to `last` have burned."""
        eth = self.endpoint.web3.eth
        headers = (eth.get_block(BlockNumber(n)) for n in range(1, last + 1))
        return sum(base_fee_of(h) * int(h["gasUsed"]) for h in headers)

    def balance(self, address: bytes, block: int | None = None) -> int:
        """Wei after that block; by default the latest."""
        at = self.height if block is None else block
        eth = self.endpoint.web3.eth
        return int(eth.get_balance(to_checksum_address(address), BlockNumber(at)))

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
        return contract.abi.result(function, bytes(output))

    def known(self, contract: Contract, function: str, *arguments: Any) -> Any:
        """The same, asked once until `head` shows another block."""
        question = (contract.address, function, arguments)
        return self._known.get(
            question, lambda: self.call(contract, function, *arguments)
        )

    def forget(self) -> None:
        """What is known may have changed, by a transaction that was mined just now."""
        self._known.forget()

    def logs(self, contracts: Sequence[Contract], first: int, last: int) -> list[Log]:
        """What the contracts logged in blocks [first, last], in order."""
        addresses = [to_checksum_address(c.address) for c in contracts]

        def ask(start: int, end: int) -> Sequence[LogReceipt]:
            return self.endpoint.web3.eth.get_logs(
                {"fromBlock": start, "toBlock": end, "address": addresses}
            )

        return [log_of(receipt) for receipt in self._ranges.read(ask, first, last)]

    def block_logs(self, block: bytes) -> list[Log]:
        """All logs of the block with that hash, anyone's, in order (EIP-234)."""
        wanted: Any = {"blockHash": Web3.to_hex(block)}
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
    """Asks the node, with a revert turned into `Refused`."""
    try:
        return ask()
    except (ContractLogicError, Web3RPCError) as error:
        data, call = revert_data(error), f"{contract.name}.{function}"
        if data is None:
            if lacks_funds(error):
                raise InsufficientFunds(call, complaint(error)) from None
            raise
        name, arguments = contract.abi.error(data)
        raise Refused(call, name, arguments, data) from None


def lacks_funds(error: Exception) -> bool:
    """Whether a node complains that the account cannot pay."""
    said = str(error).lower()
    return any(sign in said for sign in NO_FUNDS)


def complaint(error: ContractLogicError | Web3RPCError) -> str:
    """What the node said, without what web3 wraps it in."""
    response = getattr(error, "rpc_response", None) or {}
    details = response.get("error")
    return str(details.get("message", details) if isinstance(details, dict) else error)


def revert_data(error: ContractLogicError | Web3RPCError) -> bytes | None:
    """The reason's bytes; None if the node's complaint was no revert."""
    if isinstance(error, Web3RPCError) and not isinstance(error, ContractLogicError):
        return None
    data = getattr(error, "data", None)
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    return b""


def _same_but_immutables(expected: bytes, actual: bytes) -> bool:
    """Compares code, leaving out the words that the compiler left to construction."""
    if len(expected) != len(actual):
        return False
    masked = bytearray(actual)
    for blank in BLANK_WORDS.finditer(expected):
        masked[blank.start() : blank.end()] = bytes(blank.end() - blank.start())
    return masked == expected
