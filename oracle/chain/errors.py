"""What can go wrong between a node and the chain.

ChainError
├── WrongChain          the connected chain is not the expected one
│   └── OtherChain      it has the expected id, and other blocks
├── NoCode              an address holds other code than its contract's
├── BadState            a file that should hold an embedded chain cannot be used
├── DiskUnusable        that file can't be written any more
├── NoTimeTravel        only an embedded chain can move its clock
├── GasAboveCap         a transaction would need more gas than EIP-7825 allows
├── FeeAboveCap         the chain asks for a higher fee than the user's cap
├── InsufficientFunds   the account cannot pay for what it would send
├── NotMined            no receipt within the time given
├── Rejected            no node takes the transaction
├── Displaced           another transaction of the account took the nonce
├── WentBack            blocks were undone since the last look
├── Unavailable         no endpoint answers, or none usefully
│   └── NotConnected    that is so from the beginning: perhaps no node runs
├── Unanswered          one endpoint didn't
├── LogsRefused         no endpoint tells what one contract logged in one block
├── OddAnswer           what a view returned is not what its ABI says
├── UnknownEntry        the ABI holds no such function, event or error
└── Refused             the contract refused: its custom error, decoded
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle.errors import OracleError


class ChainError(OracleError):
    """Root of the errors of this folder."""


class WrongChain(ChainError):
    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"wrong chain id: expected {expected}, got {actual}: look into --chain-id "
            "and --rpc-url"
        )


class OtherChain(WrongChain):
    """`expected` and `actual` are hashes (32 bytes) of the block of that number."""

    def __init__(self, block: int, expected: bytes, actual: bytes) -> None:
        self.block, self.hashes = block, (expected, actual)
        told = f"expected 0x{expected.hex()}, got 0x{actual.hex()}"
        self.args = (
            f"another chain of the same id: block {block}: {told}: nothing is sent "
            "there; look into --rpc-url, or start the node anew if that is meant",
        )


class NoCode(ChainError):
    def __init__(self, name: str, address: str, expected: int, actual: int) -> None:
        self.name, self.address = name, address
        super().__init__(
            f"{address} is not {name}: expected its {expected} bytes of code, "
            f"got {'none' if not actual else f'{actual} other bytes'}"
        )


class BadState(ChainError):
    def __init__(self, path: Path, actual: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: expected the state of a devnet that is not running, got: {actual}"
        )


class DiskUnusable(ChainError):
    def __init__(self, path: Path, actual: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: expected to keep the devnet's state, got: {actual}; make room on "
            "the disk, and start it again"
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
            f"the fee is above --max-fee: expected at most {expected} wei, got {actual}"
        )


class InsufficientFunds(ChainError):
    def __init__(self, call: str, actual: str) -> None:
        self.call = call
        super().__init__(f"{call} not sent: {actual}: send ether to the account")


class NotMined(ChainError):
    def __init__(self, transaction: bytes, seconds: float) -> None:
        self.transaction = transaction
        super().__init__(f"0x{transaction.hex()} not mined within {seconds:g} seconds")


class Rejected(ChainError):
    def __init__(self, action: str, actual: str) -> None:
        self.action = action
        super().__init__(f"{action}: expected the node to take it, got: {actual}")


class Displaced(ChainError):
    def __init__(self, action: str, nonce: int) -> None:
        self.action, self.nonce = action, nonce
        super().__init__(
            f"{action}: expected nonce {nonce} for it, got another transaction there: "
            "does another program use this account?"
        )


class WentBack(ChainError):
    """Nothing was sent: what to send must be thought over."""

    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"the chain went back: expected nonce {expected} or more, got {actual}"
        )


class Unavailable(ChainError):
    """`complaints` is what each endpoint did, by its name."""

    def __init__(self, method: str, complaints: Mapping[str, str]) -> None:
        self.method, self.complaints = method, dict(complaints)
        told = "; ".join(f"{name}: {what}" for name, what in complaints.items())
        super().__init__(f"{method}: expected an answer, got none: {told}")


class NotConnected(Unavailable):
    def __init__(self, complaints: Mapping[str, str]) -> None:
        super().__init__("chain", complaints)
        self.args = (
            f"{self}: `plumb devnet` starts a chain here, --rpc-url names another",
        )


class Unanswered(ChainError):
    """`retry_after`: seconds for which the endpoint wants to be left alone."""

    def __init__(self, name: str, actual: str, retry_after: float = 0.0) -> None:
        self.name, self.actual, self.retry_after = name, actual, retry_after
        super().__init__(f"{name}: expected an answer, got {actual}")


class LogsRefused(ChainError):
    """`actual` is the endpoint's complaint about the least that can be asked for."""

    def __init__(self, block: int, actual: str) -> None:
        self.block, self.actual = block, actual
        super().__init__(
            f"logs of block {block}: expected them, got: {actual}: if that stays so, "
            "name another endpoint with --rpc-url"
        )


class OddAnswer(ChainError):
    def __init__(self, call: str, actual: str) -> None:
        self.call = call
        super().__init__(
            f"{call}: expected what its ABI says, got {actual}: is it the right chain, "
            "and does the endpoint know its state?"
        )


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
