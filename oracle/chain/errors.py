"""What can go wrong between a node and the chain.

ChainError
├── WrongChain          the connected chain is not the expected one
├── NoCode              an address holds other code than its contract's
├── NoTimeTravel        only an embedded chain can move its clock
├── GasAboveCap         a transaction would need more gas than EIP-7825 allows
├── FeeAboveCap         the chain asks for a higher fee than the user's cap
├── NotMined            no receipt within the time given
├── UnknownEntry        the ABI holds no such function, event or error
└── Refused             the contract refused: its custom error, decoded
"""

from typing import Any

from oracle.errors import OracleError


class ChainError(OracleError):
    """Root of the errors of this folder."""


class WrongChain(ChainError):
    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(f"wrong chain id: expected {expected}, got {actual}")


class NoCode(ChainError):
    def __init__(self, name: str, address: str, expected: int, actual: int) -> None:
        self.name, self.address = name, address
        super().__init__(
            f"{address} is not {name}: expected its {expected} bytes of code, "
            f"got {'none' if not actual else f'{actual} other bytes'}"
        )


class NoTimeTravel(ChainError):
    def __init__(self) -> None:
        super().__init__("this chain's clock cannot be moved: it is not embedded")


class GasAboveCap(ChainError):
    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"too much gas for one transaction: expected at most {expected}, "
            f"got {actual}"
        )


class FeeAboveCap(ChainError):
    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"base fee above the cap: expected at most {expected} wei, got {actual}"
        )


class NotMined(ChainError):
    def __init__(self, transaction: bytes, seconds: float) -> None:
        self.transaction = transaction
        super().__init__(f"0x{transaction.hex()} not mined within {seconds:g} seconds")


class UnknownEntry(ChainError):
    def __init__(self, contract: str, kind: str, actual: str) -> None:
        self.contract, self.kind, self.actual = contract, kind, actual
        super().__init__(f"{contract} has no {kind} {actual}")


class Refused(ChainError):
    """A revert, with the contract's custom error where the data names one.

    `name` and `args` are the error's, `name` empty when the data are unknown.
    """

    def __init__(
        self, call: str, name: str, arguments: dict[str, Any], data: bytes
    ) -> None:
        self.call, self.name, self.arguments, self.data = call, name, arguments, data
        super().__init__(f"{call} refused: {self._reason()}")

    def _reason(self) -> str:
        if not self.name:
            return f"0x{self.data.hex()}" if self.data else "no reason given"
        told = ", ".join(f"{k} {_show(v)}" for k, v in self.arguments.items())
        return f"{self.name}({told})"


def _show(value: Any) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
