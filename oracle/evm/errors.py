"""What can go wrong when a net is put on a chain, or looked at there.

EvmError
├── BitsDiffer          the net answers otherwise than the model
├── NotCreated          a creation fails, even in the rehearsal
├── NoFactory           an address that should be a NetFactory's is not
├── NoPrecompile        the chain has no precompile for inference
├── TooDear             a part of a net that no transaction holds
├── BondTooSmall        the directory would refuse the bond
├── DrawsNothing        a model that no token's pictures are of
└── BadPlaces           the file of a chain's nets can't be used
"""

from collections.abc import Sequence
from pathlib import Path

from oracle.amounts import brief_wei
from oracle.errors import OracleError


class EvmError(OracleError):
    """Root of the errors of this folder."""


class BitsDiffer(EvmError):
    """Nothing may be paid: the compiler or an executor is wrong."""

    def __init__(self, number: int, expected: bytes, actual: bytes) -> None:
        self.number, self.expected, self.actual = number, expected, actual
        super().__init__(
            f"input {number}: expected the answer 0x{expected.hex()} from the net, got "
            f"0x{actual.hex()}"
        )


class NotCreated(EvmError):
    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: expected to be created, got {reason}")


class NoFactory(EvmError):
    def __init__(self, address: str, actual: int) -> None:
        self.address, self.actual = address, actual
        super().__init__(
            f"{address}: expected the code of NetFactory, got other code of {actual} "
            "bytes (leave --factory out, and one is created)"
        )


class NoPrecompile(EvmError):
    def __init__(self, chain_id: int) -> None:
        self.chain_id = chain_id
        super().__init__(
            f"chain {chain_id}: expected ModelCode at 0x504d, got another account "
            "(plumb devnet --inference has it)"
        )


class TooDear(EvmError):
    def __init__(self, name: str, part: int, parts: int, most: int) -> None:
        self.part, self.parts, self.most = part, parts, most
        super().__init__(
            f"{name}: expected at most {most:,} gas a part, part {part + 1} of {parts} "
            f"needs more (--parts {parts + 1})"
        )


class BondTooSmall(EvmError):
    def __init__(self, expected_wei: int, actual_wei: int) -> None:
        self.expected_wei, self.actual_wei = expected_wei, actual_wei
        super().__init__(
            f"--bond: expected at least {brief_wei(expected_wei)}, which the directory "
            f"asks for, got {brief_wei(actual_wei)}"
        )


class DrawsNothing(EvmError):
    def __init__(self, expected: Sequence[str], actual: str) -> None:
        self.expected, self.actual = tuple(expected), actual
        super().__init__(
            f"--pictures: expected the model {' or '.join(expected)}, which comes with "
            f"plumb, got {actual}"
        )


class BadPlaces(EvmError):
    def __init__(self, path: Path, actual: str) -> None:
        self.path, self.actual = path, actual
        super().__init__(
            f"{path}: expected where the nets of a chain lie, got {actual}"
        )
