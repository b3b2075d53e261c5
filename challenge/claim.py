"""The Solidity structs that moves are made of, and their hashes.

Field for field the twins of `IInferenceOracle.sol` and `IDisputeGame.sol`; the order of
fields is the order of hashing. Hashes and addresses are bytes (32 and 20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, Self

from challenge.abi import Word, address_bytes, words
from mips_vm.hashing.keccak import keccak256

ADDRESS_FIELDS = frozenset({"requester", "refund_to", "worker"})


@dataclass(frozen=True, slots=True)
class Struct:
    """A Solidity struct of static fields."""

    def abi(self) -> tuple[Word, ...]:
        """The fields in order, as an ABI encoder takes a tuple."""
        return astuple(self)

    def hash(self) -> bytes:
        """`keccak256(abi.encode(struct))`."""
        return keccak256(words(*self.abi()))

    @classmethod
    def from_abi(cls, values: Sequence[Any]) -> Self:
        """The struct from a decoded ABI tuple; addresses may be hex or bytes."""
        names = [field.name for field in fields(cls)]
        pairs = zip(names, values, strict=True)
        return cls(
            **{
                name: address_bytes(value) if name in ADDRESS_FIELDS else value
                for name, value in pairs
            }
        )


@dataclass(frozen=True, slots=True)
class Request(Struct):
    """The terms of a request; the oracle stores their hash."""

    id: int
    model_id: bytes
    requester: bytes
    fee: int  # wei
    input_root: bytes
    callback_gas: int
    window: int  # seconds
    deadline: int  # instant
    min_bond: int  # wei
    refund_to: bytes  # credited with the fee of a cancelled request


@dataclass(frozen=True, slots=True)
class Meter(Struct):
    """What a request adds whose model runs a loop."""

    pass_price: int  # wei that come back for each pass that isn't run
    max_passes: int  # that the fee pays for
    seed_block: int  # whose prevrandao is the seed; 0: the input has what seed it has

    def refund(self, passes: int) -> int:
        """Wei of the fee that come back after so many."""
        return self.pass_price * max(0, self.max_passes - passes)


@dataclass(frozen=True, slots=True)
class Options(Struct):
    """What a request may have besides its terms."""

    pass_price: int = 0
    max_passes: int = 0
    from_block: bool = False
    early: bool = False  # its requester is told of claims, final or not
    audits: bool = False  # its worker, if it has joined, may be made to lie first


@dataclass(frozen=True, slots=True)
class Work(Struct):
    """What one run takes, as a model's publisher states it: instructions, bytes."""

    prologue: int
    body: int
    epilogue: int
    output_bytes: int
    pass_bytes: int

    def instructions(self, passes: int) -> int:
        """Of a run of so many passes."""
        return self.prologue + self.body * passes + self.epilogue

    def bytes_of(self, passes: int) -> int:
        """Of its answer."""
        return self.output_bytes + self.pass_bytes * passes


@dataclass(frozen=True, slots=True)
class Lease(Struct):
    """One worker's right to answer."""

    request_hash: bytes
    attempt: int
    worker: bytes
    end: int  # instant
    bond: int  # wei
    gas_price: int  # wei


@dataclass(frozen=True, slots=True)
class Claim(Struct):
    """A worker's answer, with all that a dispute over it needs."""

    request_id: int
    request_hash: bytes
    model_id: bytes
    input_root: bytes
    output_root: bytes
    worker: bytes
    attempt: int
    window_end: int  # instant
    bond: int  # wei
    gas_price: int  # wei


@dataclass(frozen=True, slots=True)
class Interval(Struct):
    """A half-open range of steps: segments at level 1, instructions at level 2."""

    level: int
    segment: int  # at level 2, whose instructions; at level 1, zero
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length

    def __str__(self) -> str:
        if self.level == 1:
            return f"segments [{self.start}, {self.end})"
        return f"instructions [{self.start}, {self.end}) of segment {self.segment}"


def game_id(claim_hash: bytes, challenger: bytes) -> bytes:
    """One game for each claim and challenger."""
    return keccak256(words(claim_hash, challenger))
