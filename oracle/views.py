"""The game of a claim and a challenger as the chain has it now, for a player."""

from dataclasses import dataclass

from challenge.claim import game_id
from challenge.game import Dispute, Game, GameView, Stage, position_of
from oracle.record import Answered, Played, Record


def view_of(
    record: Record, answered: Answered, challenger: bytes, reserved_wei: int = 0
) -> GameView:
    """The view. The record must have been refreshed. `reserved_wei` of the challenger's
    free stake are for something else.

    Raises challenge's `PositionMismatch` or `PositionMissing` when the chain has moved
    on since.
    """
    chain, contracts = record.chain, record.contracts
    game = Game.from_abi(
        chain.known(contracts.game, "getGame", answered.hash, challenger)
    )
    dispute = Dispute.from_abi(chain.known(contracts.game, "getDispute", answered.hash))
    k = record.k
    identity = game_id(answered.hash, challenger)
    played = record.tables.games.get(
        identity, Played(identity, answered.hash, challenger)
    )
    own_bond = challenger_bond(record, answered.claim.bond)
    missing = missing_bond(record, challenger, own_bond.wei, reserved_wei)
    return GameView(
        claim=answered.claim,
        claim_hash=answered.hash,
        challenger=challenger,
        program_root=answered.asked.model.program_root,
        model_root=answered.asked.model.model_root,
        k=k,
        game=game,
        dispute=dispute,
        position=position_of(game, dispute, record.shown(played), k),
        challenge_wei=missing if game.stage == Stage.NONE else 0,
        rent_wei=own_bond.rent_wei,
    )


@dataclass(frozen=True, slots=True)
class ChallengerBond:
    """What a challenge locks, and what of it is for the time of the worker's bond."""

    wei: int
    rent_wei: int


def challenger_bond(record: Record, claim_bond_wei: int) -> ChallengerBond:
    """Against a claim with that bond, at this moment."""
    game = record.contracts.game
    bond, _, rent = record.chain.known(game, "challengerBond", claim_bond_wei)
    return ChallengerBond(int(bond), int(rent))


def missing_bond(
    record: Record, challenger: bytes, bond_wei: int, reserved_wei: int
) -> int:
    """What a challenger must send along: the bond beyond its free stake."""
    staking = record.contracts.staking
    free, _ = record.chain.known(staking, "balanceOf", challenger)
    return max(0, bond_wei - max(0, int(free) - reserved_wei))
