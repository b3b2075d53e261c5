"""What can go wrong with what a command is given.

CommandError
├── BadImage            a file that is no model image, with tinynn's reason
├── BadInputFile        a file of inputs that can't be read, or does not fit the model
└── MissingPackage      an optional package that the command needs is not installed
"""

from pathlib import Path

from oracle.errors import OracleError
from tinynn.errors import ImageError


class CommandError(OracleError):
    """Root of the command line's own errors."""


class BadImage(CommandError):
    def __init__(self, path: Path, reason: ImageError) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


class BadInputFile(CommandError):
    def __init__(self, path: Path, expected: str, actual: str) -> None:
        self.path, self.expected, self.actual = path, expected, actual
        super().__init__(f"{path}: expected {expected}, got {actual}")


class MissingPackage(CommandError):
    def __init__(self, package: str, purpose: str) -> None:
        self.package = package
        super().__init__(
            f"expected the package {package} {purpose}, got none: pip install {package}"
        )
