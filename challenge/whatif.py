"""A dispute before it is fought: where the claim leaves the truth, what it takes."""

from __future__ import annotations

from dataclasses import dataclass

from challenge import tariff
from challenge.challenger_moves import first_false_part, is_true
from challenge.claim import Interval
from challenge.dissection import Dissection
from challenge.game import SEGMENTS, GameView, Stage
from challenge.trace import Trace
from challenge.worker_moves import root_at


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a challenger has before it. Lengths not yet declared are taken as true.

    Wei of gas are at the claim's gas price, which is what tariffs are paid at.
    """

    claim_is_true: bool
    divergence: Interval | None  # the narrowest interval seen to have a false end
    moves_left: int  # of both sides, at most
    gas_left: int  # of the challenger's own moves, by tariff
    bond_at_risk_wei: int
    gain_wei: int  # bonus and tariffs on winning; zero against a true claim

    @property
    def net_wei(self) -> int:
        """The outcome of playing on: what it brings, or what it loses."""
        return -self.bond_at_risk_wei if self.claim_is_true else self.gain_wei


def whatif(view: GameView, trace: Trace, longest: int, price_wei: int = 0) -> WhatIf:
    """The dispute as it would go from here, if both sides play it to its end.

    `longest`: instructions of the longest segment, as foretold: to count them all would
    run all of the machine. `price_wei`: of a gas unit, at which a bond would be locked
    now; else the claim's.
    """
    true = is_true(view, trace)
    selects, others = _rounds_left(view, trace, longest)
    own_gas = selects * tariff.SELECT + tariff.PROVE * (view.stage is not Stage.OVER)
    if view.stage is Stage.NONE:
        own_gas += tariff.CHALLENGE
    due = view.game.challenger_due + own_gas
    return WhatIf(
        claim_is_true=true,
        divergence=None if true else divergence(view, trace),
        moves_left=selects + others,
        gas_left=own_gas,
        bond_at_risk_wei=_bond_wei(view, price_wei),
        gain_wei=0 if true else gain_wei(view, due),
    )


def divergence(view: GameView, trace: Trace) -> Interval | None:
    """The narrowest interval that the worker has shown to end falsely."""
    position = view.position
    if isinstance(position, Dissection):
        part = first_false_part(position, trace)
        return None if part is None else position.part(part).interval
    if position is not None:
        interval = position.interval
        false = root_at(interval, interval.end, trace) != position.end_root
        return interval if false else None
    return Interval(SEGMENTS, 0, 0, trace.segments())


def gain_wei(view: GameView, due: int) -> int:
    """What the winner of a game gets with `due` gas units of moves made."""
    bond = view.claim.bond
    paid = min(due * view.claim.gas_price, bond // tariff.TARIFF_SHARE)
    return paid + tariff.WINNER_BONUS * view.claim.gas_price


def shortfall_wei(view: GameView, others: int) -> int:
    """What a challenger may lack at most of its own longest game's tariffs, if another
    of so many open games brings the claim down: the bond keeps half for tariffs, and
    what is left of it after the winner's is shared evenly."""
    if not others:
        return 0
    due = tariff.max_challenger_due(view.k) * view.claim.gas_price
    kept = max(0, view.claim.bond // tariff.TARIFF_SHARE - due)
    return max(0, due - kept // others)


def _bond_wei(view: GameView, price_wei: int) -> int:
    """The challenger's bond: locked, or to be locked."""
    price = view.game.gas_price or price_wei or view.claim.gas_price
    return tariff.challenger_bond_gas(view.k) * price + view.rent_wei


def _rounds_left(view: GameView, trace: Trace, longest: int) -> tuple[int, int]:
    """Selections, and other moves, until the proof is made."""
    if view.stage is Stage.OVER:
        return 0, 0
    level, length, shown = _standing(view, trace)
    selects = _selects(view.k, length, shown)
    others = selects - shown + 1  # dissections, and the proof
    if level == SEGMENTS and view.stage is not Stage.PROVE:
        inside = _selects(view.k, longest, True)
        selects, others = selects + inside, others + inside
    if view.stage in (Stage.NONE, Stage.OPEN):
        others += 1 if view.stage is Stage.OPEN else 2
    return selects, others


def _standing(view: GameView, trace: Trace) -> tuple[int, int, bool]:
    """Level and length of what is disputed, and whether its parts are shown."""
    position = view.position
    if position is None:
        return SEGMENTS, trace.segments(), True
    interval = position.interval
    return interval.level, interval.length, isinstance(position, Dissection)


def _selects(k: int, length: int, shown: bool) -> int:
    """Selections that bring `length` to one; a dissection that is shown takes one."""
    return max(tariff.rounds(k, length), int(shown))
