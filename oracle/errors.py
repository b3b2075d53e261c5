"""What can go wrong around the chain and the nodes.

OracleError
├── ChainError (oracle/chain/errors.py)
├── UnknownModel        the node holds no image of the model
├── ProgramMismatch     the model runs on a guest that this node does not know
├── CrossCheckFailed    the machine's answer is not the native one
└── DemoError
    └── UnknownLie      no such kind of lie
"""


class OracleError(Exception):
    """Root of every error that this folder raises on purpose."""


class UnknownModel(OracleError):
    def __init__(self, model_id: bytes) -> None:
        self.model_id = model_id
        super().__init__(f"no image held of model 0x{model_id.hex()}")


class ProgramMismatch(OracleError):
    def __init__(self, expected: bytes, actual: bytes) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"wrong program root: expected 0x{expected.hex()}, got 0x{actual.hex()}"
        )


class CrossCheckFailed(OracleError):
    """Nothing may be claimed: an executor is wrong, on this processor at least."""

    def __init__(self, expected: bytes, actual: bytes) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"executors disagree: expected 0x{expected.hex()} from the machine, "
            f"got 0x{actual.hex()} natively"
        )


class DemoError(OracleError):
    """The demo was asked for something that it cannot show."""


class UnknownLie(DemoError):
    def __init__(self, known: tuple[str, ...], actual: str) -> None:
        self.known, self.actual = known, actual
        super().__init__(
            f"unknown kind of lie: expected one of {', '.join(known)}; got {actual}"
        )
