"""One request, from its sending to its end, as its requester would follow it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from challenge.claim import Options, Request
from mips_vm.json_text import JsonObject
from oracle.amounts import show_wei
from oracle.chain import events
from oracle.chain.abi import Abi
from oracle.chain.chain import Chain, Contract
from oracle.chain.confirmations import Depth, Wanted, finalized_on, wanted_on
from oracle.chain.contracts import Contracts
from oracle.chain.errors import Refused
from oracle.chain.reasons import explained
from oracle.errors import (
    Hole,
    NoSuchRequest,
    NotCancelled,
    NotItsRequester,
    PatienceTooShort,
    StillBound,
    TooSoon,
)
from oracle.legible import number_of
from oracle.pricing.leases import last_instant, least_patience
from oracle.record.audit import Auditor
from oracle.record.record import Asked, Record, Status
from oracle.requester.declines import Decline
from oracle.requester.fees import Reckoned, Sizes, reckoned

if TYPE_CHECKING:
    from oracle.sending.sender import Receipt, Sender

WAITING = (Status.OPEN, Status.UNSEEDED)
SKIPPED = "its worker left it out, since gas costs more than twice what it did"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a requester chooses. Times are in seconds."""

    callback_gas: int = 0
    window: int = 600
    patience: int = 3600
    min_bond_wei: int = 0
    fee_wei: int = 0
    audits: bool = False
    """Whether the worker may be audited, and made to answer falsely first."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a request stands. `attempts` came to nothing, `lies` of them because they
    were false, `tests` because they were meant to be; `failure` is why the callback
    failed, if it did."""

    asked: Asked
    model_root: bytes
    min_lease: int
    now: int
    games: int
    attempts: int
    lies: int
    tests: int
    callback_failed: bool
    failure: str
    depth: Depth
    wanted: Reckoned | None = None
    """What a worker with usual settings wants for it, while it waits for one."""
    declines: tuple[Decline, ...] = ()
    """Why workers that were asked don't take it."""

    @property
    def ended(self) -> bool:
        return self.asked.status in (Status.FINAL, Status.CANCELLED)

    @property
    def last_accept(self) -> int:
        """The instant before which it must be accepted."""
        return last_instant(self.asked.request.deadline, self.min_lease)

    @property
    def hopeless(self) -> bool:
        """Whether nobody can answer it any more: its fee waits to be taken back."""
        if self.asked.status in WAITING:
            return self.now >= self.last_accept
        if self.asked.status is not Status.ACCEPTED:
            return False
        assert self.asked.lease is not None, "it was leased"
        return self.now >= max(self.asked.lease.end, self.last_accept)

    @property
    def obstacle(self) -> str:
        """Why no worker takes it, as far as is known; empty once one has, and as long
        as nothing speaks against it."""
        if self.asked.status is not Status.OPEN or self.hopeless:
            return ""
        told = [f"0x{d.worker.hex()} declines: {d.reason}." for d in self.declines]
        return " ".join([self._too_little().strip(), *told]).strip()

    @property
    def confirmed(self) -> bool:
        """Whether it is so deep in the chain that it counts as done."""
        return self.depth.is_done(self.asked.block)

    @property
    def explanation(self) -> str:
        """What is so, how sure that is, and what comes next."""
        told = self.depth.told(self.asked.block)
        if not told or self.asked.status in (*WAITING, Status.ACCEPTED):
            return self._standing
        return f"{self._standing} It is {self.asked.status.name.lower()}, {told}."

    @property
    def _standing(self) -> str:
        if self.hopeless:
            return (
                "No worker answered in time, and the last instant to accept it was "
                f"{self.last_accept}: `plumb request cancel` takes it back."
            )
        match self.asked.status:
            case Status.OPEN:
                return self._open()
            case Status.UNSEEDED:
                return (
                    f"Waits for block {self.asked.meter.seed_block}, whose randomness "
                    f"will be its seed.{self._too_little()}"
                )
            case Status.ACCEPTED:
                return self._accepted()
            case Status.CLAIMED:
                return self._claimed()
            case Status.FINAL:
                return "Answered and paid." + self._callback()
            case _:
                return "Cancelled; the fee is a credit in the staking contract."

    def as_json(self) -> JsonObject:
        asked = self.asked
        claim, lease = asked.claim, asked.lease
        holder = claim or lease
        return {
            "request_id": asked.request.id,
            "status": asked.status.name.lower(),
            "model_id": f"0x{asked.request.model_id.hex()}",
            "requester": f"0x{asked.request.requester.hex()}",
            "fee_wei": asked.request.fee,
            "deadline": asked.request.deadline,
            "last_accept": self.last_accept,
            "now": self.now,
            "attempts": self.attempts,
            "lies": self.lies,
            "tests": self.tests,
            "may_be_test": self.asked.may_be_test,
            "worker": f"0x{holder.worker.hex()}" if holder else None,
            "lease_end": lease.end if lease else None,
            "window_end": claim.window_end if claim else None,
            "games": self.games,
            "output": f"0x{asked.output.hex()}" if asked.output else None,
            "callback_failed": self.callback_failed,
            "callback_failure": self.failure or None,
            "block": asked.block,
            "confirmations": self.depth.confirmations(asked.block),
            "confirmations_wanted": self.depth.wanted,
            "confirmed": self.confirmed,
            "wanted_wei": self.wanted.least_wei if self.wanted else None,
            "base_fee_wei": self.wanted.base_fee_wei if self.wanted else None,
            "declines": [decline.as_json() for decline in self.declines],
            "explanation": self.explanation,
        }

    def _open(self) -> str:
        left = self.last_accept - self.now
        return (
            f"Waits for a worker{self._again()}; the last instant to accept it is "
            f"{self.last_accept}, in {number_of(left, 'second')}.{self._too_little()}"
        )

    def _too_little(self) -> str:
        fee, wanted = self.asked.request.fee, self.wanted
        if wanted is None or fee >= wanted.least_wei:
            return ""
        return (
            f" Its fee of {show_wei(fee)} is {show_wei(wanted.least_wei - fee)} less "
            "than what a worker with usual settings wants at the present base fee, so "
            "perhaps none takes it: `plumb request cancel`, and offer more, or wait."
        )

    def _again(self) -> str:
        """What became of the workers before."""
        if not self.attempts:
            return ""
        silent = self.attempts - self.lies - self.tests
        told = [f"{self.lies} answered falsely"] if self.lies else []
        told += [f"{self.tests} tested who checks"] if self.tests else []
        told += [f"{silent} never answered"] if silent else []
        return f" again ({', '.join(told)})"

    def _accepted(self) -> str:
        assert self.asked.lease is not None, "it was leased"
        left = self.asked.lease.end - self.now
        if left > 0:
            return f"A worker has it, for {number_of(left, 'second')} at most."
        return (
            "Its worker never answered, and pays for that: another takes it over, or "
            "`plumb request cancel` takes it back."
        )

    def _claimed(self) -> str:
        test = self.asked.may_be_test
        warning = " It may be a test: it is no answer before it is final." * test
        if self.games:
            games = number_of(self.games, "game")
            return f"Answered, and disputed in {games}.{warning}"
        assert self.asked.claim is not None, "it was claimed"
        left = self.asked.claim.window_end - self.now
        if left > 0:
            seconds = number_of(left, "more second")
            return f"Answered; can be challenged for {seconds}.{warning}"
        if test:
            return f"Answered; its worker has to say whether it was a test.{warning}"
        return (
            "Answered, and unchallenged: its worker will finalize it, or anyone can "
            "(`plumb request finalize`)."
        )

    def _callback(self) -> str:
        if not self.callback_failed:
            return ""
        if self.failure == SKIPPED:
            return f" The callback was skipped: {SKIPPED}. It can be retried."
        reason = f": {self.failure}" if self.failure else ""
        return f" The callback failed{reason}. It can be retried."


def situation_of(
    chain: Chain,
    contracts: Contracts,
    request_id: int,
    abis: Sequence[Abi] = (),
    confirmations: Wanted | None = None,
    size_of: Callable[[bytes], int] = lambda root: 0,
) -> Situation:
    """Where the request stands now; `abis` may know the requester's errors, `size_of`
    how many bytes a model's answers have, by its root.

    Raises `NoSuchRequest`, or `Hole` where the log doesn't tell all that happened.
    """
    depth = wanted_on(chain, confirmations)
    finalized = finalized_on(chain, depth)
    record = Record(chain, contracts)
    record.refresh()
    block = max(record.height, contracts.block)
    problem = Auditor(chain, contracts).about(record.tables, request_id, block)
    if problem:
        raise Hole(problem, block)
    asked = find(record, request_id)
    state = chain.call(contracts.oracle, "getRequest", request_id, block=block)
    _, callback_failed, attempts, *_ = state
    disputed = [
        answered
        for _, answered in record.games()
        if answered.alive and answered.claim.request_id == request_id
    ]
    failure = ""
    if callback_failed:
        failure = _failure(chain, contracts, request_id, abis)
    claims = record.tables.claims.values()
    own = [c for c in claims if c.claim.request_id == request_id]
    model_root = record.tables.models[asked.request.model_id].model_root
    wanted = None
    if asked.status is Status.OPEN:
        terms, size = asked.request, size_of(model_root)
        sizes = Sizes(size, terms.callback_gas, terms.window, terms.min_bond)
        wanted = reckoned(chain, contracts, terms.model_id, sizes)
    return Situation(
        asked=asked,
        model_root=model_root,
        min_lease=min_lease_of(chain, contracts),
        now=chain.now(),
        games=len(disputed),
        attempts=int(attempts),
        lies=sum(answered.proved_false for answered in own),
        tests=sum(answered.confessed for answered in own),
        callback_failed=bool(callback_failed),
        failure=failure,
        depth=Depth(depth, record.height, finalized),
        wanted=wanted,
    )


def find(record: Record, request_id: int) -> Asked:
    if request_id not in record.tables.requests:
        raise NoSuchRequest(request_id)
    return record.tables.requests[request_id]


def ask(
    sender: "Sender", contracts: Contracts, model_id: bytes, data: bytes, terms: Terms
) -> "tuple[int, Receipt]":
    """Sends the request; its id. Raises `PatienceTooShort`."""
    check_patience(sender.chain, contracts, terms.patience)
    deadline = sender.chain.now() + terms.patience
    function = "requestWith" if terms.audits else "request"
    options = [Options(audits=True)] if terms.audits else []
    try:
        receipt = sender.send(
            contracts.oracle,
            function,
            model_id,
            data,
            terms.callback_gas,
            deadline,
            terms.window,
            terms.min_bond_wei,
            sender.address,
            *options,
            value=terms.fee_wei,
        )
    except Refused as refused:
        _, told = contracts.oracle.abi.error(refused.data)
        if refused.name != "DeadlineOutOfRange" or deadline >= told["minimum"]:
            raise
        lease = min_lease_of(sender.chain, contracts)
        raise PatienceTooShort(least_patience(lease), terms.patience, lease) from None
    (request,) = requested(receipt)
    return request.id, receipt


def min_lease_of(chain: Chain, contracts: Contracts) -> int:
    """Seconds, a constant of the deployment."""
    return int(chain.call(contracts.oracle, "minLease"))


def check_patience(chain: Chain, contracts: Contracts, patience: int) -> None:
    """Raises `PatienceTooShort` for what the oracle would refuse."""
    min_lease = min_lease_of(chain, contracts)
    if patience < (least := least_patience(min_lease)):
        raise PatienceTooShort(least, patience, min_lease)


def ask_through(
    sender: "Sender", contracts: Contracts, consumer: Contract, data: bytes, fee: int
) -> "Receipt":
    """Has a contract ask, one with `read(bytes)`; it may ask for more than one."""
    listening = (contracts.oracle,)
    return sender.send(consumer, "read", data, value=fee, listening=listening)


def take_back(
    sender: "Sender",
    contracts: Contracts,
    asked: Asked,
    consumer: Contract | None = None,
) -> None:
    """Cancels the request, after its lease was ended if it is overdue.

    A `consumer` that asked for the sender cancels it itself. The fee becomes a credit
    of whoever the request names. Raises `NotCancelled`, `NotItsRequester`, `TooSoon`.
    """
    oracle, request = contracts.oracle, asked.request
    if asked.lease is not None:
        # If it is too early, or somebody was quicker, the next transaction tells.
        with suppress(Refused):
            sender.send(oracle, "expireLease", request, asked.lease)
    try:
        sender.send(consumer or oracle, "cancel", request)
    except Refused as refused:
        name, told = oracle.abi.error(refused.data)
        if name == "WrongStatus":
            actual = Status(told["actual"]).name.lower()
            raise NotCancelled(request.id, actual) from None
        if name == "WrongSender":
            who = (f"0x{told[part].hex()}" for part in ("expected", "actual"))
            raise NotItsRequester(request.id, *who) from None
        if name == "Binding":
            raise StillBound(request.id, told["expected"]) from None
        if name == "TooEarly":
            left = told["expected"] - told["actual"]
            raise TooSoon(request.id, left) from None
        raise


def requested(receipt: "Receipt") -> list[Request]:
    """What was asked for in a transaction, in order."""
    told = (e for e in receipt.events if isinstance(e, events.Requested))
    return [event.request for event in told]


def _failure(
    chain: Chain, contracts: Contracts, request_id: int, abis: Sequence[Abi]
) -> str:
    """The reason that the requester's code gave, in words if it is a known error."""
    told = chain.events([contracts.oracle], contracts.block, chain.height)
    ends = [
        event
        for event in told
        if isinstance(event, events.CallbackFailed | events.CallbackSkipped)
        and event.request_id == request_id
    ]
    match ends[-1:]:
        case [events.CallbackSkipped()]:
            return SKIPPED
        case [events.CallbackFailed(reason=reason)]:
            return explained(reason, abis)
        case _:
            return explained(b"", abis)
