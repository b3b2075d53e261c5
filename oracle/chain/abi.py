"""A contract's ABI as Python values: calls out, results, events and errors in.

Addresses are 20 bytes, structs are `challenge.claim`'s, everything else is eth_abi's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eth_abi.exceptions import DecodingError

from challenge.abi import address_bytes
from challenge.claim import Claim, Interval, Lease, Meter, Request, Struct, Work
from mips_vm.hashing.keccak import keccak256
from oracle.chain.codec import decode, encode
from oracle.chain.errors import UnknownEntry
from solidity.artifacts import AbiEntry, AbiParameter

STRUCTS: dict[str, type[Struct]] = {
    struct.__name__: struct for struct in (Request, Meter, Work, Lease, Claim, Interval)
}
SELECTOR_BYTES = 4
SOLIDITY_ERRORS: tuple[AbiEntry, ...] = (
    {"type": "error", "name": "Error", "inputs": [{"name": "", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "", "type": "uint256"}]},
)
"""What plain `require` and the compiler's own checks revert with."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input or output. `type` is canonical: structs spelled out as tuples."""

    name: str
    type: str
    struct: str
    indexed: bool
    components: tuple["Parameter", ...]

    def read(self, value: Any) -> Any:
        """A decoded value as the rest of Plumbline knows it."""
        if self.type.endswith("]"):
            element = replace(self, type=self.type[: self.type.rindex("[")])
            return tuple(map(element.read, value))
        if self.type == "address":
            return address_bytes(value)
        if not self.components:
            return value
        fields = _read(self.components, value)
        struct = STRUCTS.get(self.struct)
        return fields if struct is None else struct.from_abi(fields)


@dataclass(frozen=True, slots=True)
class Entry:
    """A function, event or error. `id` is its topic; its first 4 bytes the selector."""

    name: str
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]
    id: bytes

    @property
    def selector(self) -> bytes:
        return self.id[:SELECTOR_BYTES]


@dataclass(slots=True)
class Abi:
    """The entries of one contract, by name and by what identifies them in bytes."""

    contract: str
    entries: Sequence[AbiEntry]
    functions: dict[str, Entry] = field(init=False)
    events: dict[bytes, Entry] = field(init=False)
    errors: dict[bytes, Entry] = field(init=False)
    constructor: Entry = field(init=False)

    def __post_init__(self) -> None:
        def of(kind: str) -> list[Entry]:
            return [_entry(e) for e in self.entries if e["type"] == kind]

        self.functions = {entry.name: entry for entry in of("function")}
        self.events = {entry.id: entry for entry in of("event")}
        errors = of("error") + [_entry(error) for error in SOLIDITY_ERRORS]
        self.errors = {entry.selector: entry for entry in errors}
        constructors = of("constructor")
        self.constructor = constructors[0] if constructors else _entry({})

    def calldata(self, function: str, arguments: Sequence[Any]) -> bytes:
        entry = self._function(function)
        return entry.selector + _encode(entry.inputs, arguments)

    def creation(self, bytecode: bytes, arguments: Sequence[Any]) -> bytes:
        return bytecode + _encode(self.constructor.inputs, arguments)

    def arguments(self, function: str, data: bytes) -> tuple[Any, ...] | None:
        """What a call's data give the function; None if they call another one."""
        entry = self._function(function)
        if data[:SELECTOR_BYTES] != entry.selector:
            return None
        return _decode(entry.inputs, data[SELECTOR_BYTES:])

    def result(self, function: str, data: bytes) -> Any:
        """What the function returned: one value, or a tuple of several."""
        values = _decode(self._function(function).outputs, data)
        return values[0] if len(values) == 1 else values

    def tells(self, topics: Sequence[bytes]) -> bool:
        """Whether that is an event of this ABI."""
        return bool(topics) and topics[0] in self.events

    def event(self, topics: Sequence[bytes], data: bytes) -> tuple[str, list[Any]]:
        """Name and arguments, in the order of their declaration."""
        if not self.tells(topics):
            actual = topics[0].hex() if topics else "anonymous"
            raise UnknownEntry(self.contract, "event", actual)
        entry = self.events[topics[0]]
        indexed = [p for p in entry.inputs if p.indexed]
        plain = _decode([p for p in entry.inputs if not p.indexed], data)
        found = dict(zip((p.name for p in indexed), topics[1:], strict=True))
        words = iter(plain)
        return entry.name, [
            _decode([p], found[p.name])[0] if p.indexed else next(words)
            for p in entry.inputs
        ]

    def error(self, data: bytes) -> tuple[str, dict[str, Any]]:
        """Name and arguments of a revert's reason; an empty name if it isn't ours."""
        entry = self.errors.get(data[:SELECTOR_BYTES])
        if entry is None:
            return "", {}
        try:
            values = _decode(entry.inputs, data[SELECTOR_BYTES:])
        except DecodingError:
            return "", {}
        names = (p.name or str(i) for i, p in enumerate(entry.inputs))
        return entry.name, dict(zip(names, values, strict=True))

    def _function(self, name: str) -> Entry:
        if name not in self.functions:
            raise UnknownEntry(self.contract, "function", name)
        return self.functions[name]


def _entry(raw: AbiEntry) -> Entry:
    inputs = tuple(map(_parameter, raw.get("inputs", ())))
    outputs = tuple(map(_parameter, raw.get("outputs", ())))
    name = raw.get("name", "")
    signature = f"{name}({','.join(p.type for p in inputs)})"
    return Entry(name, inputs, outputs, keccak256(signature.encode()))


def _parameter(raw: AbiParameter) -> Parameter:
    return Parameter(
        name=raw["name"],
        type=_type(raw),
        struct=_struct(raw.get("internalType", "")),
        indexed=raw.get("indexed", False),
        components=tuple(map(_parameter, raw.get("components", ()))),
    )


def _struct(internal_type: str) -> str:
    """`Claim` of `struct Claim`, of `struct IOracle.Claim`, and of `struct Claim[]`."""
    return internal_type.split(" ")[-1].split(".")[-1].split("[")[0]


def _type(raw: AbiParameter) -> str:
    declared: str = raw["type"]
    if not declared.startswith("tuple"):
        return declared
    inner = ",".join(map(_type, raw["components"]))
    return f"({inner}){declared.removeprefix('tuple')}"


def _encode(parameters: Sequence[Parameter], arguments: Sequence[Any]) -> bytes:
    plain = [a.abi() if isinstance(a, Struct) else a for a in arguments]
    return encode([p.type for p in parameters], plain)


def _decode(parameters: Sequence[Parameter], data: bytes) -> tuple[Any, ...]:
    return _read(parameters, decode([p.type for p in parameters], data))


def _read(parameters: Sequence[Parameter], values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(p.read(v) for p, v in zip(parameters, values, strict=True))
