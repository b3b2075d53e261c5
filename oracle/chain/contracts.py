"""The six contracts of one deployment, and since which block they tell anything."""

from dataclasses import dataclass

from oracle.chain.chain import Chain, Contract, contract_of
from solidity import artifact
from solidity.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Contracts:
    """One deployment. `block` is the first of its creations' blocks."""

    verifier: Contract
    registry: Contract
    staking: Contract
    oracle: Contract
    game: Contract
    audits: Contract
    block: int

    @property
    def all(self) -> tuple[Contract, ...]:
        core = (self.verifier, self.registry, self.staking, self.oracle, self.game)
        return (*core, self.audits)

    @property
    def telling(self) -> tuple[Contract, ...]:
        """Those whose events a player reads."""
        return (self.registry, self.oracle, self.game, self.audits)


def contracts_of(plan: tuple[Deployment, ...], block: int) -> Contracts:
    """The contracts at the addresses of a deployment plan."""
    at = {
        creation.name: contract_of(
            artifact(creation.name),
            bytes.fromhex(creation.address.removeprefix("0x")),
        )
        for creation in plan
    }
    return Contracts(
        verifier=at["MipsVerifier"],
        registry=at["ModelRegistry"],
        staking=at["Staking"],
        oracle=at["InferenceOracle"],
        game=at["DisputeGame"],
        audits=at["Audits"],
        block=block,
    )


def check_contracts(chain: Chain, contracts: Contracts) -> None:
    """Raises `NoCode` unless each address holds the committed artifact's code."""
    for contract in contracts.all:
        chain.check_code(contract, artifact(contract.name).deployed_bytecode)
