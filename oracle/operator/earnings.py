"""Whether a worker earns, read from the chain alone; and if not, why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from mips_vm.json_text import JsonObject
from oracle.chain.confirmations import Depth, Wanted, finalized_on, wanted_on
from oracle.node.worker.worker import Worker
from oracle.operator.locked import Locked, locked_by
from oracle.pricing.guard import BPS
from oracle.record.record import Asked, Status


@dataclass(frozen=True, slots=True)
class Earnings:
    """One worker's account as of now. `declined`: reasons by open request.

    `missed`: own leases that ran out, ever; `leases_at_most`: how many it therefore
    takes at a time. What blocks may still undo is `unconfirmed_wei`, and neither paid
    nor earned.
    """

    account: bytes
    balance_wei: int
    free_wei: int
    locked_wei: int
    models: int
    paid: int
    earned_wei: int
    unconfirmed_wei: int
    leases: int
    claims: int
    games: int
    lost: int
    missed: int
    leases_at_most: int
    locked: tuple[Locked, ...]
    declined: dict[int, str]
    awaited: tuple[str, ...] = ()
    """Models that are named and aren't on this machine."""
    waits: str = ""
    """Why nothing can be sent at present."""

    @property
    def verdict(self) -> str:
        """In a sentence or two."""
        if self.waits:
            return f"It waits: {self.waits}."
        if self.leases or self.claims:
            return "It is at work."
        if self.awaited and not self.models:
            return (
                "It earns nothing yet: no model that it names is here; "
                "`plumb worker start` fetches them."
            )
        if not self.models:
            return "It earns nothing: it serves no model. Name one with --model."
        if not self.free_wei:
            return "It earns nothing: no stake is free. `plumb worker stake 1ether`."
        if self.declined:
            return "It earns nothing at present: it declines what is open."
        return "Nothing is open: it waits for requests."

    def as_json(self) -> JsonObject:
        return {
            "account": f"0x{self.account.hex()}",
            "balance_wei": self.balance_wei,
            "free_wei": self.free_wei,
            "locked_wei": self.locked_wei,
            "models": self.models,
            "awaited": list(self.awaited),
            "paid": self.paid,
            "earned_wei": self.earned_wei,
            "unconfirmed_wei": self.unconfirmed_wei,
            "leases": self.leases,
            "claims": self.claims,
            "games": self.games,
            "lost": self.lost,
            "missed_leases": self.missed,
            "leases_at_most": self.leases_at_most,
            "locked": [locked.as_json() for locked in self.locked],
            "declined": {str(i): reason for i, reason in self.declined.items()},
            "waits": self.waits or None,
            "verdict": self.verdict,
        }


def earnings_of(
    worker: Worker, confirmations: Wanted | None = None, awaited: Iterable[str] = ()
) -> Earnings:
    """The worker's account; it sends nothing."""
    record = worker.record
    wanted = wanted_on(worker.chain, confirmations)
    finalized = finalized_on(worker.chain, wanted)
    record.refresh()
    depth = Depth(wanted, record.height, finalized)
    free, locked = worker.stake()
    final = [asked for asked in record.requests(Status.FINAL) if _is_by(worker, asked)]
    paid = [asked for asked in final if depth.is_done(asked.block)]
    claims = record.tables.claims.values()
    mine = [answered for answered in claims if answered.claim.worker == worker.address]
    leases = [
        asked
        for asked in record.requests(Status.ACCEPTED)
        if asked.lease is not None and asked.lease.worker == worker.address
    ]
    market = worker.market(timed=False)
    objections = {
        asked.request.id: worker.objection(asked, market)
        for asked in record.requests(Status.OPEN)
    }
    too_dear = worker.sender.too_dear()
    return Earnings(
        account=worker.address,
        balance_wei=worker.chain.balance(worker.address),
        free_wei=free,
        locked_wei=locked,
        models=worker.models,
        paid=len(paid),
        earned_wei=sum(map(_share, paid)),
        unconfirmed_wei=sum(map(_share, final)) - sum(map(_share, paid)),
        leases=len(leases),
        claims=sum(_is_by(worker, asked) for asked in record.requests(Status.CLAIMED)),
        games=sum(a.claim.worker == worker.address for _, a in record.games()),
        lost=sum(answered.proved_false for answered in mine),
        missed=record.tables.missed[worker.address],
        leases_at_most=worker.leases_at_most,
        locked=tuple(locked_by(record, worker.address)),
        declined={i: reason for i, reason in objections.items() if reason},
        awaited=tuple(awaited),
        waits="" if too_dear is None else str(too_dear),
    )


def _is_by(worker: Worker, asked: Asked) -> bool:
    return asked.claim is not None and asked.claim.worker == worker.address


def _share(asked: Asked) -> int:
    """The worker's part of the fee."""
    fee = asked.request.fee
    return fee - fee * asked.model.royalty_bps // BPS
