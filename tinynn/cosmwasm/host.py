"""A contract in wasmtime (the extra `wasm`): a chain of one, for tests and rehearsals.

What chains do, as far as our contracts ask for it: an instance a call, a store that
keeps what a call wrote if it was not refused, and a meter. wasmtime's fuel is an
operator a unit, but for those that do nothing (`block`, `loop`, `drop`, `nop`).
"""

import atexit
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from ..errors import ContractRefused, WasmUnusable
from ..memory.floatmode import exact_floats

Json = Mapping[str, Any]

OWNER: Final = "plumb1owner"
CONTRACT: Final = "plumb1contract"

MOST_OPERATORS: Final = 1 << 40

ENV: Final = {
    "block": {"height": 1, "time": "1000000000", "chain_id": "plumb-1"},
    "transaction": {"index": 0},
    "contract": {"address": CONTRACT},
}


@dataclass(frozen=True, slots=True)
class Coin:
    """An amount of a denomination."""

    denom: str
    amount: int

    def json(self) -> dict[str, str]:
        """As chains write it."""
        return {"denom": self.denom, "amount": str(self.amount)}


@dataclass(frozen=True, slots=True)
class Response:
    """What an execution told: its data, its event, the coins that it sends and to whom;
    and how many operators it took."""

    data: bytes
    event: dict[str, str]
    sent: tuple[tuple[str, Coin], ...]
    operators: int


@cache
def _engine() -> tuple[Any, Any]:
    try:
        import wasmtime  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise WasmUnusable("the package wasmtime", "none") from None
    # Before the interpreter takes wasmtime apart: deleted later, modules complain.
    atexit.register(_engine.cache_clear)
    atexit.register(_module.cache_clear)
    config = wasmtime.Config()
    config.consume_fuel = True
    return wasmtime, wasmtime.Engine(config)


@cache
def _module(code: bytes) -> Any:
    wasmtime, engine = _engine()
    return wasmtime.Module(engine, code)


@dataclass
class Contract:
    """A contract's code and what it has stored."""

    code: bytes
    store: dict[bytes, bytes] = field(default_factory=dict)
    operators: int = 0
    """Of the last call."""

    def instantiate(
        self, message: Json, sender: str = OWNER, funds: Sequence[Coin] = ()
    ) -> Response:
        """ContractRefused if it says so; as for the others."""
        return self._respond("instantiate", message, sender, funds)

    def execute(
        self, message: Json, sender: str = OWNER, funds: Sequence[Coin] = ()
    ) -> Response:
        """The response; if the contract refuses, its store is as it was."""
        return self._respond("execute", message, sender, funds)

    def query(self, message: Json) -> Any:
        """The document that it answers with."""
        result = self.call("query", encoded(ENV), encoded(message))
        return json.loads(base64.b64decode(self._accepted(result), validate=True))

    def call(self, entry: str, *arguments: bytes) -> Any:
        """Any bytes to an entry point; what it answers, a JSON document.

        What it wrote is kept unless it is an error. A trap is wasmtime's.
        """
        call = _Call(self.code, self.store)
        with exact_floats():
            result = json.loads(call.run(entry, arguments))
        self.operators = call.operators
        if "ok" in result:
            self.store = call.store
        return result

    def _respond(
        self, entry: str, message: Json, sender: str, funds: Sequence[Coin]
    ) -> Response:
        info = {"sender": sender, "funds": [coin.json() for coin in funds]}
        result = self.call(entry, encoded(ENV), encoded(info), encoded(message))
        accepted = self._accepted(result)
        return Response(
            data=base64.b64decode(accepted["data"] or "", validate=True),
            event={
                pair["key"]: pair["value"]
                for event in accepted["events"]
                for pair in event["attributes"]
            },
            sent=tuple(map(_sent, accepted["messages"])),
            operators=self.operators,
        )

    def _accepted(self, result: Any) -> Any:
        if "error" in result:
            raise ContractRefused(result["error"])
        return result["ok"]


def encoded(document: object) -> bytes:
    """As chains hand it over."""
    return json.dumps(document).encode()


def _sent(message: Any) -> tuple[str, Coin]:
    sending = message["msg"]["bank"]["send"]
    (coin,) = sending["amount"]
    return sending["to_address"], Coin(coin["denom"], int(coin["amount"]))


class _Call:
    """An instance, for one call."""

    def __init__(self, code: bytes, store: Mapping[bytes, bytes]) -> None:
        wasmtime, engine = _engine()
        self.store = dict(store)
        self.operators = 0
        self._held = wasmtime.Store(engine)
        self._held.set_fuel(MOST_OPERATORS)
        linker = wasmtime.Linker(engine)
        number = wasmtime.ValType.i32()
        functions: dict[str, tuple[int, bool, Callable[..., Any]]] = {
            "db_read": (1, True, self._read),
            "db_write": (2, False, self._write),
        }
        for name, (taken, gives, function) in functions.items():
            kind = wasmtime.FuncType([number] * taken, [number] * gives)
            linker.define_func("env", name, kind, function)
        instance = linker.instantiate(self._held, _module(code))
        self._exports = instance.exports(self._held)
        self._memory = self._exports["memory"]

    def run(self, entry: str, arguments: Sequence[bytes]) -> bytes:
        regions = [self._put(argument) for argument in arguments]
        before = self._held.get_fuel()
        result = self._exports[entry](self._held, *regions)
        self.operators = before - self._held.get_fuel()
        return self._get(result)

    def _words(self, region: int) -> tuple[int, int, int]:
        """Where a region's bytes are, how many fit there, and how many there are."""
        raw = bytes(self._memory.read(self._held, region, region + 12))
        start, room, count = (
            int.from_bytes(raw[i : i + 4], "little") for i in (0, 4, 8)
        )
        return start, room, count

    def _get(self, region: int) -> bytes:
        start, _, count = self._words(region & 0xFFFF_FFFF)
        return bytes(self._memory.read(self._held, start, start + count))

    def _put(self, data: bytes) -> int:
        region = self._exports["allocate"](self._held, len(data)) & 0xFFFF_FFFF
        start, room, _ = self._words(region)
        assert room >= len(data), "room for what was asked for"
        self._memory.write(self._held, data, start)
        self._memory.write(self._held, len(data).to_bytes(4, "little"), region + 8)
        return int(region)

    def _read(self, key: int) -> int:
        found = self.store.get(self._get(key))
        return 0 if found is None else self._put(found)

    def _write(self, key: int, value: int) -> None:
        self.store[self._get(key)] = self._get(value)
