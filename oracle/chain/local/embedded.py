"""A chain inside this process: py-evm under Prague rules, one block a transaction.

Nothing here depends on the wall clock or on chance: equal transactions give equal
blocks. Time passes by `BLOCK_SECONDS` a block, or by `travel`, unless whoever makes the
chain brings a clock along. Its blocks are in memory, or in the database given. Base
fees follow EIP-1559, or are held where somebody wants them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eth.abc import BlockHeaderAPI, ComputationAPI, DatabaseAPI
from eth.chains.base import MiningChain
from eth.constants import BLANK_ROOT_HASH, GENESIS_PARENT_HASH
from eth.db.atomic import AtomicDB
from eth.exceptions import CanonicalHeadNotFound, HeaderNotFound, Revert
from eth.vm.forks.prague.constants import (
    HISTORY_STORAGE_ADDRESS,
    HISTORY_STORAGE_CONTRACT_CODE,
)
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address, BlockNumber, Hash32
from eth_utils.exceptions import ValidationError

from oracle.chain.local.known import (
    CHAIN_ID,
    FIRST_BASE_FEE,
    TIP_WEI,
    TRANSACTION_GAS,
)
from oracle.chain.local.mined import Mined
from oracle.chain.local.rules import (
    BLOCK_SECONDS,
    FIRST_MIX_HASH,
    PragueChain,
    model_code,
    with_inference,
)

GENESIS_TIME = 1_800_000_000
BLOCK_GAS = 2**25
STORE_STIPEND = 2300
"""A store must leave more gas than this (EIP-2200), whatever it costs."""
UNSIGNED, ADDRESS_BYTES = 1, 20
"""In the place of s, where nobody would find it in a signature; r is the sender."""
ESTIMATE_TOLERANCE = 16
"""An estimate is at most one part in so many above the least gas that succeeds."""


@dataclass(frozen=True, slots=True)
class Call:
    """What an account would send, unsigned. `to` is empty for a deployment."""

    sender: bytes
    to: bytes = b""
    data: bytes = b""
    value: int = 0
    gas: int = TRANSACTION_GAS


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A transaction but for who sends it. `to` is empty for a deployment; `max_fee` and
    `tip` in wei a gas unit."""

    nonce: int
    gas: int
    max_fee: int
    tip: int
    value: int
    data: bytes
    to: bytes


class Reverted(Exception):
    """The call's code gave up, with these bytes of reason."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        super().__init__("execution reverted")


def steadily(parent_time: int) -> int:
    """The next block's instant where nobody looks at a clock."""
    return parent_time + BLOCK_SECONDS


@dataclass(slots=True)
class EmbeddedChain:
    """The chain, its head, and every transaction mined so far by block number.

    `database` may hold a chain already, which then goes on; `balances` and
    `first_base_fee` (wei a gas unit) are for a new one. No block uses more gas than
    EIP-1559 aims at, so a base fee that begins at 0 stays there: a chain without fees.
    With `inference` it has the precompile, and ModelCode from the first block on.
    `next_time` is the instant of a block that is mined now, after its parent's.
    """

    balances: Mapping[bytes, int]
    database: DatabaseAPI | None = None
    next_time: Callable[[int], int] = steadily
    genesis_time: int = GENESIS_TIME
    first_base_fee: int = FIRST_BASE_FEE
    inference: bool = False
    mined: dict[int, Mined] = field(default_factory=dict)
    by_hash: dict[bytes, Mined] = field(default_factory=dict)
    _chain: Any = field(init=False)  # py-evm's types end at its interfaces

    def __post_init__(self) -> None:
        kept = self.database
        database = AtomicDB() if kept is None else AtomicDB(kept)
        try:
            self._chain = self._kind(database)
        except CanonicalHeadNotFound:
            self._begin(database)
        else:
            for number in range(1, self.head.block_number + 1):
                self._recall(self.header(number))

    def _begin(self, database: AtomicDB) -> None:
        """The genesis block."""
        state: Any = {
            Address(address): {"balance": wei, "nonce": 0, "code": b"", "storage": {}}
            for address, wei in self.balances.items()
        }
        if self.inference:
            state |= model_code()
        code = HISTORY_STORAGE_CONTRACT_CODE
        history = {"balance": 0, "nonce": 1, "code": code, "storage": {}}
        state[HISTORY_STORAGE_ADDRESS] = history
        header: Any = {
            "difficulty": 0,
            "mix_hash": FIRST_MIX_HASH,
            "gas_limit": BLOCK_GAS,
            "timestamp": self.genesis_time,
            "base_fee_per_gas": self.first_base_fee,
        }
        self._chain = self._kind.from_genesis(database, header, state)

    @property
    def _kind(self) -> type[MiningChain]:
        return with_inference() if self.inference else PragueChain

    @property
    def head(self) -> BlockHeaderAPI:
        head: BlockHeaderAPI = self._chain.get_canonical_head()
        return head

    @property
    def next_base_fee(self) -> int:
        """Wei a gas unit that the next block burns."""
        return int(self._chain.header.base_fee_per_gas)

    @property
    def tip(self) -> int:
        """Wei a gas unit that senders are advised to add: none where nothing burns."""
        return TIP_WEI if self.next_base_fee else 0

    def hold_base_fee(self, wei: int) -> None:
        """From the next block on, a gas unit burns so much."""
        self._chain.base_fee = wei
        self._chain.header = self._chain.priced(self._chain.header)

    def header(self, number: int) -> BlockHeaderAPI:
        header: BlockHeaderAPI = self._chain.get_canonical_block_header_by_number(
            BlockNumber(number)
        )
        return header

    def number_of(self, block: bytes) -> int | None:
        """The number of the block with that hash; None if the chain has no such one."""
        try:
            found = self._chain.chaindb.get_block_header_by_hash(Hash32(block))
        except HeaderNotFound:
            return None
        number = int(found.block_number)
        ours = number <= self.head.block_number and self.header(number).hash == block
        return number if ours else None

    def state(self, number: int | None = None) -> Any:
        """py-evm's state after block `number`, by default the head."""
        header = self.head if number is None else self.header(number)
        return self._chain.get_vm(header).state

    def call(self, call: Call, number: int | None = None) -> bytes:
        """What the call returns, after which nothing has changed. Raises `Reverted`."""
        return bytes(_succeeding(self._execute(self.state(number), call)).output)

    def estimate(self, call: Call) -> int:
        """Gas that the call succeeds with as a transaction of the next block."""
        self._look_at_clock()
        state = self._chain.get_vm().state
        computation = _succeeding(self._execute(state, call))
        used = call.gas - computation.get_gas_remaining()
        low, high = max(used + STORE_STIPEND, _floor_gas(call.data)), call.gas
        if not computation.children:
            return min(low, high)
        # A contract that calls another keeps a 64th back, or looks at what is left, so
        # it can need more than it uses.
        gas = min(high, low + low // ESTIMATE_TOLERANCE)
        while high - low > low // ESTIMATE_TOLERANCE:
            if self._execute(state, replace(call, gas=gas)).is_error:
                low = gas
            else:
                high = gas
            gas = min(2 * low, (low + high) // 2)
        return high

    def rehearse(
        self, calls: Sequence[Call], balances: Mapping[bytes, int]
    ) -> list[ComputationAPI]:
        """What the calls come to in the next block, one after the other, if accounts
        had these balances; after which nothing has changed."""
        self._look_at_clock()
        state = self._chain.get_vm().state  # a copy, that is never persisted
        for address, wei in balances.items():
            state.set_balance(Address(address), wei)
        played = []
        for call in calls:
            state.lock_changes()  # what a call costs depends on what was before it
            played.append(self._apply(state, call))
        return played

    @property
    def nodes(self) -> DatabaseAPI:
        """The nodes of the state's tries, by hash."""
        database: DatabaseAPI = self._chain.chaindb.db
        return database

    def send(self, raw: bytes) -> bytes:
        """Mines the signed transaction in a block of its own, and gives its hash."""
        return self.include(self.signed(raw))

    def signed(self, raw: bytes) -> Any:
        """py-evm's transaction, from the bytes that its sender signed."""
        return self._chain.get_vm().get_transaction_builder().decode(raw)

    def unsigned(self, sender: bytes, fields: Unsigned) -> Any:
        """The same for a transaction that nobody signed."""
        builder = self._chain.get_vm().get_transaction_builder()
        unsigned = builder.new_dynamic_fee_transaction(
            chain_id=CHAIN_ID,
            nonce=fields.nonce,
            max_priority_fee_per_gas=fields.tip,
            max_fee_per_gas=fields.max_fee,
            gas=fields.gas,
            to=Address(fields.to),
            value=fields.value,
            data=fields.data,
            access_list=(),
            y_parity=0,
            r=int.from_bytes(sender),
            s=UNSIGNED,
        )
        return impersonated(unsigned)

    def check(self, transaction: Any) -> None:
        """Raises `ValidationError` for what no block could take, whatever its nonce."""
        _check_gas_limit(transaction.gas, transaction.data)
        transaction.validate()
        most = transaction.gas * transaction.max_fee_per_gas + transaction.value
        if (balance := self.state().get_balance(transaction.sender)) < most:
            raise ValidationError(
                f"insufficient funds for gas * price + value: expected at least "
                f"{most} wei, got {balance}"
            )

    def include(self, transaction: Any) -> bytes:
        """Mines the transaction in a block of its own, and gives its hash."""
        _check_gas_limit(transaction.gas, transaction.data)
        self._look_at_clock()
        self._check_nonce(transaction.sender, transaction.nonce)
        self._chain.apply_transaction(transaction)
        self._recall(self._chain.mine_block().header)
        return bytes(transaction.hash)

    def mine(self, time: int | None = None) -> None:
        """Mines an empty block, at that instant if one is given."""
        at = self.next_time(self.head.timestamp) if time is None else time
        self._chain.set_header_timestamp(at)
        self._chain.mine_block()

    def travel(self, seconds: int) -> None:
        """Mines an empty block, `seconds` after the head."""
        self.mine(self.head.timestamp + seconds)

    def alter(self, change: Callable[[Any], None]) -> None:
        """Changes py-evm's state, as of an empty block that is mined."""
        state = self._chain.get_vm().state
        change(state)
        state.persist()
        header = self._chain.header.copy(state_root=state.state_root)
        self._chain.header = header
        self.mine()

    def rewind(self, number: int) -> None:
        """Makes block `number` the head again, as a reorg to its branch would."""
        header = self.header(number)
        database = self._chain.chaindb
        database._set_as_canonical_chain_head(database.db, header, GENESIS_PARENT_HASH)
        self._chain.header = self._chain.create_header_from_parent(header)
        for dropped in [n for n in self.mined if n > number]:
            del self.by_hash[self.mined.pop(dropped).hash]

    def _recall(self, header: BlockHeaderAPI) -> None:
        """Reads the block's transaction back, if it has one."""
        if header.transaction_root == BLANK_ROOT_HASH:
            return
        vm = self._chain.get_vm(header)
        (transaction,) = self._chain.chaindb.get_block_transactions(
            header, vm.get_transaction_builder()
        )
        (receipt,) = self._chain.chaindb.get_receipts(header, vm.get_receipt_builder())
        mined = Mined.of(header, impersonated(transaction), receipt)
        self.mined[header.block_number] = mined
        self.by_hash[mined.hash] = mined

    def _look_at_clock(self) -> None:
        """Moves the block that is being made to the present."""
        self._chain.set_header_timestamp(self.next_time(self.head.timestamp))

    def _check_nonce(self, sender: bytes, actual: int) -> None:
        """Refuses a nonce that is not the next, in the words that tools look for."""
        expected = self.state().get_nonce(Address(sender))
        if actual != expected:
            which = "low" if actual < expected else "high"
            raise ValidationError(
                f"nonce too {which}: expected {expected}, got {actual}"
            )

    def _execute(self, state: Any, call: Call) -> ComputationAPI:
        """Runs the call, and takes it all back."""
        snapshot = state.snapshot()
        try:
            return self._apply(state, call)
        finally:
            state.revert(snapshot)

    def _apply(self, state: Any, call: Call) -> ComputationAPI:
        """Runs the call as a transaction whose gas is a gift."""
        sender = Address(call.sender)
        if (balance := state.get_balance(sender)) < call.value:
            raise ValidationError(
                f"insufficient funds for gas * price + value: expected at least "
                f"{call.value} wei, got {balance}"
            )
        fee = state.execution_context.base_fee_per_gas
        builder = self._chain.get_vm().get_transaction_builder()
        unsigned = builder.new_unsigned_dynamic_fee_transaction(
            chain_id=CHAIN_ID,
            nonce=state.get_nonce(sender),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=fee,
            gas=call.gas,
            to=Address(call.to),
            value=call.value,
            data=call.data,
            access_list=(),
        )
        state.delta_balance(sender, call.gas * fee)
        spoofed = SpoofTransaction(unsigned, from_=sender)
        computation: ComputationAPI = state.apply_transaction(spoofed)
        return computation


def impersonated(transaction: Any) -> Any:
    """The transaction, with the sender that it names if nobody signed it."""
    if transaction.s != UNSIGNED:
        return transaction
    sender = Address(transaction.r.to_bytes(ADDRESS_BYTES))
    return SpoofTransaction(transaction, sender=sender, validate=lambda: None)


def _succeeding(computation: ComputationAPI) -> ComputationAPI:
    """The computation, or `Reverted`; running out of gas reverts without data."""
    if computation.is_error:
        reverted = isinstance(computation.error, Revert)
        raise Reverted(bytes(computation.output) if reverted else b"")
    return computation


def _check_gas_limit(gas: int, data: bytes) -> None:
    """Two rules that py-evm leaves to others: EIP-7825's cap, EIP-7623's floor."""
    if gas > TRANSACTION_GAS:
        raise ValidationError(f"gas: expected at most {TRANSACTION_GAS}, got {gas}")
    if gas < (floor := _floor_gas(data)):
        raise ValidationError(f"gas: expected at least {floor}, got {gas}")


def _floor_gas(data: bytes) -> int:
    """What EIP-7623 charges at least."""
    zeros = data.count(0)
    return 21_000 + 10 * zeros + 40 * (len(data) - zeros)
