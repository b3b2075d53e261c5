"""C programs give the output here that they give under qemu, and the right one."""

import base64
import hashlib
import json
import math
import random
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from operator import mul
from pathlib import Path

import pytest

from mips_vm import Machine, Status
from mips_vm.machine import Engine

Build = Callable[..., Path]
Qemu = Callable[[Path, bytes], bytes]

LEVELS = ["-O0", "-O2", "-Os"]


def _sort_input() -> bytes:
    return random.Random(1).randbytes(4 * 150) + struct.pack("<4I", 0, 2**31, 7, 7)


def _sorted_twice(data: bytes) -> bytes:
    words = sorted(struct.unpack(f"<{len(data) // 4}I", data))
    return struct.pack(f"<{2 * len(words)}I", *words, *reversed(words))


def _arithmetic_input() -> bytes:
    rng = random.Random(2)
    edges = [0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1, 0x7FF0000000000000]
    edges += [0x3FF0000000000000, 0x000FFFFFFFFFFFFF, 0x3F80000000000001]
    pairs = [(a, b) for a in edges for b in edges[:4]]
    pairs += [(rng.getrandbits(64), rng.getrandbits(64)) for _ in range(20)]
    return b"".join(struct.pack("<2Q", *pair) for pair in pairs)


def _factorial_and_power(data: bytes) -> bytes:
    (n,) = struct.unpack("<I", data)
    power = pow(3, n, 2**127 - 1)
    return str(math.factorial(n)).encode() + power.to_bytes(16, "little")


def _matrix_input() -> bytes:
    return struct.pack("<I", 11) + random.Random(3).randbytes(4 * 2 * 11 * 11)


def _product_and_determinant(data: bytes) -> bytes:
    n, *cells = struct.unpack("<243I", data)
    a, b = (
        [cells[start + n * i : start + n * i + n] for i in range(n)]
        for start in (0, n * n)
    )
    columns = list(zip(*b, strict=True))
    product = [sum(map(mul, row, column)) % 2**32 for row in a for column in columns]
    signed = [[(x ^ 2**31) - 2**31 for x in row] for row in a]
    return struct.pack("<122I", *product, _determinant(signed) % 65521)


def _determinant(rows: list[list[int]]) -> int:
    """By fractions, so another way than the guest's."""
    matrix, result = [list(map(Fraction, row)) for row in rows], Fraction(1)
    while matrix:
        pivot = next((i for i, row in enumerate(matrix) if row[0]), None)
        if pivot is None:
            return 0
        result *= (-1) ** pivot * matrix[pivot][0]
        top = matrix.pop(pivot)
        matrix = [
            [x - row[0] / top[0] * y for x, y in zip(row[1:], top[1:], strict=True)]
            for row in matrix
        ]
    return int(result)


PUSH, ADD, SUB, MUL, LESS, JUMP, JUMP_IF, LOAD, STORE, PRINT, CALL, RETURN = range(
    1, 13
)
# n! and its running sum for n = 1 to 12; the sum is added up by a subroutine.
STACK_PROGRAM = bytes(
    [
        *(PUSH, 1, STORE, 0, PUSH, 1, STORE, 1),
        *(LOAD, 0, LOAD, 1, MUL, STORE, 1),  # 8
        *(LOAD, 1, PRINT, CALL, 35),
        *(LOAD, 0, PUSH, 1, ADD, STORE, 0),
        *(LOAD, 0, PUSH, 13, LESS, JUMP_IF, 8, 0),
        *(LOAD, 2, LOAD, 1, ADD, STORE, 2, LOAD, 2, PRINT, RETURN),  # 35
    ]
)


def _factorials_and_sums(_data: bytes) -> bytes:
    factorials = [math.factorial(n) for n in range(1, 13)]
    pairs = zip(factorials, accumulate(factorials), strict=True)
    return struct.pack("<24I", *(x for pair in pairs for x in pair))


def _numbers() -> bytes:
    edges = [0, 1, -1, 9, 10, -10, 2**31 - 1, -(2**31), 65536, -99999]
    return struct.pack("<10i", *edges)


def _formatted(data: bytes) -> bytes:
    lines = []
    for (x,) in struct.iter_unpack("<i", data):
        u = x % 2**32
        word = "negative" if x < 0 else "not negative"
        lines.append(f"{x} {x:08d} {x:<12}|{u:12} {u:x} {word} {chr(97 + (x & 15))}")
        lines.append(f"{u * u} {u << 20:20} {'ab':6}|{'cd':>6}|")
    return "".join(f"{line}\n" for line in lines).encode()


def _primes_and_factors(data: bytes) -> bytes:
    (n,) = struct.unpack("<I", data)
    primes = [p for p in range(2, n) if all(p % d for d in range(2, math.isqrt(p) + 1))]
    rest, factors = n - 1, []
    for prime in primes:
        while rest % prime == 0:
            rest //= prime
            factors.append(prime)
    return struct.pack(f"<{1 + len(factors)}I", len(primes), *factors)


DOCUMENT = b"""{"name": "a \\"quoted\\" one", "list": [1, -22, 333, [], {}, [[[4]]]],
    "deep": {"er": {"est": [true, false, null, {"x": -5000}]}}, "last": 7 }"""


def _minified(data: bytes) -> bytes:
    text = json.dumps(json.loads(data), separators=(",", ":"))
    depth, values, total = 5, 21, 1 - 22 + 333 + 4 - 5000 + 7
    return text.encode() + b"\n" + struct.pack("<3i", depth, values, total)


def _found_twice(data: bytes) -> bytes:
    pattern, _, text = data.partition(b"\n")
    found = [i for i in range(len(text)) if text.startswith(pattern, i)]
    assert len(found) > 5
    return struct.pack(f"<{2 * len(found)}I", *found, *found)


def _samples() -> bytes:
    rng = random.Random(4)
    wave = [8000 * math.sin(i / 5) + 4000 * math.cos(i) for i in range(256)]
    return struct.pack("<256h", *(int(x + rng.randrange(-9, 9)) for x in wave))


TEXT = b"""the quick brown fox, 12 jumps over -345 lazy dogs
a\tbb ccc   dddd eeeee 99999999 end

-7 - 8x last line without an end"""

# Name -> (input, what is right, as far as Python knows it in one line).
PROGRAMS: dict[str, tuple[bytes, Callable[[bytes], bytes] | None]] = {
    "sort": (_sort_input(), _sorted_twice),
    "sha256": (bytes(range(200)), lambda data: hashlib.sha256(data).digest()),
    "strings": (TEXT, None),
    "arithmetic": (_arithmetic_input(), None),
    "bigint": (struct.pack("<I", 60), _factorial_and_power),
    "matrix": (_matrix_input(), _product_and_determinant),
    "interpreter": (STACK_PROGRAM, _factorials_and_sums),
    "format": (_numbers(), _formatted),
    "crc": (TEXT, lambda data: 2 * zlib.crc32(data).to_bytes(4, "little")),
    "lz": (TEXT * 3, None),
    "base64": (TEXT, lambda data: base64.b64encode(data) + b"\n" + data),
    "sieve": (struct.pack("<I", 4621), _primes_and_factors),
    "json": (DOCUMENT, _minified),
    "search": (b"aabaa\n" + b"aabaabaa ab" * 9, _found_twice),
    "fft": (_samples(), None),
    "mix": (TEXT, None),
    "queens": (
        struct.pack("<I", 6),
        lambda data: struct.pack("<2I6B", 4, 63, 1, 3, 5, 0, 2, 4),
    ),
}


def run_here(elf: Path, data: bytes, engine: Engine) -> bytes:
    machine = Machine.from_elf(elf)
    machine.load_input(data)
    machine.run(engine=engine)
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run(engine=engine)
    assert machine.status is Status.HALTED
    return machine.output()


@pytest.mark.toolchain
@pytest.mark.parametrize("optimise", LEVELS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_program_output_is_that_of_qemu(
    name: str, optimise: str, build: Build, qemu: Qemu
) -> None:
    data, right = PROGRAMS[name]
    expected = qemu(build(name, optimise, qemu=True), data)
    assert expected
    if right is not None:
        assert expected == right(data)
    elf = build(name, optimise)
    assert run_here(elf, data, "translated") == expected
    assert run_here(elf, data, "reference") == expected


@pytest.mark.toolchain
@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 1000])
def test_sha256_length_at_a_block_border_is_right(size: int, build: Build) -> None:
    data = random.Random(size).randbytes(size)
    output = run_here(build("sha256"), data, "translated")
    assert output == hashlib.sha256(data).digest()


@pytest.mark.toolchain
def test_program_yields_leave_no_trace_outside_declared_memory(build: Build) -> None:
    machine = Machine.from_elf(build("sha256"))
    machine.load_input(bytes(200))
    machine.run(engine="reference")
    assert machine.status is Status.YIELDED
    assert list(machine.registers) == [0] * 32
    assert not any(machine.memory.read(0x3FFFF000, 4096))
