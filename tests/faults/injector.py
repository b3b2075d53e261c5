"""Makes a chosen call of a node go wrong: to chain, to store, to its strategy."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes
from support.endpoints.mempool import MempoolEndpoint, MempoolProvider
from web3 import Web3
from web3.types import RPCEndpoint, RPCResponse

from challenge.game import GameView
from challenge.moves import Move
from mips_vm.hashing.keccak import keccak256
from oracle.node.actions import Player
from oracle.node.honest import Honest
from oracle.record.record import Answered, Asked
from oracle.store.outbox import Draft, Entry

SENT = "eth_sendRawTransaction"
ASKED_ABOUT_ONE = ("eth_call", "eth_estimateGas", "eth_getTransactionReceipt", SENT)
OUTBOX = (
    *("open", "find", "last_mined", "mined_nonces", "dropped_nonces", "attempts_at"),
    *("add", "add_attempt", "mined", "dropped", "rejected", "reopen"),
)
EVERYONES = frozenset(
    "0x" + keccak256(signature.encode())[:4].hex()
    for signature in ("k()", "clockSeconds()", "minLease()", "challengerBond(uint96)")
)
"""Calls that ask what the deployment has fixed, and what any challenge costs: they are
about all that a node does, not about one request or game."""
JOURNAL = ("append", "drop", "logs")


@dataclass(frozen=True, slots=True)
class Call:
    """`about` is the one thing that it is about; None: all that the node does."""

    kind: str
    about: Hashable = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Goes wrong once, at the call with that `number`; or, if `lasting`, at each call
    that is the same as `call`. `late`: after what was asked for was done."""

    number: int
    call: Call
    error: Exception
    lasting: bool
    late: bool

    def hits(self, number: int, call: Call) -> bool:
        return call == self.call if self.lasting else number == self.number


@dataclass
class Injector:
    """Every call goes through it."""

    fault: Fault | None = None
    calls: list[Call] = field(default_factory=list)
    hits: int = 0

    def around(self, call: Call, work: Callable[[], Any]) -> Any:
        number = len(self.calls)
        self.calls.append(call)
        if self.fault is None or not self.fault.hits(number, call):
            return work()
        self.hits += 1
        if self.fault.late:
            work()
        raise self.fault.error

    def watch(self, owner: Any, kind: str, methods: Iterable[str]) -> None:
        """Has these calls of one object's methods come through here."""
        for name in methods:
            real = getattr(owner, name)
            setattr(owner, name, self._watched(f"{kind}.{name}", real))

    def _watched(self, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **options: Any) -> Any:
            call = Call(kind, subject(arguments))
            return self.around(call, lambda: real(*arguments, **options))

        return watched


def subject(arguments: tuple[Any, ...]) -> Hashable:
    """The move or request that the first argument names."""
    match arguments[:1]:
        case (str() as key,) | (Draft(key=key),) | (Entry(draft=Draft(key=key)),):
            return key
        case (Asked(request=request),) | (Answered(asked=Asked(request=request)),):
            return request.id
    return None


class FaultyProvider(MempoolProvider):
    """A node with a mempool, some of whose answers are exceptions."""

    injector: Injector

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        call = Call(method, asked_about(method, params))
        real = super().make_request
        return self.injector.around(call, lambda: real(method, params))  # type: ignore[no-any-return]


def asked_about(method: str, params: Any) -> Hashable:
    """The call or transaction that a request is about, however often it is made."""
    if method not in ASKED_ABOUT_ONE:
        return None
    if method == SENT:
        fields = TypedTransaction.from_bytes(HexBytes(params[0])).as_dict()
        return bytes(fields["to"]).hex(), bytes(fields["data"]).hex()
    if method == "eth_getTransactionReceipt":
        return str(params[0])
    data = str(params[0]["data"])
    return None if data[:10] in EVERYONES else (str(params[0]["to"]), data)


class FaultyEndpoint(MempoolEndpoint):
    def __post_init__(self) -> None:
        self.provider = FaultyProvider(self.chain)
        self.provider.injector = Injector()
        self.web3 = Web3(self.provider)


class FaultyMind:
    """An honest node's strategy; it may fail to think, whatever it is asked."""

    def __init__(self, honest: Honest, injector: Injector) -> None:
        self._honest, self._injector = honest, injector

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._honest, name)
        return partial(self._ask, name, real) if callable(real) else real

    def _ask(self, name: str, real: Callable[..., Any], about: Any) -> Any:
        call = Call(f"strategy.{name}", subject((about,)))
        told = self._injector.around(call, lambda: real(about))
        if name in ("defender", "attacker"):
            return FaultyPlayer(told, about, self._injector)
        return told


@dataclass
class FaultyPlayer:
    player: Player
    answered: Answered
    injector: Injector

    def attempts(self, view: GameView, now: int) -> tuple[Move, ...]:
        call = Call("player.attempts", subject((self.answered,)))
        moves = self.injector.around(call, lambda: self.player.attempts(view, now))
        return tuple(moves)
