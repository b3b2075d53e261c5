"""A chain and the contracts on it: all that a reader needs."""

from dataclasses import dataclass

from oracle.chain.chain import Chain
from oracle.chain.deployments import Deployments
from oracle.record.audit import Auditor
from oracle.record.record import Record


@dataclass(frozen=True, slots=True)
class Site:
    """A chain, and the contracts on it."""

    chain: Chain
    deployments: Deployments

    def record(self, audited: bool = False) -> Record:
        """Nothing read yet. `audited`: to be kept up with the chain for long."""
        contracts = self.deployments.contracts
        auditor = Auditor(self.chain, contracts) if audited else None
        return Record(self.chain, contracts, auditor=auditor)
