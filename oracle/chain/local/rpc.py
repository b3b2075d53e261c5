"""The embedded chain as a web3 provider: the JSON-RPC methods that a node's users call.

Answers have the form of a real node's, so nothing above this file can tell.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from eth_utils.exceptions import ValidationError
from web3.providers import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from mips_vm.json_text import JsonObject
from oracle.chain.local.asked import BlockName, CallFields, LogEntry, LogQuery
from oracle.chain.local.embedded import EmbeddedChain, Reverted
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.shapes import (
    block_entry,
    hexed,
    log_entries,
    receipt_entry,
    unhexed,
)
from oracle.chain.local.simulation import REVERTED, read_call, simulated

INVALID = -32000
NO_METHOD = -32601
HASH_DIGITS = 66
"""Of a hash in hexadecimal, 0x included."""

Handler = Callable[..., Any]


class EmbeddedProvider(BaseProvider):
    """Answers web3's requests from an `EmbeddedChain`."""

    def __init__(self, chain: EmbeddedChain) -> None:
        super().__init__()
        self.chain = chain
        self.handlers: dict[str, Handler] = {
            "eth_chainId": lambda: hex(CHAIN_ID),
            "net_version": lambda: str(CHAIN_ID),
            "eth_blockNumber": lambda: hex(chain.head.block_number),
            "eth_maxPriorityFeePerGas": lambda: hex(chain.tip),
            "eth_gasPrice": lambda: hex(chain.next_base_fee + chain.tip),
            "eth_getBalance": self._balance,
            "eth_getCode": self._code,
            "eth_getTransactionCount": self._nonce,
            "eth_getBlockByNumber": self._block,
            "eth_call": self._call,
            "eth_estimateGas": self._estimate,
            "eth_simulateV1": lambda wanted, *_: simulated(self.chain, wanted),
            "eth_sendRawTransaction": self._send,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getBlockReceipts": self._block_receipts,
            "eth_getLogs": self.logs,
            "evm_increaseTime": self._travel,
            "evm_mine": lambda: self._travel(0),
            "evm_snapshot": lambda: hex(chain.head.block_number),
            "evm_revert": self._rewind,
        }

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        handler = self.handlers.get(method)
        if handler is None:
            return failure(NO_METHOD, f"the method {method} does not exist")
        try:
            return {"jsonrpc": "2.0", "id": 1, "result": handler(*params)}
        except Reverted as reverted:
            return failure(REVERTED, str(reverted), hexed(reverted.data))
        except ValidationError as error:
            return failure(INVALID, str(error))

    def is_connected(self, show_traceback: bool = False) -> bool:
        return True

    def _balance(self, address: str, block: str = "latest") -> str:
        return hex(self.state(block).get_balance(unhexed(address)))

    def _code(self, address: str, block: str = "latest") -> str:
        return hexed(self.state(block).get_code(unhexed(address)))

    def _nonce(self, address: str, block: str = "latest") -> str:
        return hex(self.state(block).get_nonce(unhexed(address)))

    def _call(self, call: CallFields, block: str = "latest") -> str:
        return hexed(self.chain.call(read_call(call), self.number(block)))

    def _estimate(self, call: CallFields, block: str = "latest") -> str:
        return hex(self.chain.estimate(read_call(call)))

    def _send(self, raw: str) -> str:
        return hexed(self.chain.send(unhexed(raw)))

    def _travel(self, seconds: int | str) -> str:
        amount = int(seconds, 16) if isinstance(seconds, str) else seconds
        self.chain.travel(amount)
        return hex(amount)

    def _rewind(self, snapshot: str) -> bool:
        self.chain.rewind(int(snapshot, 16))
        return True

    def _block(self, block: str, full: bool = False) -> JsonObject | None:
        number = self.number(block)
        if number > self.chain.head.block_number:
            return None
        return block_entry(
            self.chain.header(number), self.chain.mined.get(number), full
        )

    def _receipt(self, transaction: str) -> JsonObject | None:
        mined = self.chain.by_hash.get(unhexed(transaction))
        return None if mined is None else receipt_entry(mined)

    def _block_receipts(self, block: BlockName) -> list[JsonObject] | None:
        number = self.number(block)
        if number > self.chain.head.block_number:
            return None
        mined = self.chain.mined.get(number)
        return [] if mined is None else [receipt_entry(mined)]

    def logs(self, wanted: LogQuery) -> list[LogEntry]:
        return [
            entry
            for number in self._searched(wanted)
            if (mined := self.chain.mined.get(number)) is not None
            for entry in log_entries(mined)
            if _matches(entry, wanted)
        ]

    def _searched(self, wanted: LogQuery) -> range:
        """The blocks that a filter is about: one by its hash (EIP-234), or a range."""
        if "blockHash" in wanted:
            if {"fromBlock", "toBlock"} & set(wanted):
                raise ValidationError("blockHash: expected it alone, got a range too")
            number = self.number(wanted["blockHash"])
            return range(number, number + 1)
        head = self.chain.head.block_number
        first = self.number(wanted.get("fromBlock") or "latest")
        last = min(head, self.number(wanted.get("toBlock") or "latest"))
        return range(first, last + 1)

    def state(self, block: BlockName) -> Any:
        return self.chain.state(self.number(block))

    def number(self, block: BlockName) -> int:
        """The block's number, from a number, a hash, a name, or EIP-1898's object."""
        if isinstance(block, Mapping):
            found = block.get("blockHash") or block.get("blockNumber", "latest")
            return self.number(found)
        if len(block) == HASH_DIGITS:
            number = self.chain.number_of(unhexed(block))
            if number is None:
                raise ValidationError("unknown block")
            return number
        if block in ("latest", "pending", "safe", "finalized"):
            return int(self.chain.head.block_number)
        return 0 if block == "earliest" else int(block, 16)


def _matches(entry: LogEntry, wanted: LogQuery) -> bool:
    addresses = _alternatives(wanted.get("address"))
    if addresses and entry["address"].lower() not in addresses:
        return False
    topics = entry["topics"]
    return all(
        not (allowed := _alternatives(choice))
        or (position < len(topics) and topics[position] in allowed)
        for position, choice in enumerate(wanted.get("topics") or ())
    )


def _alternatives(choice: str | Iterable[str] | None) -> set[str]:
    """The values that a filter's place allows, lower case; none means any."""
    if choice is None:
        return set()
    values = [choice] if isinstance(choice, str) else choice
    return {value.lower() for value in values}


def failure(code: int, message: str, data: str | None = None) -> RPCResponse:
    details: JsonObject = {"code": code, "message": message}
    if data is not None:
        details["data"] = data
    return {"jsonrpc": "2.0", "id": 1, "error": details}  # type: ignore[typeddict-item]
