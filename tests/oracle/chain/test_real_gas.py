"""Gas on a real chain: what `PyEvm` is judged by, and what tariffs must cover."""

from types import SimpleNamespace
from typing import Any

from eth_utils.address import to_checksum_address
from support.chains.evm import floor_gas
from support.chains.py_evm import PyEvm
from support.testbeds.embedded import ETHER, EmbeddedTestbed

from challenge.lies import LIES
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker

K = 8
NEW_ACCOUNT_GAS = 25_000


def disputed(world: EmbeddedTestbed) -> None:
    """A lie is told, and brought down by an honest challenger."""
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], bond)
    lying = LyingWorker(world.honest(), LIES["activation"], K, seed=1)
    worker = Worker(world.senders[2], world.contracts, lying)
    challenger = Challenger(world.senders[3], world.contracts, world.honest())
    world.ask()
    while any([node.step() is not None for node in (worker, challenger)]):
        pass


def replayed(evm: PyEvm, header: Any, transaction: Any) -> int:
    """Gas of the transaction in a block with that header."""
    evm.set_block_env(
        SimpleNamespace(
            number=header.block_number,
            timestamp=header.timestamp,
            basefee=header.base_fee_per_gas,
            prevrandao=header.mix_hash,
        )
    )
    sender, data = to_checksum_address(transaction.sender), transaction.data
    options = {"value": transaction.value, "gas": transaction.gas}
    if transaction.to:
        evm.message_call(sender, to_checksum_address(transaction.to), data, **options)
    else:
        evm.deploy(sender, data, **options)
    assert evm.result is not None
    return max(evm.result.gas_used, floor_gas(data))


def test_py_evm_charges_what_the_chain_charged_for_a_whole_dispute(
    world: EmbeddedTestbed,
) -> None:
    """To the unit; but the chain's zero address is new, and the first burn makes it."""
    disputed(world)
    evm = PyEvm()
    for sender in world.senders:
        evm.set_balance(to_checksum_address(sender.address), 100 * ETHER)
    differences = []
    for number, mined in sorted(world.embedded.mined.items()):
        block = world.embedded._chain.get_canonical_block_by_number(number)
        gas = replayed(evm, mined.header, block.transactions[0])
        differences.append(mined.gas_used - gas)
    assert len(differences) > 15
    assert sorted(differences) == [0] * (len(differences) - 1) + [NEW_ACCOUNT_GAS]
