"""C programs give the output here that they give under qemu, and the right one."""

import hashlib
import math
import random
import struct
from collections.abc import Callable
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
