"""Units: chunks compiled together, and kept on disk as one entry of the object cache.

Any set of chunks of a program is valid beside any other, so an entry is found by the
program and by the address that asked for it, and says itself what it holds.
"""

import json
from collections.abc import Collection, Container
from dataclasses import dataclass
from typing import Final

from mips_vm.compiled import object_cache
from mips_vm.compiled.native import Library, compile_ir, host_fingerprint
from mips_vm.constants import PROGRAM
from mips_vm.sources import FINGERPRINT
from mips_vm.translate.code import EPILOGUE, declarations
from mips_vm.translate.flow import MAX_CHUNK, Chunk, Words, discover
from mips_vm.translate.instruments import ALL, Instruments
from mips_vm.translate.lift import lift, symbol

MAX_UNIT: Final = 1500
"""Instructions of a unit, about: callees are compiled with their caller up to here."""

PASSES: Final = ("sroa",)

_LENGTH_BYTES: Final = 4

_MOST_INSTRUCTIONS: Final = MAX_UNIT + 8 * MAX_CHUNK
"""Amply more than a unit has: a chunk's last blocks may be as long as the rest of it,
and each block may count a delay slot besides."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Native code, where the guest can enter it (pc -> host address), and where it
    leaves to."""

    library: Library
    entries: dict[int, int]
    exits: frozenset[int]
    size: int


def obtain(
    words: Words,
    program_root: bytes,
    entry: int,
    known: Container[int],
    wanted: Collection[int] = (),
    instruments: Instruments = ALL,
) -> Unit:
    """The unit for `entry`, from the cache or compiled; not empty.

    `known` and `wanted` are as in `flow.discover`.
    """
    key = object_cache.cache_key(
        *(host_fingerprint(), FINGERPRINT, program_root, str(entry)),
        str(instruments),
    )

    def use(payload: bytes) -> Unit:
        found = _unpack(payload)
        if entry not in found.entries:
            raise LookupError(f"expected code for {entry:#x}, got none")
        return found

    return object_cache.obtain(
        key, lambda: _compile(_gather(words, entry, known, wanted), instruments), use
    )


def _gather(
    words: Words, entry: int, known: Container[int], wanted: Collection[int]
) -> list[Chunk]:
    """The chunk at `entry`, and those that it calls, nearest first."""
    chunks: list[Chunk] = []
    pending, seen, size = [entry], {entry}, 0
    while pending and size < MAX_UNIT:
        chunk = discover(words, pending.pop(0), known, wanted)
        if not chunk.size:
            continue
        chunks.append(chunk)
        size += chunk.size
        fresh = [c for c in chunk.callees if c not in seen and c not in known]
        seen.update(fresh)
        pending += fresh
    return chunks


def _compile(chunks: list[Chunk], instruments: Instruments) -> bytes:
    """Contents as JSON, after its length, then the object."""
    functions = (lift(chunk, instruments) for chunk in chunks)
    ir = "".join([declarations(), *functions, EPILOGUE])
    contents = {
        "chunks": [[chunk.entry, sorted(chunk.heads)] for chunk in chunks],
        "exits": sorted({to for chunk in chunks for to in chunk.exits}),
        "size": sum(chunk.size for chunk in chunks),
    }
    header = json.dumps(contents).encode()
    return len(header).to_bytes(_LENGTH_BYTES, "big") + header + compile_ir(ir, PASSES)


def _unpack(payload: bytes) -> Unit:
    end = _LENGTH_BYTES + int.from_bytes(payload[:_LENGTH_BYTES], "big")
    contents = json.loads(payload[_LENGTH_BYTES:end])
    size = _number(contents["size"], _MOST_INSTRUCTIONS)
    library = Library(payload[end:])
    entries: dict[int, int] = {}
    for entry, heads in contents["chunks"]:
        address = library.address(symbol(entry))
        for head in heads:
            entries.setdefault(_number(head, PROGRAM.end), address)
    exits = frozenset(_number(to, PROGRAM.end) for to in contents["exits"])
    return Unit(library, entries, exits, size)


def _number(value: object, end: int) -> int:
    """A number of the contents, from 0 to below `end`, or ValueError."""
    if type(value) is not int or not 0 <= value < end:
        raise ValueError(f"expected a number below {end}, got {value!r}")
    return value
