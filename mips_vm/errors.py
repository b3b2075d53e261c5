"""What can go wrong on the host's side of the machine.

    MachineError
    ├── ValueOutOfRange      a register, address or length that its field can't hold
    ├── WrongStatus          an operation that the machine's status does not allow
    ├── UnknownEngine        neither "translated" nor "reference"
    ├── InputTooLong         more bytes than the input region holds
    ├── OutputOverrun        the guest's output length goes past its region
    ├── ElfError             a file that this machine can't run, with the reason
    ├── BuildError           C that can't be compiled, with the reason
    │   └── CompilerAbsent   there is no C compiler
    ├── NoCompiler           native code is asked for, and LLVM isn't here
    ├── BadMapping           a file that can't stand in memory as asked
    └── OutOfBounds          a host access past the end of memory

A fault of the guest is no error: it is a post-state, `Status.FAULTED`, and provable.
"""

from pathlib import Path


class MachineError(Exception):
    """Root of every error that mips_vm raises."""


class ValueOutOfRange(MachineError):
    """A number does not fit its field."""

    def __init__(self, field: str, limit: int, actual: int) -> None:
        super().__init__(f"{field}: expected 0 <= value < {limit:#x}, got {actual:#x}")
        self.field = field
        self.limit = limit
        self.actual = actual


class WrongStatus(MachineError):
    """The machine's status does not allow what was asked."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected a {expected} machine, got a {actual} one")
        self.expected = expected
        self.actual = actual


class UnknownEngine(MachineError):
    """No engine has this name."""

    def __init__(self, expected: tuple[str, ...], actual: str) -> None:
        super().__init__(f"engine: expected {' or '.join(expected)}, got {actual!r}")
        self.expected = expected
        self.actual = actual


class InputTooLong(MachineError):
    """The input does not fit its region."""

    def __init__(self, limit: int, actual: int) -> None:
        super().__init__(f"input: expected at most {limit} bytes, got {actual}")
        self.limit = limit
        self.actual = actual


class OutputOverrun(MachineError):
    """The length word of the output region is larger than the region."""

    def __init__(self, limit: int, actual: int) -> None:
        super().__init__(f"output: expected a length up to {limit}, got {actual}")
        self.limit = limit
        self.actual = actual


class ElfError(MachineError):
    """The file is not an ELF that this machine can run."""

    def __init__(self, path: str, expected: str, actual: str) -> None:
        super().__init__(f"{path}: expected {expected}, got {actual}")
        self.path = path
        self.expected = expected
        self.actual = actual


class BuildError(MachineError):
    """The program can't be built; the message carries what the compiler printed."""


class CompilerAbsent(BuildError):
    """The package that holds the cross-compiler is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"C compiler: expected the package {package}, got none: "
            f"pip install {package}"
        )
        self.package = package


class BadMapping(MachineError):
    """A file cannot be mapped into memory."""

    def __init__(self, path: Path, expected: str, actual: str) -> None:
        super().__init__(f"{path}: expected {expected}, got {actual}")
        self.path = path
        self.expected = expected
        self.actual = actual


class OutOfBounds(MachineError):
    """A host access runs past 2^32."""

    def __init__(self, address: int, size: int) -> None:
        super().__init__(
            f"memory: expected a range below 2^32, got {size} bytes at {address:#010x}"
        )
        self.address = address
        self.size = size


class NoCompiler(MachineError):
    """This process makes no native code."""

    def __init__(self) -> None:
        super().__init__(
            "native code: expected the package llvmlite, got none, or a process that "
            "does without; pip install llvmlite, or choose --executor wasm"
        )
