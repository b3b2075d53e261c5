"""What the contracts deny, as a record asks them now and then."""

from typing import Any

import pytest
from support.endpoints.late import Ills, LateEndpoint
from support.testbeds.embedded import EmbeddedTestbed
from support.testbeds.late_plays import a_game, audited
from web3.exceptions import Web3RPCError

from oracle.record import record as recording
from oracle.record.record import AUDIT_SECONDS, MOST_UNANSWERED, Record
from oracle.store.journal import StoredJournal
from oracle.store.store import Store


def untelling(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its endpoint tells of no request how it stands; all else it answers."""
    real = record.chain.call

    def call(contract: Any, function: str, *arguments: Any, **at: Any) -> Any:
        if function == "lastRequestId":
            raise Web3RPCError("the frobnicator is out")
        return real(contract, function, *arguments, **at)

    monkeypatch.setattr(record.chain, "call", call)


def test_record_whose_audit_is_never_answered_makes_do_and_keeps_nothing(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that stood still for it would lose its games."""
    a_game(world, store)
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    with monkeypatch.context() as patch:
        untelling(record, patch)
        for _ in range(MOST_UNANSWERED - 1):
            with pytest.raises(Web3RPCError):
                record.refresh()
        record.refresh()
        assert record.tables == world.record().tables
        assert StoredJournal(store, "old").tip is None
    monkeypatch.setattr(recording, "monotonic", lambda: float("inf"))
    record.refresh()
    assert StoredJournal(store, "old").tip is not None


@pytest.mark.parametrize("bloom", ["", "0"])
def test_record_is_audited_whole_once_then_in_part_and_no_more_than_it_must(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch, bloom: str
) -> None:
    """With each new block, or, where blooms prove the logs, once a minute."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills(bloom=bloom)))
    audits: list[bool] = []

    def disagreement(tables: Any, block: int, all_of_it: bool) -> str:
        audits.append(all_of_it)
        return ""

    monkeypatch.setattr(record._auditor, "disagreement", disagreement)
    for seconds in (0, 0, AUDIT_SECONDS // 2, AUDIT_SECONDS):
        world.travel(seconds) if seconds else None
        record.refresh()
    assert audits == ([True, False, False] if bloom else [True, False])


def test_record_whose_audit_nothing_answers_waits(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it isn't this that the endpoint doesn't tell."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    untelling(record, monkeypatch)
    monkeypatch.setattr(record.chain, "reachable", lambda: False)
    for _ in range(2 * MOST_UNANSWERED):
        with pytest.raises(Web3RPCError):
            record.refresh()


def test_record_that_blooms_prove_does_not_wait_for_an_audit(
    world: EmbeddedTestbed, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once all was well; and it is asked for again in the next minute."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    record.refresh()
    assert record.blooms
    with monkeypatch.context() as patch:
        untelling(record, patch)
        for n in range(2 * MOST_UNANSWERED):
            world.travel(2 * AUDIT_SECONDS)
            request = world.ask(bytes([n, 1, 2, 3]))
            record.refresh()
            assert request in record.tables.requests
            assert record.blooms, "it doesn't make do"
    record.tables.last_request -= 1
    world.travel(AUDIT_SECONDS)
    record.refresh()
    assert record.tables == world.record().tables


def test_record_disagreement_about_a_block_that_is_undone_is_none(
    world: EmbeddedTestbed,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The contracts were asked on the next branch."""
    record = audited(world, store, LateEndpoint(world.embedded, Ills()))
    height = world.chain.height
    world.ask(b"lost")
    real = record.chain.call

    def call(contract: Any, function: str, *arguments: Any, **at: Any) -> Any:
        if function == "lastRequestId" and world.chain.height == height + 1:
            world.embedded.rewind(height)
            world.stake(world.senders[4])
        return real(contract, function, *arguments, **at)

    monkeypatch.setattr(record.chain, "call", call)
    record.refresh()
    assert caplog.records == []
    record.refresh()
    assert (record.height, record.tables.requests) == (height + 1, {})
