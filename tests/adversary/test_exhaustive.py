"""The contract does what the pure rules say, in each position of small games and with
each move that a liar has there: as all games of that size are lost by the rules, they
are in the contract."""

import pytest
from support.exhaust.court import ALL, Court
from support.exhaust.search import Most
from support.exhaust.world import Shape

from mips_vm import Status


@pytest.mark.parametrize(
    ("lengths", "ended", "k", "most", "each"),
    [
        ((1,), Status.HALTED, 2, Most(2, 2), ALL),
        ((2, 1), Status.FAULTED, 2, Most(2, 2), ALL),
        ((2, 2), Status.HALTED, 3, Most(4, 4), 6),
        ((1, 3, 1), Status.HALTED, 2, Most(4, 4), 4),
        ((3, 2), Status.FAULTED, 4, Most(5, 5), 5),
    ],
)
def test_contract_follows_the_rules_with_every_move_of_a_liar(
    lengths: tuple[int, ...], ended: Status, k: int, most: Most, each: int
) -> None:
    court = Court(Shape(lengths, ended), k, most, each, seed=18)
    court.play()
    assert court.proofs > 4 and court.moves > 2 * court.proofs
