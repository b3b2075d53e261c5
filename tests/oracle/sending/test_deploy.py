"""Deployment: the plan's addresses, the committed code, the parameters."""

from support.testbeds.embedded import CLOCK, EmbeddedTestbed

from oracle.chain.chain import Chain
from oracle.chain.contracts import check_contracts
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.sending.deploy import deploy
from oracle.sending.sender import Sender
from solidity.deployment import Parameters, plan


def test_deploy_contracts_lie_where_the_plan_says(world: EmbeddedTestbed) -> None:
    deployer = world.senders[0].address
    creations = plan("0x" + deployer.hex(), 0, Parameters(8, CLOCK))
    planned = {c.name: bytes.fromhex(c.address[2:]) for c in creations}
    assert {c.name: c.address for c in world.contracts.all} == planned
    check_contracts(world.chain, world.contracts)


def test_deploy_contracts_know_each_other(world: EmbeddedTestbed) -> None:
    contracts, call = world.contracts, world.chain.call
    assert call(contracts.oracle, "game") == contracts.game.address
    assert call(contracts.oracle, "staking") == contracts.staking.address
    assert call(contracts.staking, "oracle") == contracts.oracle.address
    assert call(contracts.game, "verifier") == contracts.verifier.address
    assert call(contracts.game, "k") == 8


def test_deploy_later_nonce_and_block_are_taken_into_account(
    world: EmbeddedTestbed,
) -> None:
    again = deploy(world.senders[3], Parameters(4, CLOCK))
    world.stake(world.senders[3])
    third = deploy(world.senders[3], Parameters(16, CLOCK))
    assert third.contracts.block == again.contracts.block + 7
    assert world.chain.call(third.contracts.game, "k") == 16
    assert [receipt.block for receipt in third.receipts] == list(
        range(third.contracts.block, third.contracts.block + 6)
    )


def test_deploy_same_account_same_addresses_on_any_chain(
    world: EmbeddedTestbed,
) -> None:
    address = world.senders[0].address
    endpoint = EmbeddedEndpoint({address: 10**20})
    sender = Sender(Chain(endpoint), world.senders[0]._account)
    contracts = deploy(sender, Parameters(8, CLOCK)).contracts
    assert [c.address for c in contracts.all] == [
        c.address for c in world.contracts.all
    ]
