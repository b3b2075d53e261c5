"""What clients ask over JSON-RPC, as its schemas name it. Quantities are in hex."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

CallFields = TypedDict(
    "CallFields",
    {
        "from": str,
        "to": str | None,
        "data": str,
        "input": str,
        "value": str,
        "gas": str,
    },
    total=False,
)
"""A call, or a transaction to be estimated; `input` is another name of `data`."""


class BlockQuery(TypedDict, total=False):
    """EIP-1898: a block by its hash or its number."""

    blockHash: str
    blockNumber: str


BlockName = str | BlockQuery
"""Or by its number, its hash, or a name such as `latest`."""


class LogQuery(TypedDict, total=False):
    """A place of `topics`, or `address`, may allow one value, several, or any."""

    address: str | Sequence[str] | None
    topics: Sequence[str | Sequence[str] | None] | None
    fromBlock: str | None
    toBlock: str | None
    blockHash: str


class LogEntry(TypedDict):
    """A log as it is told."""

    address: str
    topics: list[str]
    data: str
    blockNumber: str
    blockHash: str
    blockTimestamp: str
    transactionHash: str
    transactionIndex: str
    logIndex: str
    removed: bool


class BalanceOverride(TypedDict, total=False):
    balance: str


class SimulatedBlock(TypedDict, total=False):
    calls: Sequence[CallFields]
    stateOverrides: Mapping[str, BalanceOverride] | None


class Simulation(TypedDict):
    """What `eth_simulateV1` is asked."""

    blockStateCalls: Sequence[SimulatedBlock]
