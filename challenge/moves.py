"""The moves of the game: one dataclass a contract function, arguments in ABI order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from challenge.claim import Claim
from challenge.dissection import Disputed, Dissection

AbiValue = int | bytes | tuple["AbiValue", ...]


@dataclass(frozen=True, slots=True)
class Move(ABC):
    """A transaction to the dispute game that someone could send now."""

    function: ClassVar[str]

    @property
    @abstractmethod
    def args(self) -> tuple[AbiValue, ...]:
        """What the function takes, in order; structs are tuples."""

    @property
    def value(self) -> int:
        """Wei to send along."""
        return 0


@dataclass(frozen=True, slots=True)
class Challenge(Move):
    """A challenger disputes a claim."""

    function: ClassVar[str] = "challenge"
    claim: Claim
    value_wei: int = 0  # what the bond needs beyond the sender's free stake

    @property
    def args(self) -> tuple[AbiValue, ...]:
        return (self.claim.abi(),)

    @property
    def value(self) -> int:
        return self.value_wei


@dataclass(frozen=True, slots=True)
class Open(Move):
    """The worker shows the whole run's boundaries, once for all games."""

    function: ClassVar[str] = "open"
    claim: Claim
    challenger: bytes
    segments: int
    roots: tuple[bytes, ...]

    @property
    def args(self) -> tuple[AbiValue, ...]:
        return (self.claim.abi(), self.challenger, self.segments, self.roots)


@dataclass(frozen=True, slots=True)
class Select(Move):
    """The challenger points at a part."""

    function: ClassVar[str] = "select"
    claim_hash: bytes
    dissection: Dissection
    part: int

    @property
    def args(self) -> tuple[AbiValue, ...]:
        chosen = self.dissection.part(self.part)
        return (
            self.claim_hash,
            self.dissection.interval.abi(),
            self.dissection.root(),
            self.part,
            chosen.start_root,
            chosen.end_root,
            self.dissection.path(self.part),
        )


@dataclass(frozen=True, slots=True)
class Dissect(Move):
    """The worker cuts the disputed part again."""

    function: ClassVar[str] = "dissect"
    claim_hash: bytes
    challenger: bytes
    position: Disputed
    roots: tuple[bytes, ...]

    @property
    def args(self) -> tuple[AbiValue, ...]:
        at = self.position
        ends = (at.start_root, at.end_root)
        return (
            self.claim_hash, self.challenger, at.interval.abi(), *ends, self.roots
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Descend(Move):
    """The worker cuts the disputed segment into instructions."""

    function: ClassVar[str] = "descend"
    claim_hash: bytes
    challenger: bytes
    position: Disputed
    instructions: int
    roots: tuple[bytes, ...]

    @property
    def args(self) -> tuple[AbiValue, ...]:
        at = self.position
        return (
            self.claim_hash,
            self.challenger,
            at.interval.abi(),
            at.start_root,
            at.end_root,
            self.instructions,
            self.roots,
        )


@dataclass(frozen=True, slots=True)
class Prove(Move):
    """Anyone lets the contract execute the one step that is left."""

    function: ClassVar[str] = "prove"
    claim: Claim
    challenger: bytes
    position: Disputed
    witness: bytes

    @property
    def args(self) -> tuple[AbiValue, ...]:
        at = self.position
        return (
            self.claim.abi(),
            self.challenger,
            at.interval.abi(),
            at.start_root,
            at.end_root,
            self.witness,
        )


@dataclass(frozen=True, slots=True)
class Timeout(Move):
    """Anyone ends a game whose mover's clock ran out."""

    function: ClassVar[str] = "timeout"
    claim: Claim
    challenger: bytes

    @property
    def args(self) -> tuple[AbiValue, ...]:
        return (self.claim.abi(), self.challenger)


@dataclass(frozen=True, slots=True)
class Settle(Move):
    """Anyone pays the challenger of an open game whose claim died in another."""

    function: ClassVar[str] = "settle"
    claim: Claim
    challenger: bytes

    @property
    def args(self) -> tuple[AbiValue, ...]:
        return (self.claim.abi(), self.challenger)
