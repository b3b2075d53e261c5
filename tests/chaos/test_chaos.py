"""One round of chaos, and that its books would show what goes wrong."""

from pathlib import Path

import pytest
from chaos.books import Sent, duplicates
from chaos.run import BAD, chaos

WORKER, OTHER = b"\1" * 20, b"\2" * 20


def sent(
    sender: bytes, function: str, data: bytes = b"", succeeded: bool = True
) -> Sent:
    return Sent(sender, function, data, 1, succeeded)


@pytest.mark.parametrize(
    "transactions, expected",
    [
        ([sent(WORKER, "accept", b"a"), sent(WORKER, "accept", b"b")], 0),
        ([sent(WORKER, "accept", b"a"), sent(OTHER, "accept", b"a")], 0),
        ([sent(WORKER, "accept", b"a"), sent(WORKER, "accept", b"a", False)], 1),
        ([sent(WORKER, "withdraw", b"a"), sent(WORKER, "withdraw", b"a")], 0),
        ([sent(WORKER, "withdraw", b"a"), sent(WORKER, "withdraw", b"a", False)], 1),
        ([sent(WORKER, "submit", b"a")] * 3, 2),
    ],
)
def test_books_count_what_was_sent_again(
    transactions: list[Sent], expected: int
) -> None:
    assert duplicates(transactions) == expected


@pytest.mark.slow
def test_chaos_one_round_ends_well(tmp_path: Path) -> None:
    summary = chaos(tmp_path, rounds=1, seed=3)
    assert summary["rounds"] == 1
    assert summary["kills"] > 0
    assert {name: summary[name] for name in BAD if summary[name]} == {}
