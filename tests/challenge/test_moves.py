"""Every move's arguments are what its contract function takes, in order."""

import pytest
from eth_abi import encode

from challenge.claim import Interval
from challenge.dissection import Disputed, Dissection
from challenge.game import GameView
from challenge.moves import (
    Challenge,
    Descend,
    Dissect,
    Move,
    Open,
    Prove,
    Select,
    Settle,
    Timeout,
)
from solidity import artifact

ROOTS = tuple(bytes([n]) * 32 for n in range(5))
SHOWN = Dissection(Interval(1, 0, 0, 9), 4, ROOTS)
AT = Disputed(Interval(2, 1, 5, 2), ROOTS[0], ROOTS[1])


def moves(view: GameView) -> list[Move]:
    claim, claim_hash, challenger = view.claim, view.claim_hash, view.challenger
    return [
        Challenge(claim, 5),
        Open(claim, challenger, 3, ROOTS[:2]),
        Select(claim_hash, SHOWN, 2),
        Dissect(claim_hash, challenger, AT, ROOTS),
        Descend(claim_hash, challenger, AT, 77, ROOTS),
        Prove(claim, challenger, AT, b"witness"),
        Timeout(claim, challenger),
        Settle(claim, challenger),
    ]


def types_of(parameters: list[dict]) -> list[str]:
    kinds = []
    for parameter in parameters:
        if parameter["type"] == "tuple":
            kinds.append(f"({','.join(types_of(parameter['components']))})")
        else:
            kinds.append(parameter["type"])
    return kinds


@pytest.mark.parametrize("index", range(8))
def test_move_args_encode_as_the_function_takes_them(view_of, index: int) -> None:
    move = moves(view_of())[index]
    abi = artifact("IDisputeGame").abi
    (entry,) = [e for e in abi if e.get("name") == move.function]
    assert entry["type"] == "function"
    assert encode(types_of(entry["inputs"]), move.args)
    payable = entry["stateMutability"] == "payable"
    assert (move.value > 0) == payable


def test_select_of_a_part_carries_its_ends_and_path(view_of) -> None:
    args = Select(view_of().claim_hash, SHOWN, 2).args
    expected = (SHOWN.root(), 2, ROOTS[2], ROOTS[3], SHOWN.path(2))
    assert args[2:] == expected
