"""Where the chain is: in this process, or behind a JSON-RPC address."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, Self, runtime_checkable

from web3 import HTTPProvider, Web3

from oracle.chain.errors import NoTimeTravel, WrongChain
from oracle.chain.local.embedded import CHAIN_ID, FIRST_BASE_FEE, EmbeddedChain
from oracle.chain.local.rpc import EmbeddedProvider


@runtime_checkable
class TakesSeveral(Protocol):
    """A web3 provider that can be told what will be asked."""

    def ahead(self, asks: Sequence[Callable[[], object]]) -> bool:
        """Has what each of these asks for first answered at once; whether it was."""
        ...


class Endpoint(Protocol):
    """A web3 connection, the chain that it must lead to, and that chain's clock."""

    @property
    def web3(self) -> Web3: ...

    @property
    def chain_id(self) -> int: ...

    @property
    def poll_seconds(self) -> float:
        """How long to wait before asking again for a receipt."""
        ...

    def travel(self, seconds: int) -> None:
        """Moves the chain's clock on, or raises `NoTimeTravel`."""
        ...


class EmbeddedEndpoint:
    """A chain of our own, in which each account starts with the balance given."""

    chain_id = CHAIN_ID
    poll_seconds = 0.0

    def __init__(
        self, balances: Mapping[bytes, int], first_base_fee: int = FIRST_BASE_FEE
    ) -> None:
        self.chain = EmbeddedChain(balances, first_base_fee=first_base_fee)
        self.web3 = Web3(EmbeddedProvider(self.chain))

    @classmethod
    def over(cls, chain: EmbeddedChain) -> Self:
        """A connection to a chain that is there already."""
        endpoint = cls.__new__(cls)
        endpoint.chain, endpoint.web3 = chain, Web3(EmbeddedProvider(chain))
        return endpoint

    def travel(self, seconds: int) -> None:
        self.chain.travel(seconds)


class RemoteEndpoint:
    """Any node that speaks JSON-RPC over HTTP. Dials only when first asked."""

    poll_seconds = 1.0

    def __init__(self, url: str, chain_id: int, timeout_seconds: float = 30) -> None:
        self.chain_id = chain_id
        provider = HTTPProvider(url, request_kwargs={"timeout": timeout_seconds})
        self.web3 = Web3(provider)

    def travel(self, seconds: int) -> None:
        raise NoTimeTravel


def check_chain(endpoint: Endpoint) -> None:
    """Raises `WrongChain` unless the connection leads to the expected chain."""
    actual = endpoint.web3.eth.chain_id
    if actual != endpoint.chain_id:
        raise WrongChain(endpoint.chain_id, actual)
