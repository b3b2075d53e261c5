"""The devnet's JSON-RPC methods: a node's, and those that only a devnet has.

The latter go by Hardhat's names and by anvil's. Where the two differ, in what
`evm_increaseTime` returns for instance, anvil is followed.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, TypedDict

from eth.exceptions import HeaderNotFound
from eth_account.signers.local import LocalAccount
from eth_typing import Address
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError
from web3.types import RPCEndpoint, RPCResponse

from mips_vm.json_text import JsonObject
from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.rpc import INVALID, EmbeddedProvider, Handler, failure
from oracle.chain.local.shapes import (
    block_entry,
    hexed,
    transaction_entry,
    unhexed,
    waiting_entry,
    word,
)
from oracle.devnet.clock import Clock
from oracle.devnet.filters import Filters
from oracle.devnet.pool import Pool
from oracle.devnet.proofs import proof_of
from oracle.devnet.wallet import Quantity, Wallet, number_of

CLIENT = "plumb-devnet/0.1.0"
BAD_PARAMETERS = -32602
DEVNET_PREFIXES = ("evm_", "anvil_", "hardhat_")


class MineQuery(TypedDict, total=False):
    """What anvil's `evm_mine` takes."""

    blocks: int | None
    timestamp: Quantity | None


class Devnet(EmbeddedProvider):
    """Answers as a development node does; the accounts given are unlocked."""

    def __init__(
        self, chain: EmbeddedChain, accounts: Iterable[LocalAccount], clock: Clock
    ) -> None:
        super().__init__(chain)
        self._clock = clock
        self._wallet = Wallet(chain, accounts, self.handlers, self._take)
        self._pool, self._automine = Pool(chain), True
        self._filters = Filters(self)
        self._snapshots: dict[str, tuple[int, int]] = {}
        self._snapshot_ids = count(1)
        self.handlers |= self._node_methods() | self._wallet.methods()
        self.handlers |= self._devnet_methods() | self._pool.methods()

    def addresses(self) -> list[str]:
        """The unlocked accounts."""
        return self._wallet.addresses()

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        try:
            return super().make_request(method, params)
        except HeaderNotFound:
            return failure(INVALID, "unknown block")
        except (TypeError, ValueError, AttributeError) as error:
            return failure(BAD_PARAMETERS, f"invalid parameters of {method}: {error}")

    def _node_methods(self) -> dict[str, Handler]:
        filters = self._filters
        return {
            "web3_clientVersion": lambda: CLIENT,
            "web3_sha3": lambda data: hexed(keccak(unhexed(data))),
            "net_listening": lambda: True,
            "net_peerCount": lambda: "0x0",
            "eth_syncing": lambda: False,
            "eth_mining": lambda: True,
            "eth_feeHistory": self._fee_history,
            "eth_getStorageAt": self._storage,
            "eth_getProof": self._proof,
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getTransactionByHash": self._transaction,
            "eth_newFilter": lambda wanted: filters.add("logs", wanted),
            "eth_newBlockFilter": lambda: filters.add("blocks"),
            "eth_newPendingTransactionFilter": lambda: filters.add("transactions"),
            "eth_getFilterChanges": filters.changes,
            "eth_getFilterLogs": filters.logs,
            "eth_uninstallFilter": filters.remove,
        }

    def _devnet_methods(self) -> dict[str, Handler]:
        plain: Mapping[str, Handler] = {
            "increaseTime": self._increase_time,
            "setNextBlockTimestamp": self._set_next_time,
            "setTime": self._set_next_time,
            "mine": self._mine,
            "snapshot": self._snapshot,
            "revert": self._revert,
            "setBalance": self._set_balance,
            "setCode": self._set_code,
            "setNonce": self._set_nonce,
            "setStorageAt": self._set_storage,
            **self._wallet.impersonation(),
        }
        named = {p + name: plain[name] for p in DEVNET_PREFIXES for name in plain}
        own: dict[str, Handler] = {
            "evm_mine": self._mine_at,
            "evm_setAutomine": self._set_automine,
            "anvil_setAutomine": self._set_automine,
            "anvil_getAutomine": lambda: self._automine,
            "hardhat_getAutomine": lambda: self._automine,
            "evm_setAccountBalance": self._set_balance,
            "evm_setAccountCode": self._set_code,
            "evm_setAccountNonce": self._set_nonce,
            "evm_setAccountStorageAt": self._set_storage,
        }
        return named | own

    def _fee_history(
        self, blocks: Quantity, newest: str, percentiles: Iterable[float] = ()
    ) -> JsonObject:
        last = self.number(newest)
        first = max(0, last - max(1, number_of(blocks)) + 1)
        headers = [self.chain.header(number) for number in range(first, last + 1)]
        fees = [header.base_fee_per_gas or 0 for header in headers]
        rewards = [[hex(self.chain.tip) for _ in percentiles or ()] for _ in headers]
        return {
            "oldestBlock": hex(first),
            "baseFeePerGas": [hex(fee) for fee in [*fees, self.chain.next_base_fee]],
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
            "reward": rewards,
        }

    def _storage(self, address: str, slot: Quantity, block: str = "latest") -> str:
        place = unhexed(address), number_of(slot)
        return word(self.state(block).get_storage(*place))

    def _block_by_hash(self, identity: str, full: bool = False) -> Any:
        number = self.chain.number_of(unhexed(identity))
        if number is None:
            return None
        mined = self.chain.mined.get(number)
        return block_entry(self.chain.header(number), mined, full)

    def _transaction(self, identity: str) -> JsonObject | None:
        found = unhexed(identity)
        if (mined := self.chain.by_hash.get(found)) is not None:
            return transaction_entry(mined)
        waiting = self._pool.find(found)
        return None if waiting is None else waiting_entry(waiting)

    def _nonce(self, address: str, block: str = "latest") -> str:
        if block == "pending":
            return hex(self._pool.nonce(unhexed(address)))
        return super()._nonce(address, block)

    def _proof(
        self, address: str, slots: Iterable[Quantity], block: str = "latest"
    ) -> JsonObject:
        root = self.chain.header(self.number(block)).state_root
        wanted = [number_of(slot) for slot in slots]
        return proof_of(self.chain.nodes, root, unhexed(address), wanted)

    def _send(self, raw: str) -> str:
        return self._take(self.chain.signed(unhexed(raw)))

    def _take(self, transaction: Any) -> str:
        """Mines it at once, or has it wait; its hash."""
        if not self._automine:
            return hexed(self._pool.add(transaction))
        sent = self.chain.include(transaction)
        self._clock.mined()
        return hexed(sent)

    def _increase_time(self, seconds: Quantity) -> int:
        amount = number_of(seconds)
        if amount < 0:
            raise ValidationError(f"seconds: expected at least 0, got {amount}")
        self._clock.travel(amount, self.chain.head.timestamp)
        return self._clock.ahead

    def _set_next_time(self, instant: Quantity) -> None:
        expected, actual = self.chain.head.timestamp + 1, number_of(instant)
        if actual < expected:
            raise ValidationError(f"time: expected at least {expected}, got {actual}")
        self._clock.fix(actual)

    def _mine(self, blocks: Quantity = 1, interval: Quantity = 0) -> None:
        """Blocks, `interval` seconds apart; in place of the first, one for each
        transaction that waits and can be mined."""
        for place in range(number_of(blocks)):
            if place:
                self._clock.travel(number_of(interval), self.chain.head.timestamp)
            if not self._mine_waiting():
                self.chain.mine()
                self._clock.mined()

    def _mine_waiting(self) -> int:
        """How many transactions were mined. Those that their senders can't pay for any
        more are gone."""
        mined = 0
        while (waiting := self._pool.next()) is not None:
            with suppress(ValidationError):
                self.chain.include(waiting)
                self._clock.mined()
                mined += 1
        return mined

    def _mine_at(self, asked: Quantity | MineQuery | None = None) -> str:
        """One block, at that instant if one is given; anvil takes an object."""
        blocks, instant = 1, None
        if isinstance(asked, dict):
            blocks, instant = asked.get("blocks") or 1, asked.get("timestamp")
        else:
            instant = asked
        if instant is not None:
            self._set_next_time(instant)
        self._mine(blocks)
        return "0x0"

    def _snapshot(self) -> str:
        identity = hex(next(self._snapshot_ids))
        self._snapshots[identity] = self.chain.head.block_number, self._clock.ahead
        return identity

    def _revert(self, identity: str) -> bool:
        """Goes back to a snapshot, which is then used up, as are those after it."""
        if identity not in self._snapshots:
            return False
        block, self._clock.ahead = self._snapshots[identity]
        order = list(self._snapshots)
        for later in order[order.index(identity) :]:
            del self._snapshots[later]
        self.chain.rewind(block)
        return True

    def _set_balance(self, address: str, wei: Quantity) -> bool:
        who, amount = Address(unhexed(address)), number_of(wei)
        self.chain.alter(lambda state: state.set_balance(who, amount))
        return True

    def _set_code(self, address: str, code: str) -> bool:
        who, data = Address(unhexed(address)), unhexed(code)
        self.chain.alter(lambda state: state.set_code(who, data))
        return True

    def _set_nonce(self, address: str, nonce: Quantity) -> bool:
        who, count = Address(unhexed(address)), number_of(nonce)
        self.chain.alter(lambda state: state.set_nonce(who, count))
        return True

    def _set_storage(self, address: str, slot: Quantity, value: str) -> bool:
        who, place = Address(unhexed(address)), number_of(slot)
        content = int(value, 16)
        self.chain.alter(lambda state: state.set_storage(who, place, content))
        return True

    def _set_automine(self, automine: bool) -> None:
        """What waits is mined as soon as nothing is to wait any more."""
        self._automine = automine
        if automine:
            self._mine_waiting()
