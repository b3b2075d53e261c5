"""The bank: who may do what with whose money."""

import pytest
from support.chains.evm import ETHER, Chain, Contract, reverts
from support.games.protocol import POLITE, REENTERING, REVERTING, ZERO_ADDRESS, Puppet

PROTOCOL_CALLS = [
    ("lock", ("alice", 1)),
    ("release", ("alice", 1)),
    ("move", ("alice", "bob", 1)),
    ("burn", ("alice", 1)),
]


@pytest.fixture
def bank(chain: Chain) -> Contract:
    """A bank whose two protocol contracts are ordinary accounts."""
    accounts = (chain.account("oracle"), chain.account("game"))
    bank = chain.deploy("Staking", *accounts, label="bank")
    alice = chain.account("alice")
    chain.send(bank, "deposit", alice, sender=alice, value=5 * ETHER)
    return bank


def balances(chain: Chain, bank: Contract, name: str) -> tuple[int, int]:
    return tuple(chain.call(bank, "balanceOf", chain.account(name)))


def test_deposit_credits_the_account_named(chain, bank):
    bob = chain.account("bob")
    sent = chain.send(bank, "deposit", bob, sender=chain.account("alice"), value=7)
    assert sent.event("Deposited").args == (bob, 7)
    assert balances(chain, bank, "bob") == (7, 0)


def test_withdraw_sends_free_money_anywhere(chain, bank):
    alice, bob = chain.account("alice"), chain.account("bob")
    before = chain.balance(bob)
    sent = chain.send(bank, "withdraw", bob, 2 * ETHER, sender=alice)
    assert sent.event("Withdrawn").args == (alice, bob, 2 * ETHER)
    assert chain.balance(bob) == before + 2 * ETHER
    assert balances(chain, bank, "alice") == (3 * ETHER, 0)


def test_zero_address_is_neither_credited_nor_paid(chain, bank):
    """Where a caller forgot an argument, the money would be gone."""
    zero, alice = ZERO_ADDRESS, chain.account("alice")
    with reverts("ZeroAddress"):
        chain.send(bank, "deposit", zero, sender=alice, value=7)
    with reverts("ZeroAddress"):
        chain.send(bank, "withdraw", zero, 7, sender=alice)
    assert balances(chain, bank, "alice") == (5 * ETHER, 0)


def test_withdraw_beyond_free_refused(chain, bank):
    alice = chain.account("alice")
    with reverts("InsufficientBalance", alice, 5 * ETHER + 1, 5 * ETHER):
        chain.send(bank, "withdraw", alice, 5 * ETHER + 1, sender=alice)


def test_withdraw_of_locked_money_refused(chain, bank):
    alice, game = chain.account("alice"), chain.account("game")
    chain.send(bank, "lock", alice, 2 * ETHER, sender=game)
    with reverts("InsufficientBalance", alice, 4 * ETHER, 3 * ETHER):
        chain.send(bank, "withdraw", alice, 4 * ETHER, sender=alice)


@pytest.mark.parametrize("protocol", ["oracle", "game"])
def test_protocol_locks_releases_moves_burns(chain, bank, protocol):
    alice, bob = chain.account("alice"), chain.account("bob")
    sender = chain.account(protocol)
    locked = chain.send(bank, "lock", alice, 4 * ETHER, sender=sender)
    assert locked.event("Locked").args == (alice, 4 * ETHER)
    assert balances(chain, bank, "alice") == (ETHER, 4 * ETHER)

    released = chain.send(bank, "release", alice, ETHER, sender=sender, value=9)
    assert released.event("Released").args == (alice, ETHER, 9)
    assert balances(chain, bank, "alice") == (2 * ETHER + 9, 3 * ETHER)

    moved = chain.send(bank, "move", alice, bob, ETHER, sender=sender)
    assert moved.event("Moved").args == (alice, bob, ETHER)
    assert balances(chain, bank, "alice") == (2 * ETHER + 9, 2 * ETHER)
    assert balances(chain, bank, "bob") == (ETHER, 0)

    nobody = "0x" + "00" * 20
    burned = chain.send(bank, "burn", alice, ETHER, sender=sender)
    assert burned.event("Burned").args == (alice, ETHER)
    assert balances(chain, bank, "alice") == (2 * ETHER + 9, ETHER)
    assert chain.balance(nobody) == ETHER


def test_move_to_oneself_unlocks(chain, bank):
    alice, game = chain.account("alice"), chain.account("game")
    chain.send(bank, "lock", alice, ETHER, sender=game)
    chain.send(bank, "move", alice, alice, ETHER, sender=game)
    assert balances(chain, bank, "alice") == (5 * ETHER, 0)


@pytest.mark.parametrize(("function", "args"), PROTOCOL_CALLS)
def test_protocol_call_by_a_stranger_refused(chain, bank, function, args):
    args = [chain.account(arg) if isinstance(arg, str) else arg for arg in args]
    stranger = chain.account("alice")
    with reverts("NotProtocol", stranger):
        chain.send(bank, function, *args, sender=stranger)


@pytest.mark.parametrize(("function", "args"), PROTOCOL_CALLS[1:])
def test_more_than_is_locked_refused(chain, bank, function, args):
    alice, oracle = chain.account("alice"), chain.account("oracle")
    chain.send(bank, "lock", alice, ETHER, sender=oracle)
    names = [chain.account(arg) for arg in args[:-1]]
    with reverts("InsufficientLocked", alice, ETHER + 1, ETHER):
        chain.send(bank, function, *names, ETHER + 1, sender=oracle)


def test_lock_beyond_free_refused(chain, bank):
    alice, oracle = chain.account("alice"), chain.account("oracle")
    with reverts("InsufficientBalance", alice, 6 * ETHER, 5 * ETHER):
        chain.send(bank, "lock", alice, 6 * ETHER, sender=oracle)


@pytest.mark.parametrize("amount", [2**128, 2**128 + 1, 2**256 - 1])
def test_amount_beyond_128_bits_refused_not_truncated(chain, bank, amount):
    alice, oracle = chain.account("alice"), chain.account("oracle")
    with reverts("InsufficientBalance", alice, amount, 5 * ETHER):
        chain.send(bank, "withdraw", alice, amount, sender=alice)
    with reverts("InsufficientBalance", alice, amount, 5 * ETHER):
        chain.send(bank, "lock", alice, amount, sender=oracle)
    for function in ("release", "burn"):
        with reverts("InsufficientLocked", alice, amount, 0):
            chain.send(bank, function, alice, amount, sender=oracle)


def test_withdraw_to_a_payee_that_reverts_keeps_the_credit(chain):
    puppet = Puppet(chain)
    puppet.do("Staking", "deposit", puppet.address, value=100)
    puppet.mood(REVERTING)
    with reverts("TransferFailed", puppet.address, 100):
        puppet.do("Staking", "withdraw", puppet.address, 100)
    assert chain.call("Staking", "balanceOf", puppet.address) == (100, 0)
    puppet.mood(POLITE)
    puppet.do("Staking", "withdraw", puppet.address, 100)
    assert chain.call("Staking", "balanceOf", puppet.address) == (0, 0)


def test_withdraw_reentered_pays_once(chain):
    puppet = Puppet(chain)
    other = chain.account("other")
    chain.send("Staking", "deposit", other, sender=other, value=1000)
    puppet.do("Staking", "deposit", puppet.address, value=100)
    before = chain.balance(puppet.address)
    puppet.reenter("Staking", "withdraw", puppet.address, 100)
    puppet.do("Staking", "withdraw", puppet.address, 100)
    assert puppet.ask("mood") == REENTERING
    assert puppet.ask("reentered") is False
    assert chain.balance(puppet.address) == before + 100


def test_contract_is_meant_and_not_who_called_it(chain, bank):
    """Money is the caller's, whoever signed the transaction."""
    puppet = Puppet(chain)
    chain.contracts["bank"] = bank
    puppet.do("bank", "deposit", puppet.address, value=7)
    sent = puppet.do("bank", "withdraw", chain.account("bob"), 5)
    assert sent.event("Withdrawn").args == (puppet.address, chain.account("bob"), 5)
    assert tuple(chain.call(bank, "balanceOf", puppet.address)) == (2, 0)
    with reverts("InsufficientBalance", puppet.address, 3, 2):
        puppet.do("bank", "withdraw", puppet.address, 3)
    with reverts("NotProtocol", puppet.address):
        puppet.do("bank", "lock", puppet.address, 1)
