"""The demo's books: every account before and after, and where the rest went.

Money is conserved when the balances of all accounts, of all contracts, and what was
burned come to what there was at the start. Burned are the base fees, which leave the
world, and what the protocol sends to the zero address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oracle.chain.chain import Chain, Contract
from oracle.sending.sender import Receipt

ZERO_ADDRESS = bytes(20)


@dataclass(frozen=True, slots=True)
class Balances:
    """Wei by account and by contract, after one block; `burned` by where it went."""

    accounts: dict[str, int]
    contracts: dict[str, int]
    burned: dict[str, int]

    def total(self) -> int:
        """All the wei that there ever was."""
        return sum(
            sum(part.values()) for part in (self.accounts, self.contracts, self.burned)
        )


@dataclass(frozen=True, slots=True)
class Books:
    """Whose books are kept: accounts and contracts by name."""

    chain: Chain
    accounts: Mapping[str, bytes]
    contracts: Mapping[str, bytes]

    def at(self, block: int) -> Balances:
        """Every balance after that block."""
        return Balances(
            accounts=self._held(self.accounts, block),
            contracts=self._held(self.contracts, block),
            burned={
                "bonds burned": self.chain.balance(ZERO_ADDRESS, block),
                "base fees burned": self.chain.burned_fees(block),
            },
        )

    def stakes(self, staking: Contract) -> dict[str, int]:
        """Whose the staking contract's wei are now, free and locked."""
        return {
            name: sum(self.chain.call(staking, "balanceOf", address))
            for name, address in self.accounts.items()
        }

    def _held(self, addresses: Mapping[str, bytes], block: int) -> dict[str, int]:
        return {n: self.chain.balance(at, block) for n, at in addresses.items()}


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


def spent_on(receipt: Receipt) -> Spent:
    """The gas of one transaction."""
    return Spent(receipt.action, 1, receipt.gas_used, receipt.calldata_gas)


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
