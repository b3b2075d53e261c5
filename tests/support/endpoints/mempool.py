"""The embedded chain as a node with a mempool: nothing is mined until the test says.

It complains as geth does, and forgets, and mines what it likes.
"""

from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes
from web3 import Web3
from web3.types import RPCEndpoint, RPCResponse

from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider


@dataclass(frozen=True)
class Waiting:
    raw: bytes
    sender: str
    nonce: int
    max_fee: int


class MempoolProvider(EmbeddedProvider):
    """`pool` by sender and nonce. `down`: takes what it is sent, and never answers."""

    def __init__(self, chain: EmbeddedChain) -> None:
        super().__init__(chain)
        self.pool: dict[tuple[str, int], Waiting] = {}
        self.offers: list[bytes] = []
        self.down = False
        self.complaint = ""

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        if method == "eth_sendRawTransaction":
            return self._take(bytes(HexBytes(params[0])))
        response = super().make_request(method, params)
        if method == "eth_getTransactionCount" and params[1] == "pending":
            count = int(response["result"], 16)
            while (params[0].lower(), count) in self.pool:
                count += 1
            return {**response, "result": hex(count)}
        return response

    def mine(self, *, empty: bool = False) -> None:
        """Mines whatever is next of each sender, or a block of nothing."""
        if empty:
            self.chain.travel(12)
            return
        for (sender, nonce), waiting in sorted(self.pool.items()):
            if self._count(sender) == nonce:
                self.chain.send(waiting.raw)
        self._forget_mined()

    def _take(self, raw: bytes) -> RPCResponse:
        self.offers.append(raw)
        fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        sender = Account.recover_transaction(raw).lower()
        offered = Waiting(raw, sender, fields["nonce"], fields["maxFeePerGas"])
        place = (offered.sender, offered.nonce)
        known = self.pool.get(place)
        if self.complaint:
            return _error(self.complaint)
        if offered.nonce < self._count(sender):
            return _error("nonce too low")
        if known is not None and known.raw == raw:
            return _error("already known")
        if known is not None and not _pays_more(offered, known):
            return _error("replacement transaction underpriced")
        self.pool[place] = offered
        if self.down:
            raise TimeoutError("no answer")
        return {"jsonrpc": "2.0", "id": 1, "result": Web3.to_hex(Web3.keccak(raw))}

    def _count(self, sender: str) -> int:
        return int(self.chain.state().get_nonce(bytes.fromhex(sender[2:])))

    def _forget_mined(self) -> None:
        for place in [p for p in self.pool if p[1] < self._count(p[0])]:
            del self.pool[place]


@dataclass
class MempoolEndpoint:
    """The world's chain, seen through its mempool."""

    chain: EmbeddedChain
    chain_id: int = CHAIN_ID
    poll_seconds: float = 0.0
    provider: MempoolProvider = field(init=False)
    web3: Web3 = field(init=False)

    def __post_init__(self) -> None:
        self.provider = MempoolProvider(self.chain)
        self.web3 = Web3(self.provider)

    def travel(self, seconds: int) -> None:
        self.chain.travel(seconds)


def _pays_more(offered: Waiting, known: Waiting) -> bool:
    """As geth would have it: by a tenth, and by something."""
    enough = offered.max_fee * 10 >= known.max_fee * 11
    return enough and offered.max_fee > known.max_fee


def _error(message: str) -> RPCResponse:
    details: Any = {"code": -32000, "message": message}
    return {"jsonrpc": "2.0", "id": 1, "error": details}
