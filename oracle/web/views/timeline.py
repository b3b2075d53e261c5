"""What happened to a request, in order: one entry an event, in a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from oracle.amounts import brief_wei
from oracle.chain import events
from oracle.web.scene.onlooker import Told

ABOUT_GAMES = (
    events.Selected | events.Dissected | events.Proved | events.TimedOut | events.Opened
)


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` says how it is drawn: plain, good, bad or warn. `time` is an instant."""

    name: str
    text: str
    kind: str
    time: int
    block: int
    transaction: str
    by: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def timeline(told: Sequence[Told], request_id: int) -> list[Entry]:
    """Of one request; moves of its games are the disputes' own."""
    return list(_entries(told, request_id))


def _entries(told: Sequence[Told], request_id: int) -> Iterator[Entry]:
    claims: set[bytes] = set()
    for each in told:
        event = each.event
        if isinstance(event, events.Claimed) and event.request_id == request_id:
            claims.add(event.claim_hash)
        about = getattr(event, "request_id", None) == request_id
        lost = getattr(event, "claim_hash", None) in claims
        if not about and not (lost and not isinstance(event, ABOUT_GAMES)):
            continue
        found = _told(event)
        if found is None:
            continue
        text, kind, by = found
        yield Entry(
            name=type(event).__name__,
            text=text,
            kind=kind,
            time=each.time,
            block=event.block,
            transaction=f"0x{event.transaction.hex()}",
            by=None if by is None else f"0x{by.hex()}",
        )


def _told(event: events.Event) -> tuple[str, str, bytes | None] | None:
    match event:
        case events.Requested():
            fee = brief_wei(event.request.fee)
            return f"Asked, for a fee of {fee}", "plain", event.requester
        case events.Accepted():
            bond = brief_wei(event.lease.bond)
            return f"A worker took it, with {bond} at stake", "plain", event.worker
        case events.LeaseExpired():
            lost = brief_wei(event.penalty)
            return f"The worker never answered, and lost {lost}", "bad", event.worker
        case events.Claimed():
            size = len(event.output)
            text = f"Answered, {size} bytes; open to challenge"
            if not event.may_be_test:
                return text, "plain", event.worker
            return f"{text}. It is audited: it may be a test", "warn", event.worker
        case events.AuditsPermitted():
            return "Its worker may be audited, and made to lie first", "plain", None
        case events.Confessed():
            noticed = f"challengers who noticed: {event.challengers}"
            return f"It was a test, false on purpose; {noticed}", "good", event.worker
        case events.SecretWithheld():
            lost = brief_wei(event.penalty)
            text = f"The worker never said whether it was a test, and lost {lost}"
            return text, "bad", event.worker
        case events.Collected():
            return f"{brief_wei(event.share)} for noticing it", "good", event.challenger
        case events.Challenged():
            return (
                "Challenged: somebody computes another answer",
                "warn",
                (event.challenger),
            )
        case events.ClaimKilled():
            return "The answer was proved false, and is gone", "bad", event.worker
        case events.WorkerLost():
            burned = brief_wei(event.burned)
            return (
                f"The worker's bond is lost; {burned} burned",
                "bad",
                event.challenger,
            )
        case events.ChallengerLost():
            paid = brief_wei(event.paid)
            return (
                f"The challenge was false: {paid} to the worker",
                "good",
                (event.challenger),
            )
        case events.Settled():
            return "A second challenger has its bond back", "plain", event.challenger
        case events.Finalized():
            return f"Final: {brief_wei(event.paid)} to the worker", "good", event.worker
        case events.CallbackSucceeded():
            return "The contract that asked was told", "good", event.requester
        case events.CallbackFailed():
            return "The contract that asked failed when told", "warn", event.requester
        case events.CallbackSkipped():
            return "The contract that asked was not told", "warn", event.requester
        case events.Cancelled():
            return f"Taken back: {brief_wei(event.refund)} refunded", "plain", None
        case _:
            return None
