"""What can go wrong with what a command is given.

CommandError
├── BadImage            a file that is no model image, with tinynn's reason
├── BadInputFile        a file of inputs that can't be read, or does not fit the model
├── NoSuchOutput        an output is asked for that the model does not have
├── NotAPicture         none of the outputs is one
├── ImageAbsent         an answer is to be written whose model is not here
├── NoneFree            more is to be withdrawn than is free
├── NothingAsked        a contract took the money and asked for nothing
├── NothingToCheck      a request without an answer, or of a model that is not here
├── NotOver             a request whose disputes, if any, can't be settled yet
├── CallbackFailsAgain  a callback that was retried, with the requester's reason
└── MissingPackage      an optional package that the command needs is not installed
"""

from pathlib import Path
from typing import TYPE_CHECKING

from oracle.amounts import show_wei
from oracle.errors import OracleError
from oracle.legible import number_of

if TYPE_CHECKING:
    from tinynn.errors import ImageError


class CommandError(OracleError):
    """Root of the command line's own errors."""


class BadImage(CommandError):
    def __init__(self, path: Path, reason: "ImageError") -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


class BadInputFile(CommandError):
    def __init__(self, path: Path, expected: str, actual: str) -> None:
        self.path, self.expected, self.actual = path, expected, actual
        super().__init__(f"{path}: expected {expected}, got {actual}")


class NoSuchOutput(CommandError):
    def __init__(self, expected: str, actual: str) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(f"output: expected {expected}, got {actual}")


class NotAPicture(CommandError):
    def __init__(self, path: Path, actual: str) -> None:
        self.path, self.actual = path, actual
        super().__init__(
            f"{path}: expected an output of height, width and perhaps 1, 3 or 4 "
            f"channels, got {actual}"
        )


class ImageAbsent(CommandError):
    def __init__(self, path: Path, model_id: bytes) -> None:
        self.path, self.model_id = path, model_id
        super().__init__(
            f"{path}: expected the model's image here, got none: `plumb model fetch "
            f"0x{model_id.hex()}`, or name a file without an ending for the bytes"
        )


class NoneFree(CommandError):
    def __init__(self, expected: int, actual: int, locked: int) -> None:
        self.expected, self.actual, self.locked = expected, actual, locked
        wanted = f"{show_wei(expected)} or more" if expected else "some"
        got = show_wei(actual) if actual else "none"
        super().__init__(
            f"free stake: expected {wanted}, got {got}; "
            f"{show_wei(locked)} is locked in bonds"
        )


class NothingAsked(CommandError):
    def __init__(self, contract: str) -> None:
        self.contract = contract
        super().__init__(
            f"{contract}: expected it to ask the oracle, got a transaction without a "
            "request: the contract keeps what was sent along"
        )


class NotOver(CommandError):
    """`still`: how many of its disputes are open; 0 if there was none."""

    def __init__(self, request_id: int, still: int) -> None:
        self.request_id, self.still = request_id, still
        actual = f"{number_of(still, 'dispute')} still open" if still else "none"
        super().__init__(
            f"request {request_id}: expected disputes that are over, got {actual}"
        )


class NothingToCheck(CommandError):
    def __init__(self, request_id: int) -> None:
        self.request_id = request_id
        super().__init__(
            f"request {request_id}: expected one that is answered, of a model whose "
            "image is here (plumb model fetch), got none"
        )


class CallbackFailsAgain(CommandError):
    def __init__(self, request_id: int, reason: str) -> None:
        self.request_id, self.reason = request_id, reason
        super().__init__(
            f"request {request_id}: expected the callback to work now, got: {reason}"
        )


class MissingPackage(CommandError):
    def __init__(self, package: str, purpose: str) -> None:
        self.package = package
        super().__init__(
            f"expected the package {package} {purpose}, got none: pip install {package}"
        )
