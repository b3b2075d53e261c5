"""What can go wrong off-chain.

ChallengeError
├── WrongRootCount        a dissection with too few or too many boundaries
├── PartOutOfRange        a part that the dissection does not have
├── PositionMismatch      events and game speak of different positions (a reorg)
├── PositionMissing       the log holds no position for this stage
├── RunTooLong            a run or a segment that does not end within its bound
├── ExecutorsDisagree     native and machine computed different boundaries
├── UnknownLie            no such kind of lie
└── LieImpossible         this run has no place for that kind of lie
"""


class ChallengeError(Exception):
    """Root of this folder's errors."""


class WrongRootCount(ChallengeError):
    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"expected {expected} boundaries, actual {actual}")
        self.expected, self.actual = expected, actual


class PartOutOfRange(ChallengeError):
    def __init__(self, parts: int, actual: int) -> None:
        super().__init__(f"expected a part below {parts}, actual {actual}")
        self.parts, self.actual = parts, actual


class PositionMismatch(ChallengeError):
    def __init__(self, expected: bytes, actual: bytes) -> None:
        super().__init__(
            f"expected position {expected.hex()}, actual {actual.hex()}; "
            "the log and the state are of different blocks: read both again"
        )
        self.expected, self.actual = expected, actual


class PositionMissing(ChallengeError):
    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected {expected}, actual {actual}")
        self.expected, self.actual = expected, actual


class RunTooLong(ChallengeError):
    def __init__(self, unit: str, expected: int) -> None:
        super().__init__(
            f"expected an end within {expected} {unit}, actual: it still runs"
        )
        self.unit, self.expected = unit, expected


class ExecutorsDisagree(ChallengeError):
    def __init__(self, boundary: int, expected: bytes, actual: bytes) -> None:
        super().__init__(
            f"boundary {boundary}: expected {expected.hex()} (native), "
            f"actual {actual.hex()} (machine)"
        )
        self.boundary, self.expected, self.actual = boundary, expected, actual


class UnknownLie(ChallengeError):
    def __init__(self, expected: tuple[str, ...], actual: str) -> None:
        super().__init__(f"expected one of {', '.join(expected)}; actual {actual}")
        self.expected, self.actual = expected, actual


class LieImpossible(ChallengeError):
    def __init__(self, kind: str, expected: str) -> None:
        super().__init__(f"{kind}: expected {expected}, actual: none in this run")
        self.kind, self.expected = kind, expected
