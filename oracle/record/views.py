"""The game of a claim and a challenger as the chain has it now, for a player."""

from collections.abc import Callable
from functools import partial
from typing import Any

from challenge import tariff
from challenge.claim import game_id
from challenge.errors import PositionMismatch, PositionMissing
from challenge.game import GameView, Stage, position_of
from oracle.record.record import Answered, Played, Record


def view_of(
    record: Record,
    answered: Answered,
    challenger: bytes,
    free: Callable[[], int] | None = None,
) -> GameView:
    """The view. The record must have been refreshed. `free` tells what of the
    challenger's stake a bond may take, in wei; without it the contract does.

    Raises challenge's `PositionMismatch` or `PositionMissing` when the chain has moved
    on since.
    """
    claim = answered.hash
    game, dispute = record.game_of(claim, challenger), record.dispute_of(claim)
    k = record.k
    identity = game_id(answered.hash, challenger)
    played = record.tables.games.get(
        identity, Played(identity, answered.hash, challenger)
    )
    try:
        position = position_of(game, dispute, record.shown(played), k)
    except (PositionMismatch, PositionMissing):
        record.doubt(claim)  # and with it all games of it
        raise
    bond, missing = answered.claim.bond, 0
    if game.stage == Stage.NONE:
        missing = missing_bond(record, challenger, bond, free)
    return GameView(
        claim=answered.claim,
        claim_hash=answered.hash,
        challenger=challenger,
        program_root=answered.asked.model.program_root,
        model_root=answered.asked.model.model_root,
        k=k,
        game=game,
        dispute=dispute,
        position=position,
        challenge_wei=missing,
        rent_wei=tariff.rent_wei(bond, record.clock_seconds),
    )


def expect_challenge(record: Record, answered: Answered, challenger: bytes) -> None:
    """A view is about to be asked for of a game that is to begin."""
    bond = answered.claim.bond
    others = [
        partial(_challenger_bond, record, bond),
        partial(_stake_of, record, challenger),
        partial(record.chain.known_balance, challenger),
    ]
    record.expect([(answered, challenger)], others)


def missing_bond(
    record: Record,
    challenger: bytes,
    claim_bond_wei: int,
    free: Callable[[], int] | None,
) -> int:
    """What a challenger must send along: the bond beyond its free stake."""
    bond, *_ = _challenger_bond(record, claim_bond_wei)
    if free is None:
        free_wei, _ = _stake_of(record, challenger)
    else:
        free_wei = free()
    return max(0, int(bond) - int(free_wei))


def _challenger_bond(record: Record, claim_bond_wei: int) -> Any:
    return record.chain.known(record.contracts.game, "challengerBond", claim_bond_wei)


def _stake_of(record: Record, account: bytes) -> Any:
    return record.chain.known(record.contracts.staking, "balanceOf", account)
