"""One round of chaos, and that its books would show what goes wrong."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from chaos.books import Sent, duplicates, in_vain
from chaos.fuse import SEND, Fuse, Moment
from chaos.run import BAD, by_point, chaos
from chaos.subject import SUBJECTS
from chaos.victim import Victim

WORKER, OTHER = b"\1" * 20, b"\2" * 20


def sent(
    sender: bytes, function: str, data: bytes = b"", succeeded: bool = True
) -> Sent:
    return Sent(sender, function, data, 1, succeeded)


@pytest.mark.parametrize(
    "transactions, again, failed",
    [
        ([sent(WORKER, "accept", b"a"), sent(WORKER, "accept", b"b")], 0, 0),
        ([sent(WORKER, "accept", b"a"), sent(OTHER, "accept", b"a")], 0, 0),
        ([sent(WORKER, "accept", b"a"), sent(WORKER, "accept", b"a", False)], 1, 1),
        ([sent(WORKER, "accept", b"a", False), sent(WORKER, "accept", b"a")], 0, 1),
        ([sent(WORKER, "accept", b"a", False)] * 2, 0, 2),
        ([sent(WORKER, "withdraw", b"a"), sent(WORKER, "withdraw", b"a")], 0, 0),
        ([sent(WORKER, "withdraw", b"a"), sent(WORKER, "withdraw", b"a", False)], 0, 1),
        ([sent(WORKER, "submit", b"a")] * 3, 2, 0),
    ],
)
def test_books_count_what_was_sent_again_and_what_failed(
    transactions: list[Sent], again: int, failed: int
) -> None:
    assert (duplicates(transactions), in_vain(transactions)) == (again, failed)


def test_table_of_kills_tells_move_and_moment() -> None:
    kills = Counter({("", Moment.ANYWHERE): 2, ("prove", Moment.AFTER): 1})
    kills["prove", Moment.BEFORE] = 3
    assert by_point(kills) == {
        "between moves": {Moment.ANYWHERE: 2},
        "prove": {Moment.AFTER: 1, Moment.BEFORE: 3},
    }


def test_victim_dies_before_and_after_each_kind_of_move_at_the_first_chance() -> None:
    """Long before its fuse has burnt down; and not when it should live."""
    rng, absent = Random(1), Path("nowhere")
    victim = Victim(None, [], absent, None, str, rng)  # type: ignore[arg-type]
    victim._fuse = Fuse(Moment.AFTER, 1000)
    for expected in (Moment.BEFORE, Moment.AFTER, None):
        assert victim._moment(SEND, "select") is expected
        victim.kills["select", expected or Moment.ANYWHERE] += 1
    assert victim._moment("eth_call", "") is None
    victim.deadly = False
    assert victim._moment(SEND, "prove") is None


@pytest.mark.heavy  # CI plays a round of its own
@pytest.mark.parametrize("model", SUBJECTS)
def test_chaos_one_round_ends_well(tmp_path: Path, model: str) -> None:
    summary = chaos(tmp_path, rounds=1, seed=3, model=model)
    assert summary["rounds"] == 1
    assert summary["kills"] > 0
    tables = summary["kills_by_point"].values()
    counts = [n for table in tables for when in table.values() for n in when.values()]
    assert sum(counts) == summary["kills"]
    assert {name: summary[name] for name in BAD if summary[name]} == {}
