"""The demo's books: every account before and after, and where the rest went.

Money is conserved when the balances of all accounts, of all contracts, and what was
burned come to what there was at the start. Burned are the base fees, which leave the
world, and what the protocol sends to the zero address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oracle.chain.chain import Chain
from oracle.chain.embedded import BUILDER
from oracle.chain.sender import Receipt

ZERO_ADDRESS = bytes(20)


@dataclass(frozen=True, slots=True)
class Balances:
    """Wei by account and by contract, at one block; `burned` by where it went."""

    accounts: dict[str, int]
    contracts: dict[str, int]
    burned: dict[str, int]

    def total(self) -> int:
        """All the wei that there ever was."""
        return sum(
            sum(part.values()) for part in (self.accounts, self.contracts, self.burned)
        )


def balances(
    chain: Chain,
    accounts: Mapping[str, bytes],
    contracts: Mapping[str, bytes],
    block: int,
) -> Balances:
    """The books after that block."""

    def held(addresses: Mapping[str, bytes]) -> dict[str, int]:
        return {name: chain.balance(at, block) for name, at in addresses.items()}

    return Balances(
        accounts=held({**accounts, "block builder": BUILDER}),
        contracts=held(contracts),
        burned={
            "bonds burned": chain.balance(ZERO_ADDRESS, block),
            "base fees burned": chain.burned_fees(block),
        },
    )


@dataclass(frozen=True, slots=True)
class Spent:
    """The gas of one kind of action."""

    action: str
    count: int
    gas: int
    calldata_gas: int

    @property
    def mean(self) -> int:
        """Gas of one such transaction."""
        return self.gas // self.count

    @property
    def beyond_calldata(self) -> int:
        """Gas of one such transaction, without what its bytes cost."""
        return (self.gas - self.calldata_gas) // self.count


@dataclass(slots=True)
class Receipts:
    """Every transaction of the story."""

    kept: list[Receipt] = field(default_factory=list)

    def book(self, receipt: Receipt) -> None:
        self.kept.append(receipt)

    def forget(self, block: int) -> None:
        """Drops what a reorg undid: everything after `block`."""
        self.kept = [receipt for receipt in self.kept if receipt.block <= block]

    def by_action(self) -> list[Spent]:
        """In the order in which the actions first happened."""
        spent: dict[str, Spent] = {}
        for receipt in self.kept:
            so_far = spent.get(receipt.action, Spent(receipt.action, 0, 0, 0))
            spent[receipt.action] = Spent(
                receipt.action,
                so_far.count + 1,
                so_far.gas + receipt.gas_used,
                so_far.calldata_gas + receipt.calldata_gas,
            )
        return list(spent.values())
