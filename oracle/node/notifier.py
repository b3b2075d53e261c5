"""Claims, disputes and settlements as they are told: in the log, and to a webhook."""

from collections.abc import Callable, Mapping
from dataclasses import fields

from mips_vm.json_text import Json, JsonObject
from oracle.chain import events
from oracle.chain.events import Event
from oracle.logs import logger
from oracle.record.record import Record

KINDS: Mapping[type[Event], str] = {
    events.Claimed: "claim",
    events.Challenged: "dispute",
    events.ClaimKilled: "settlement",
    events.Confessed: "settlement",
    events.Collected: "settlement",
    events.WorkerLost: "settlement",
    events.ChallengerLost: "settlement",
    events.Settled: "settlement",
    events.Finalized: "settlement",
    events.CallbackSkipped: "callback skipped",
    events.LeaseExpired: "missed lease",
    events.SecretWithheld: "secret withheld",
}
WARNINGS = frozenset(
    {events.LeaseExpired, events.SecretWithheld, events.CallbackSkipped}
)
"""Where an operator, or a requester, may have to do something."""
Tell = Callable[[Mapping[str, Json]], None]

log = logger(__name__)


class Notifier:
    """Hears a record's events; tells those that concern an account, or all.

    What blocks that were undone had told is told again when it comes again.
    """

    def __init__(self, record: Record, account: bytes | None, tell: Tell) -> None:
        self._record, self._account, self._tell = record, account, tell

    def hear(self, event: Event) -> None:
        kind = KINDS.get(type(event))
        if kind is None:
            return
        facts = self._facts(event)
        account = None if self._account is None else f"0x{self._account.hex()}"
        if account is not None and account not in facts.values():
            return
        tell = log.warning if type(event) in WARNINGS else log.info
        tell(kind, **facts)
        self._tell({"event": kind} | facts)

    def _facts(self, event: Event) -> JsonObject:
        """The event's own, and whose claim it is about."""
        told = {f.name: getattr(event, f.name) for f in fields(event)}
        claim = told.get("claim_hash", b"")
        about: JsonObject = {}
        if claim in self._record.tables.claims:
            answered = self._record.tables.claims[claim]
            about["request_id"] = answered.claim.request_id
            about["worker"] = answered.claim.worker
        elif isinstance(event, events.CallbackSkipped):
            finalized = self._record.tables.requests[event.request_id].claim
            assert finalized is not None, "it was claimed"
            about["worker"] = finalized.worker
        plain = {k: v for k, v in told.items() if isinstance(v, bytes | int)}
        plain.pop("output", None)
        found = {"what": type(event).__name__} | about | plain
        return {
            name: f"0x{value.hex()}" if isinstance(value, bytes) else value
            for name, value in found.items()
        }
