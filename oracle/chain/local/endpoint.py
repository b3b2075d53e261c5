"""A chain of our own in this process, as an endpoint."""

from collections.abc import Mapping
from typing import Self

from web3 import Web3

from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.known import CHAIN_ID, FIRST_BASE_FEE
from oracle.chain.local.rpc import EmbeddedProvider


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
