"""The embedded chain as a web3 provider: the JSON-RPC methods that a node's users call.

Answers have the form of a real node's, so nothing above this file can tell.
"""

from collections.abc import Callable, Iterable
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError
from web3.providers import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from oracle.chain.embedded import (
    CHAIN_ID,
    TRANSACTION_GAS,
    Call,
    EmbeddedChain,
    Mined,
    Reverted,
)

REVERTED = 3
INVALID = -32000
NO_METHOD = -32601
TIP_WEI = 10**9

Handler = Callable[..., Any]


class EmbeddedProvider(BaseProvider):
    """Answers web3's requests from an `EmbeddedChain`."""

    def __init__(self, chain: EmbeddedChain) -> None:
        super().__init__()
        self.chain = chain
        self._handlers: dict[str, Handler] = {
            "eth_chainId": lambda: hex(CHAIN_ID),
            "net_version": lambda: str(CHAIN_ID),
            "eth_blockNumber": lambda: hex(chain.head.block_number),
            "eth_maxPriorityFeePerGas": lambda: hex(TIP_WEI),
            "eth_gasPrice": lambda: hex(chain.next_base_fee + TIP_WEI),
            "eth_getBalance": self._balance,
            "eth_getCode": self._code,
            "eth_getTransactionCount": self._nonce,
            "eth_getBlockByNumber": self._block,
            "eth_call": self._call,
            "eth_estimateGas": self._estimate,
            "eth_sendRawTransaction": self._send,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._logs,
            "evm_increaseTime": self._travel,
            "evm_mine": lambda: self._travel(0),
            "evm_snapshot": lambda: hex(chain.head.block_number),
            "evm_revert": self._rewind,
        }

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        handler = self._handlers.get(method)
        if handler is None:
            return _error(NO_METHOD, f"the method {method} does not exist")
        try:
            return {"jsonrpc": "2.0", "id": 1, "result": handler(*params)}
        except Reverted as reverted:
            return _error(REVERTED, str(reverted), _hex(reverted.data))
        except ValidationError as error:
            return _error(INVALID, str(error))

    def is_connected(self, show_traceback: bool = False) -> bool:
        return True

    def _balance(self, address: str, block: str = "latest") -> str:
        return hex(self._state(block).get_balance(_bytes(address)))

    def _code(self, address: str, block: str = "latest") -> str:
        return _hex(self._state(block).get_code(_bytes(address)))

    def _nonce(self, address: str, block: str = "latest") -> str:
        return hex(self._state(block).get_nonce(_bytes(address)))

    def _call(self, call: dict[str, Any], block: str = "latest") -> str:
        return _hex(self.chain.call(_read_call(call), self._number(block)))

    def _estimate(self, call: dict[str, Any], block: str = "latest") -> str:
        return hex(self.chain.estimate(_read_call(call)))

    def _send(self, raw: str) -> str:
        return _hex(self.chain.send(_bytes(raw)))

    def _travel(self, seconds: int | str) -> str:
        amount = int(seconds, 16) if isinstance(seconds, str) else seconds
        self.chain.travel(amount)
        return hex(amount)

    def _rewind(self, snapshot: str) -> bool:
        self.chain.rewind(int(snapshot, 16))
        return True

    def _block(self, block: str, full: bool = False) -> dict[str, Any] | None:
        number = self._number(block)
        if number > self.chain.head.block_number:
            return None
        header = self.chain.header(number)
        mined = self.chain.mined.get(number)
        return {
            "number": hex(number),
            "hash": _hex(header.hash),
            "parentHash": _hex(header.parent_hash),
            "timestamp": hex(header.timestamp),
            "baseFeePerGas": hex(header.base_fee_per_gas or 0),
            "gasLimit": hex(header.gas_limit),
            "gasUsed": hex(header.gas_used),
            "miner": to_checksum_address(header.coinbase),
            "transactions": [_hex(mined.hash)] if mined else [],
        }

    def _receipt(self, transaction: str) -> dict[str, Any] | None:
        mined = self.chain.by_hash.get(_bytes(transaction))
        if mined is None:
            return None
        return {
            "transactionHash": _hex(mined.hash),
            "transactionIndex": "0x0",
            "blockHash": _hex(mined.header.hash),
            "blockNumber": hex(mined.header.block_number),
            "from": to_checksum_address(mined.sender),
            "to": to_checksum_address(mined.to) if mined.to else None,
            "status": hex(mined.succeeded),
            "gasUsed": hex(mined.gas_used),
            "cumulativeGasUsed": hex(mined.gas_used),
            "effectiveGasPrice": hex(mined.gas_price),
            "contractAddress": (
                to_checksum_address(mined.contract) if mined.contract else None
            ),
            "logs": _log_entries(mined),
            "type": "0x2",
        }

    def _logs(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        first = self._number(wanted.get("fromBlock", "earliest"))
        last = self._number(wanted.get("toBlock", "latest"))
        return [
            entry
            for number in range(first, last + 1)
            if (mined := self.chain.mined.get(number)) is not None
            for entry in _log_entries(mined)
            if _matches(entry, wanted)
        ]

    def _state(self, block: str) -> Any:
        return self.chain.state(self._number(block))

    def _number(self, block: str) -> int:
        if block in ("latest", "pending", "safe", "finalized"):
            return int(self.chain.head.block_number)
        return 0 if block == "earliest" else int(block, 16)


def _read_call(call: dict[str, Any]) -> Call:
    return Call(
        sender=_bytes(call.get("from", "0x" + "00" * 20)),
        to=_bytes(call.get("to") or "0x"),
        data=_bytes(call.get("data") or call.get("input") or "0x"),
        value=int(call.get("value", "0x0"), 16),
        gas=min(TRANSACTION_GAS, int(call.get("gas", hex(TRANSACTION_GAS)), 16)),
    )


def _log_entries(mined: Mined) -> list[dict[str, Any]]:
    return [
        {
            "address": to_checksum_address(log.address),
            "topics": [_hex(topic) for topic in log.topics],
            "data": _hex(log.data),
            "blockNumber": hex(mined.header.block_number),
            "blockHash": _hex(mined.header.hash),
            "transactionHash": _hex(mined.hash),
            "transactionIndex": "0x0",
            "logIndex": hex(index),
            "removed": False,
        }
        for index, log in enumerate(mined.logs)
    ]


def _matches(entry: dict[str, Any], wanted: dict[str, Any]) -> bool:
    addresses = _alternatives(wanted.get("address"))
    if addresses and entry["address"].lower() not in addresses:
        return False
    topics = entry["topics"]
    return all(
        not (allowed := _alternatives(choice))
        or (position < len(topics) and topics[position] in allowed)
        for position, choice in enumerate(wanted.get("topics", ()))
    )


def _alternatives(choice: str | Iterable[str] | None) -> set[str]:
    """The values that a filter's place allows, lower case; none means any."""
    if choice is None:
        return set()
    values = [choice] if isinstance(choice, str) else choice
    return {value.lower() for value in values}


def _error(code: int, message: str, data: str | None = None) -> RPCResponse:
    details: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        details["data"] = data
    return {"jsonrpc": "2.0", "id": 1, "error": details}  # type: ignore[typeddict-item]


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("0x"))
