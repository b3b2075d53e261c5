"""Calls, results, events and errors of a contract, by names from its ABI.

Structs and several return values come back as named tuples, addresses with their
checksum. Arguments may be dataclasses with the struct's fields in its order.
"""

import dataclasses
import keyword
from collections import namedtuple
from functools import cached_property
from typing import Any

from eth_abi import decode, encode
from eth_utils import keccak, to_checksum_address

Entry = dict[str, Any]

PANIC = {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]}
ERROR = {"name": "Error", "inputs": [{"name": "reason", "type": "string"}]}


class Abi:
    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries

    def function(self, name: str) -> Entry:
        return self._functions[name]

    def encode_call(self, name: str, args: tuple[Any, ...]) -> bytes:
        entry = self.function(name)
        return selector(entry) + encode_values(entry["inputs"], args)

    def encode_constructor(self, args: tuple[Any, ...]) -> bytes:
        entries = [entry for entry in self.entries if entry["type"] == "constructor"]
        return encode_values(entries[0]["inputs"] if entries else [], args)

    def decode_result(self, name: str, data: bytes) -> Any:
        """The one value, a named tuple of several, or None."""
        outputs = self.function(name)["outputs"]
        if not outputs:
            return None
        values = decode_values(name, outputs, data)
        return values[0] if len(outputs) == 1 else values

    def has_error(self, data: bytes) -> bool:
        return data[:4] in self._errors

    def decode_error(self, data: bytes) -> tuple[str, Any]:
        """Name and arguments; an unknown error's name is its selector in hex."""
        entry = self._errors.get(data[:4])
        if entry is None:
            return data[:4].hex(), (data[4:],)
        return entry["name"], decode_values(entry["name"], entry["inputs"], data[4:])

    def decode_event(self, topics: list[bytes], data: bytes) -> tuple[str, Any] | None:
        entry = self.events.get(topics[0]) if topics else None
        if entry is None:
            return None
        inputs = entry["inputs"]
        plain = [p for p in inputs if not p["indexed"]]
        indexed = [p for p in inputs if p["indexed"]]
        values = dict(
            zip(names(plain), decode_values("plain", plain, data), strict=True)
        )
        for parameter, topic in zip(indexed, topics[1:], strict=True):
            hashed = parameter["type"] in ("bytes", "string")  # a topic is its hash
            known = {**parameter, "type": "bytes32"} if hashed else parameter
            values[parameter["name"]] = decode_values("t", [known], topic)[0]
        ordered = [values[name] for name in names(inputs)]
        return entry["name"], record(entry["name"], inputs, ordered)

    @cached_property
    def _functions(self) -> dict[str, Entry]:
        return {e["name"]: e for e in self.entries if e["type"] == "function"}

    @cached_property
    def events(self) -> dict[bytes, Entry]:
        events = [entry for entry in self.entries if entry["type"] == "event"]
        return {keccak(text=signature(entry)): entry for entry in events}

    @cached_property
    def _errors(self) -> dict[bytes, Entry]:
        errors = [entry for entry in self.entries if entry["type"] == "error"]
        return {selector(entry): entry for entry in [*errors, PANIC, ERROR]}


def selector(entry: Entry) -> bytes:
    return keccak(text=signature(entry))[:4]


def signature(entry: Entry) -> str:
    return f"{entry['name']}({','.join(map(type_of, entry['inputs']))})"


def type_of(parameter: Entry) -> str:
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(map(type_of, parameter["components"]))
    return f"({inner}){kind.removeprefix('tuple')}"


def names(parameters: list[Entry]) -> list[str]:
    return [p["name"] or f"_{i}" for i, p in enumerate(parameters)]


def encode_values(parameters: list[Entry], args: tuple[Any, ...]) -> bytes:
    return encode([type_of(p) for p in parameters], [plain(arg) for arg in args])


def decode_values(name: str, parameters: list[Entry], data: bytes) -> Any:
    values = decode([type_of(p) for p in parameters], data)
    shaped = [shape(p, value) for p, value in zip(parameters, values, strict=True)]
    return record(name, parameters, shaped)


def plain(value: Any) -> Any:
    """Dataclasses and lists to what eth_abi takes."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return tuple(plain(getattr(value, field.name)) for field in fields)
    if isinstance(value, (list, tuple)):
        return tuple(plain(item) for item in value)
    return value


def shape(parameter: Entry, value: Any) -> Any:
    """Names to what eth_abi gives."""
    kind: str = parameter["type"]
    if kind.endswith("]"):
        inner = {**parameter, "type": kind[: kind.rindex("[")]}
        return tuple(shape(inner, item) for item in value)
    if kind == "tuple":
        parts = parameter["components"]
        shaped = [shape(p, item) for p, item in zip(parts, value, strict=True)]
        return record(parameter["internalType"].split()[-1], parts, shaped)
    return to_checksum_address(value) if kind == "address" else value


def record(name: str, parameters: list[Entry], values: list[Any]) -> Any:
    fields = [f"{n}_" if keyword.iskeyword(n) else n for n in names(parameters)]
    kind = namedtuple(name.split(".")[-1], fields, rename=True)  # type: ignore[misc]
    return kind(*values)
