"""What can go wrong while measuring.

OracleError
└── BenchError
    ├── CommandFailed       a program whose time was to be measured
    ├── JudgeDisagrees      the contract's post-state is not the reference machine's
    └── TextsDiffer         a peer's greedy text is another
"""

from oracle.errors import OracleError


class BenchError(OracleError):
    """A figure can't be had."""


class CommandFailed(BenchError):
    def __init__(self, command: str, status: int, told: str) -> None:
        self.command, self.status, self.told = command, status, told
        super().__init__(f"{command}: expected status 0, got {status}: {told}")


class JudgeDisagrees(BenchError):
    def __init__(self, step: str, expected: bytes, actual: bytes) -> None:
        self.step, self.expected, self.actual = step, expected, actual
        super().__init__(f"{step}: expected 0x{expected.hex()}, got 0x{actual.hex()}")


class TextsDiffer(BenchError):
    def __init__(self, peer: str, expected: bytes, actual: bytes) -> None:
        self.peer, self.expected, self.actual = peer, expected, actual
        super().__init__(f"text of {peer}: expected {expected!r}, got {actual!r}")
