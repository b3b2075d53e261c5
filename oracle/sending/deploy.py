"""Deployment: the plan's creations in order, each checked where it came to lie."""

from dataclasses import dataclass

from oracle.chain.contracts import Contracts, check_contracts, contracts_of
from oracle.sending.sender import Receipt, Sender
from solidity import artifact
from solidity.deployment import Parameters, plan


@dataclass(frozen=True, slots=True)
class Deployed:
    """The contracts, and the receipts of their creations by `names`, in order."""

    contracts: Contracts
    names: tuple[str, ...]
    receipts: tuple[Receipt, ...]


def deploy(sender: Sender, parameters: Parameters | None = None) -> Deployed:
    """Creates the six contracts from the sender's next nonce on.

    The addresses follow from the nonces, so nothing else may be sent meanwhile.
    """
    creations = plan("0x" + sender.address.hex(), sender.nonce, parameters)
    contracts = contracts_of(creations, sender.chain.height + 1)
    by_name = {contract.name: contract for contract in contracts.all}
    receipts = []
    for creation in creations:
        contract = by_name[creation.name]
        bytecode = artifact(creation.name).bytecode
        code = contract.abi.creation(bytecode, creation.args)
        receipts.append(sender.deploy(contract, code))
    check_contracts(sender.chain, contracts)
    names = tuple(creation.name for creation in creations)
    return Deployed(contracts, names, tuple(receipts))
