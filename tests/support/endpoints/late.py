"""A node whose logs come late, or not whole, and that says nothing of it.

Everything else that it tells is right, as with providers whose index of logs, or one of
whose replicas, is a little behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from web3 import Web3
from web3.types import RPCEndpoint, RPCResponse

from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider

BLOOM_DIGITS = 512
RECEIPTS = ("eth_getBlockReceipts", "eth_getTransactionReceipt")
BLOCKS = ("eth_getBlockByNumber", "eth_getBlockByHash")


@dataclass(frozen=True)
class Ills:
    """`lag_seconds` are of the test's own clock. `stale_blocks`: half of all requests
    are answered by a replica so far behind. `receipts`: whether those are ill, too.
    `bloom`: the digit that all headers' and receipts' blooms consist of, if any."""

    lag_blocks: int = 0
    lag_seconds: int = 0
    halved: bool = False
    lacks: bytes = b""
    stale_blocks: int = 0
    receipts: bool = False
    bloom: str = ""


class LateProvider(EmbeddedProvider):
    """`ills` may change at any time; `seconds` is the test's clock."""

    def __init__(self, chain: EmbeddedChain, ills: Ills) -> None:
        super().__init__(chain)
        self.ills, self.seconds = ills, 0
        self._born: dict[int, int] = {}
        self._random = Random(1)

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        head = self.chain.head.block_number
        for number in range(head, -1, -1):
            if number in self._born:
                break
            self._born[number] = self.seconds
        if self.ills.stale_blocks and self._random.random() < 0.5:
            return self._stale(method, params)
        response = super().make_request(method, params)
        if "result" in response:
            response["result"] = self._ailing(method, response["result"])
        return response

    def _stale(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """As a replica answers that has not heard of the last blocks."""
        last = max(0, self.chain.head.block_number - self.ills.stale_blocks)
        if method == "eth_blockNumber":
            return _result(hex(last))
        if method in BLOCKS and params[0] == "latest":
            params = [hex(last), *params[1:]]
        response = super().make_request(method, params)
        result: Any = response.get("result")
        if method == "eth_getLogs":
            return _result([e for e in result if int(e["blockNumber"], 16) <= last])
        numbered = result if isinstance(result, Mapping) else {}
        number = numbered.get("number", numbered.get("blockNumber"))
        if method in (*BLOCKS, *RECEIPTS) and number and int(number, 16) > last:
            return _result(None)
        if method == "eth_getBlockReceipts" and result:
            new = any(int(r["blockNumber"], 16) > last for r in result)
            return _result([] if new else result)
        return response

    def _ailing(self, method: str, result: Any) -> Any:
        if method == "eth_getLogs":
            return self._maimed(result)
        blocks, receipts = method in BLOCKS, method in RECEIPTS
        if result is None or not (blocks or receipts):
            return result
        if isinstance(result, list):
            return [self._shown(each, receipts) for each in result]
        return self._shown(result, receipts)

    def _shown(self, entry: dict[str, Any], receipt: bool) -> dict[str, Any]:
        shown = dict(entry)
        if self.ills.bloom:
            shown["logsBloom"] = "0x" + self.ills.bloom * BLOOM_DIGITS
        if receipt and self.ills.receipts:
            shown["logs"] = self._maimed(shown["logs"])
        return shown

    def _maimed(self, entries: list[Any]) -> list[Any]:
        ills = self.ills
        last = self.chain.head.block_number - ills.lag_blocks
        kept = [
            entry
            for entry in entries
            if int(entry["blockNumber"], 16) <= last
            and self._age(entry) >= ills.lag_seconds
            and entry["topics"][0] != "0x" + ills.lacks.hex()
        ]
        return kept[: len(kept) // 2] if ills.halved else kept

    def _age(self, entry: Mapping[str, Any]) -> int:
        return self.seconds - self._born[int(entry["blockNumber"], 16)]


@dataclass
class LateEndpoint:
    """The world's chain, through an ailing node."""

    chain: EmbeddedChain
    ills: Ills
    chain_id: int = CHAIN_ID
    poll_seconds: float = 0.0
    provider: LateProvider = field(init=False)
    web3: Web3 = field(init=False)

    def __post_init__(self) -> None:
        self.provider = LateProvider(self.chain, self.ills)
        self.web3 = Web3(self.provider)

    def travel(self, seconds: int) -> None:
        self.chain.travel(seconds)


def _result(result: Any) -> RPCResponse:
    return {"jsonrpc": "2.0", "id": 1, "result": result}
