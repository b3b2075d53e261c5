"""py-evm behind the few methods of `pyrevm.EVM` that `support.chains.evm.Chain` calls.

A hundred times slower, but gas is what a chain would charge, refunds and all (but for
EIP-7623's floor, which `Chain` adds): each transaction runs in a state of its own,
opened at the root that the one before left, so nothing is warm and every slot's
original value is the one stored. Such a root is also all that a snapshot is.

The zero address exists, as on every public chain: the first to pay it pays more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from eth.constants import BLANK_ROOT_HASH
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun import CancunVM
from eth.vm.spoof import SpoofTransaction
from eth_utils import keccak, to_canonical_address, to_checksum_address

MAX_REFUND_SHARE = 5  # EIP-3529
NOBODY = b"\0" * 20
BUILDER = b"\xb1" * 20  # not the zero address: a block's builder is warm (EIP-3651)


@dataclass(frozen=True, slots=True)
class Log:
    address: str
    topics: list[str]
    data: tuple[list[str], bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    gas_used: int
    logs: list[Log]


class PyEvm:
    def __init__(self) -> None:
        self.result: Outcome | None = None
        self._database, self._context = AtomicDB(), _context(1, 1, 0)
        self.revert(BLANK_ROOT_HASH)
        self._state.set_nonce(NOBODY, 1)

    def set_block_env(self, block: Any) -> None:
        self._context = _context(
            block.number, block.timestamp, block.basefee, block.prevrandao
        )

    def set_balance(self, address: str, wei: int) -> None:
        self._state.set_balance(to_canonical_address(address), wei)

    def get_balance(self, address: str) -> int:
        return int(self._state.get_balance(to_canonical_address(address)))

    def basic(self, address: str) -> SimpleNamespace:
        return SimpleNamespace(nonce=self._nonce(to_canonical_address(address)))

    def get_code(self, address: str) -> bytes:
        return bytes(self._state.get_code(to_canonical_address(address)))

    def snapshot(self) -> bytes:
        """The root of the state, from which nothing that follows can take it away."""
        self._state.persist()
        return bytes(self._state.state_root)

    def revert(self, root: bytes) -> None:
        """Opens the state of that root, cold."""
        state = CancunVM.get_state_class()
        self._state = state(self._database, self._context, root)

    def commit(self) -> None:
        """Nothing to do: a snapshot that is dropped is a commitment."""

    def deploy(self, deployer: str, code: bytes, *, value: int, gas: int) -> None:
        self._apply(deployer, b"", code, value, gas)

    def message_call(
        self, caller: str, to: str, data: bytes, *, value: int, gas: int
    ) -> bytes:
        return self._apply(caller, to_canonical_address(to), data, value, gas)

    def _nonce(self, address: bytes) -> int:
        return int(self._state.get_nonce(address))

    def _apply(
        self, caller: str, to: bytes, data: bytes, value: int, gas: int
    ) -> bytes:
        self.revert(self.snapshot())
        sender = to_canonical_address(caller)
        price = self._context.base_fee_per_gas
        fields = (self._nonce(sender), price, gas, to, value, data)
        unsigned = CancunVM.get_transaction_builder().create_unsigned_transaction(
            **dict(zip(NAMES, fields, strict=True))
        )
        funds = self._state.get_balance(sender)
        self._state.set_balance(sender, funds + gas * price)
        done = self._state.apply_transaction(SpoofTransaction(unsigned, from_=sender))
        used = gas - done.get_gas_remaining()
        used -= min(done.get_gas_refund(), used // MAX_REFUND_SHARE)
        self._state.set_balance(
            sender, self._state.get_balance(sender) - (gas - used) * price
        )
        self.result = Outcome(used, [_log(*entry) for entry in done.get_log_entries()])
        if done.is_error:
            raise RuntimeError(f"Revert {{ output: 0x{done.output.hex()} }}")
        return bytes(done.output)


class _Ancestors:
    """Hashes of the blocks before this one, the latest first: as pyrevm makes them up,
    that of the number as text."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __iter__(self) -> Iterator[bytes]:
        return (keccak(text=str(n)) for n in range(self._number - 1, -1, -1))


NAMES = ("nonce", "gas_price", "gas", "to", "value", "data")


def _log(address: bytes, topics: tuple[int, ...], data: bytes) -> Log:
    words = [topic.to_bytes(32, "big").hex() for topic in topics]
    return Log(to_checksum_address(address), words, (words, data))


def _context(
    number: int, timestamp: int, basefee: int, mix_hash: bytes = bytes(32)
) -> ExecutionContext:
    return ExecutionContext(
        coinbase=BUILDER,
        timestamp=timestamp,
        block_number=number,
        difficulty=0,
        mix_hash=mix_hash,
        gas_limit=2**32,
        prev_hashes=_Ancestors(number),
        chain_id=1,
        base_fee_per_gas=basefee,
        excess_blob_gas=0,
    )
