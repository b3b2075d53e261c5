"""The record: folded from events, started over after a reorg."""

from support.testbeds.embedded import EmbeddedTestbed

from oracle.node.worker.worker import Worker
from oracle.record.record import Record, Status


def test_record_refresh_reads_only_what_is_new(world: EmbeddedTestbed) -> None:
    record = Record(world.chain, world.contracts)
    record.refresh()
    assert list(record.tables.models) == [world.model_id]
    tables = record.tables
    request = world.ask(b"abcd")
    record.refresh()
    assert record.tables is tables
    asked = tables.requests[request]
    assert (asked.input, asked.status) == (b"abcd", Status.OPEN)
    assert asked.model.model_id == world.model_id


def test_record_read_in_pieces_equals_record_read_at_once(
    world: EmbeddedTestbed,
) -> None:
    pieces = Record(world.chain, world.contracts)
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    world.ask()
    while worker.step() is not None:
        pieces.refresh()
    pieces.refresh()
    assert pieces.tables == world.record().tables


def test_record_agrees_with_the_contract(world: EmbeddedTestbed) -> None:
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    request = world.ask()
    while worker.step() is not None:
        told = world.record().tables.requests[request]
        state = world.chain.call(world.contracts.oracle, "getRequest", request)
        status, _, attempt, _, account, commitment, may_be_test = state
        assert (status, attempt, may_be_test) == (told.status, 0, False)
        answer = told.claim or told.lease
        assert answer is not None
        assert told.request.hash() == answer.request_hash
        assert account == worker.address
        assert answer.hash() == commitment


def test_record_reorg_starts_over(world: EmbeddedTestbed) -> None:
    record = Record(world.chain, world.contracts)
    height = world.chain.height
    world.ask(b"lost")
    record.refresh()
    world.embedded.rewind(height)
    world.stake(world.senders[3])
    request = world.ask(b"kept")
    record.refresh()
    assert [asked.input for asked in record.tables.requests.values()] == [b"kept"]
    assert request == 1


def test_record_chain_shorter_after_reorg_starts_over(world: EmbeddedTestbed) -> None:
    record = Record(world.chain, world.contracts)
    height = world.chain.height
    world.ask()
    record.refresh()
    world.embedded.rewind(height)
    record.refresh()
    assert record.tables.requests == {}
