"""What can go wrong with what a command is given.

CommandError
├── BadInputFile        a file of inputs that can't be read, or does not fit the model
└── MissingPackage      an optional package that the command needs is not installed
"""

from pathlib import Path

from oracle.errors import OracleError


class CommandError(OracleError):
    """Root of the command line's own errors."""


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
