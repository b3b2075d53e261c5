"""What is asked about games and disputes, and when it is asked again."""

from typing import Any

from support.testbeds.embedded import EmbeddedTestbed

from challenge.claim import game_id
from challenge.lies import LIES
from oracle.chain.events import Opened, Selected
from oracle.node.challenger.challenger import Challenger
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.memory import LONGEST_SECONDS, Memory
from oracle.record.tables import Tables

CLAIM, OTHER = b"\1" * 32, b"\2" * 32
GAMES = game_id(CLAIM, b"\3" * 20), game_id(CLAIM, b"\4" * 20)


def opened(claim: bytes) -> Any:
    return Opened(1, b"", claim, b"", b"", 1, ())


def selected(game: bytes) -> Any:
    return Selected(1, b"", game, None, b"", b"", 0)  # type: ignore[arg-type]


def test_memory_forgets_what_was_told_of() -> None:
    """A move concerns its game only; an opening all games of its claim."""
    clock, asked = [0.0], []
    memory = Memory(lambda: clock[0])

    def look() -> list[int]:
        """How often each question has been asked."""

        def ask(name: str) -> int:
            asked.append(name)
            return asked.count(name)

        return [
            memory.get((CLAIM,), "dispute", lambda: ask("dispute")),
            memory.get((CLAIM, GAMES[0]), "first", lambda: ask("first")),
            memory.get((CLAIM, GAMES[1]), "second", lambda: ask("second")),
        ]

    assert look() == look() == [1, 1, 1]
    memory.hear([selected(GAMES[0])])
    assert look() == look() == [1, 2, 1]
    memory.hear([opened(CLAIM), opened(OTHER)])
    assert look() == look() == [2, 3, 2]
    memory.doubt(CLAIM)
    assert look() == [3, 4, 3]
    clock[0] += LONGEST_SECONDS + 1
    assert look() == look() == [4, 5, 4]
    memory.clear()
    assert look() == [5, 6, 5]
    memory.forget_all_but(Tables())
    assert look() == [6, 7, 6]


def test_record_games_are_what_the_contract_holds_after_each_move(
    world: EmbeddedTestbed,
) -> None:
    """Whatever is remembered: compared with the contract whenever a block came."""
    world.ask()
    world.stake(world.senders[2])
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, strategy)
    while liar.step() is not None:
        pass
    challengers = [
        Challenger(world.senders[n], world.contracts, world.honest()) for n in (3, 4)
    ]
    compared, record = 0, challengers[0].record
    for _ in range(14):
        for node in (liar, *challengers):
            node.step()
        record.refresh()
        for played, _ in record.games():
            where = played.claim_hash, played.challenger
            call, game = world.chain.call, world.contracts.game
            assert record.game_of(*where).abi() == call(game, "getGame", *where)
            dispute = call(game, "getDispute", played.claim_hash)
            assert record.dispute_of(played.claim_hash).abi() == dispute
            compared += 1
    assert compared > 12
