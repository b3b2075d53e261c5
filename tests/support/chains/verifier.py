"""MipsVerifier on pyrevm, and witnesses taken apart so that tests can spoil them."""

from dataclasses import dataclass, replace
from typing import Self

from support.chains.evm import Chain, calldata_gas, floor_gas

from mips_vm.constants import PACKED_STATE_BYTES
from mips_vm.witness import Witness

LEAF_BYTES = 32
BITMAP_BYTES = 4


class Verifier:
    """A freshly deployed MipsVerifier."""

    def __init__(self) -> None:
        self.chain = Chain(protocol=False)
        self.contract = self.chain.deploy("MipsVerifier")

    def step(self, witness: Witness) -> bytes:
        """The post-root, or Reverted."""
        roots = witness.pre_root, witness.program_root, witness.model_root
        return bytes(self.chain.call(self.contract, "step", *roots, witness.data))

    def execution_gas(self, witness: Witness) -> int:
        """What a step takes besides the transaction and its calldata."""
        self.step(witness)
        used = int(self.chain.evm.result.gas_used)
        return used - 21_000 - calldata_gas(witness.calldata())

    def transaction_gas(self, witness: Witness) -> int:
        """What a step costs as a transaction of its own, EIP-7623."""
        data = witness.calldata()
        execution = self.execution_gas(witness)
        return max(21_000 + calldata_gas(data) + execution, floor_gas(data))


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf proof as a witness spells it: siblings that are sent, by level."""

    leaf: bytes
    siblings: dict[int, bytes]

    @classmethod
    def parse(cls, data: bytes) -> tuple[Self, bytes]:
        """The proof that `data` begins with, and what follows it."""
        start = LEAF_BYTES + BITMAP_BYTES
        bitmap = int.from_bytes(data[LEAF_BYTES:start], "big")
        levels = [level for level in range(32) if bitmap >> level & 1]
        end = start + 32 * len(levels)
        sent = [data[i : i + 32] for i in range(start, end, 32)]
        siblings = dict(zip(levels, sent, strict=True))
        return cls(data[:LEAF_BYTES], siblings), data[end:]

    def encode(self) -> bytes:
        bitmap = sum(1 << level for level in self.siblings)
        sent = b"".join(self.siblings[level] for level in sorted(self.siblings))
        return self.leaf + bitmap.to_bytes(BITMAP_BYTES, "big") + sent

    def with_sibling(self, level: int, node: bytes) -> "Proof":
        return replace(self, siblings={**self.siblings, level: node})

    def without_sibling(self, level: int) -> "Proof":
        kept = {at: node for at, node in self.siblings.items() if at != level}
        return replace(self, siblings=kept)


@dataclass(frozen=True, slots=True)
class Parts:
    """A witness of a running state with aligned pc: state, code proof, and the rest."""

    packed: bytes
    code: Proof
    rest: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        packed, proofs = data[:PACKED_STATE_BYTES], data[PACKED_STATE_BYTES:]
        return cls(packed, *Proof.parse(proofs))

    def encode(self) -> bytes:
        return self.packed + self.code.encode() + self.rest
