"""What can go wrong on a chain of CosmWasm.

CosmosError
├── BadAddress          no address in bech32
├── BadCoin             no amount of a denomination
├── NodeUnreachable     nobody answers at the node's URL, or no CometBFT does
├── NodeRefused         the node says no
├── Refused             a transaction fails, or would
├── NotIncluded         a transaction is in no block after a while
├── NoModel             a contract that is not one of ours
└── BitsDiffer          a contract that answers otherwise than the model
"""

from oracle.errors import OracleError

MOST_SAID = 600
"""Characters of a node's own words: Go adds where in its source it was."""


class CosmosError(OracleError):
    """Root of the errors of this folder."""


class BadAddress(CosmosError):
    def __init__(self, actual: str) -> None:
        super().__init__(f"address: expected one in bech32, got {actual!r}")


class BadCoin(CosmosError):
    def __init__(self, actual: str) -> None:
        told = "an amount and its denomination, as 100stake"
        super().__init__(f"coin: expected {told}, got {actual!r}")


class NodeUnreachable(CosmosError):
    def __init__(self, url: str, actual: str) -> None:
        super().__init__(
            f"{url}: expected a CometBFT node's RPC, got {actual} "
            "(--node names another)"
        )


class NodeRefused(CosmosError):
    def __init__(self, what: str, actual: str) -> None:
        super().__init__(f"{what}: expected an answer of the node, got: {cut(actual)}")


class Refused(CosmosError):
    """`reason` is the contract's or the chain's own."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        told = f"got code {code}: {cut(reason)}"
        super().__init__(f"transaction: expected to succeed, {told}")


class NotIncluded(CosmosError):
    def __init__(self, transaction: str, seconds: float) -> None:
        super().__init__(
            f"transaction {transaction}: expected in a block, got none in "
            f"{seconds:.0f} s; it may still come"
        )


class NoModel(CosmosError):
    def __init__(self, address: str, actual: str) -> None:
        super().__init__(f"{address}: expected a model's contract, got {cut(actual)}")


class BitsDiffer(CosmosError):
    """Nothing may be paid: the contract or an executor is wrong."""

    def __init__(self, number: int, expected: bytes, actual: bytes) -> None:
        super().__init__(
            f"input {number}: expected the answer 0x{expected.hex()} from the "
            f"contract, got 0x{actual.hex()}"
        )


def cut(text: str) -> str:
    return text if len(text) <= MOST_SAID else text[:MOST_SAID] + " ..."
