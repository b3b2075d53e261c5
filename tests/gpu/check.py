"""What to find out where there is a GPU, prepared: `make gpu-check`, under 10 minutes.

Equality on many tuples, the machine code, ratios. Prints, and writes what it prints.
"""

import argparse
import datetime
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tinynn
from tinynn import GraphBuilder, models
from tinynn.errors import GpuUnusable
from tinynn.gpu.cases import Case, any_bits, pair_case, product_case, stored
from tinynn.gpu.cuda import nvrtc
from tinynn.gpu.layout import (
    Arithmetic,
    Bytes,
    Common,
    Function,
    Kernel,
    Launch,
    Product,
)
from tinynn.gpu.opening import opened
from tinynn.gpu.program import GpuProgram
from tinynn.gpu.trust import Trusted, found_by
from tinynn.memory.floatmode import exact_floats

CHUNK = 1 << 20
ROUNDS = 5
FUSED = re.compile(r"\bFFMA|\b(?:FADD|FMUL)\S*\.FTZ")

Lines = Iterator[str]


class Differs(Exception):
    """Bits that are not the host's."""


def tuples(trusted: Trusted, exponent: int) -> Lines:
    """2^exponent of each: sums of two products, and functions of two numbers."""
    total, begun = 1 << exponent, time.perf_counter()
    arithmetic = trusted.trust.floats
    if arithmetic is None:
        yield "tuples: none, for floats are not the device's"
        return
    for seed in range(0, total, CHUNK):
        rng, count = np.random.default_rng(seed), min(CHUNK, total)
        for case in (pairs_of_products(rng, count), *functions(rng, count)):
            found = np.frombuffer(found_by(trusted.device, case, arithmetic), "<u4")
            if wrong := int((found != case.expected).sum()):
                raise Differs(f"seed {seed}: {case.what}: {wrong} of {count} differ")
    took = time.perf_counter() - begun
    yield f"tuples: 2^{exponent} of each of 7 functions equal, {took:.0f} s"


def pairs_of_products(rng: np.random.Generator, count: int) -> Case:
    """(+0 + a b) + c d, where half of the sums are of about one size."""
    a, b, c, d = (any_bits(rng, count) for _ in range(4))
    half = slice(count // 2)
    c[half], d[half] = -a[half], b[half] * (1 + rng.integers(-3, 4, count // 2) / 2**23)
    left, right = np.stack([a, c], 1), np.stack([b, d], 1)
    words = {
        Common.COUNT: count,
        Product.ROWS: 1,
        Product.COLUMNS: 1,
        Product.TERMS: 2,
        Product.A_BATCH: 2,
        Product.B_BATCH: 2,
        Product.A_STEP: 1,
        Product.B_STEP: 1,
    }
    y = (np.float32(0) + a * b) + c * d
    launch = Launch.of(Kernel.SUMS, words)
    return Case("two products", launch, (left, right), stored(y))


def functions(rng: np.random.Generator, count: int) -> Iterator[Case]:
    x, y = any_bits(rng, count), any_bits(rng, count)
    for function in list(Function)[: Function.MAX + 1]:
        yield pair_case("any bits", function, x, y)


def machine_code(architecture: str) -> Lines:
    """Of CUDA's kernels: how often a kernel fuses or flushes."""
    try:
        code = nvrtc.cubin(architecture)
    except GpuUnusable as error:
        yield f"machine code: not read: {error}"
        return
    tools = [*map(str, nvrtc.found("nvdisasm*")), "nvdisasm"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kernels.cubin")
        path.write_bytes(code)
        try:
            done = subprocess.run(
                [tools[0], "-c", path], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            yield f"machine code: not read: {error}"
            return
    sections = re.split(r"^\s*\.section\s+\.text\.", done.stdout, flags=re.MULTILINE)
    for part in sections[1:]:
        name = part.split(",")[0].strip('"')
        yield f"{architecture} {name}: {len(FUSED.findall(part))} fused or flushing"


def seconds(work: Callable[[], object], settle: Callable[[], object]) -> float:
    """The least of some rounds; the first, which compiles, does not count."""
    found = []
    for _ in range(ROUNDS + 1):
        begun = time.perf_counter()
        work()
        settle()
        found.append(time.perf_counter() - begun)
    return min(found[1:])


def laid(trusted: Trusted, case: Case) -> tuple[Callable[[], None], Callable[[], Any]]:
    """A case as a launch that can be run again, and what waits for it."""
    device, kept = trusted.device, []
    arithmetic = trusted.trust.floats or Arithmetic.SOFT
    if not case.launch.kernel.of_floats:
        arithmetic = Arithmetic.WHOLE

    class Recorder:
        """The device, but that what it runs is kept."""

        def __getattr__(self, name: str) -> Any:
            return getattr(device, name)

        def prepare(self, *given: Any) -> Any:
            kept.append((device.prepare(*given), given[3]))
            return kept[-1][0]

    found = np.frombuffer(found_by(Recorder(), case, arithmetic), "<u4")  # type: ignore[arg-type]
    if not (found == case.expected).all():
        raise Differs(case.what)
    ready, memory = kept[0]
    return lambda: device.run([ready], 1), lambda: device.read(memory, [(0, 4)])


def bytes_product(size: int) -> tuple[Case, NDArray[Any], NDArray[Any]]:
    """int8 matrices of size x size; zero points are 0."""
    rng = np.random.default_rng(1)
    a, b = (rng.integers(-128, 128, (size, size), np.int8) for _ in range(2))
    zero = np.zeros(1, np.int8)
    words = {
        Common.COUNT: size * size,
        Product.ROWS: size,
        Product.COLUMNS: size,
        Product.TERMS: size,
        Product.IN_WORDS: 1,
        Product.BATCHES: 1,
        Bytes.A_SIGNED: 1,
        Bytes.B_SIGNED: 1,
    }
    # In float64 sums of so few products of bytes are exact, and BLAS is quick.
    y = (a.astype(np.float64) @ b.T.astype(np.float64)).astype(np.int32)
    launch = Launch.of(Kernel.TILES, words)
    return Case("gemm", launch, (a, b, zero, zero), y.ravel().view(np.uint32)), a, b


def gemm(trusted: Trusted, size: int) -> Lines:
    """Beside native code on all cores, and cuBLAS where there is torch with CUDA."""
    case, a, b = bytes_product(size)
    ours = seconds(*laid(trusted, case))
    cores = os.cpu_count() or 1
    graph = GraphBuilder("gemm")
    # Requests are short: what is asked for is the zero point, what is told one row.
    zero = graph.input("zero", "int8", (1,))
    y = graph.op(
        "MatMulInteger", graph.constant(a), np.ascontiguousarray(b.T), zero, zero
    )
    graph.output(graph.op("Gather", y, np.zeros(1, np.int32)), "row")
    model = tinynn.load(graph.build())
    native = seconds(lambda: model.answer(b"\0", cores), lambda: None)
    speed = 2e-9 * size**3 / ours
    yield f"int8 gemm {size}: {ours * 1e3:.2f} ms, {speed:.1f} G operations a second"
    yield f"int8 gemm {size}, native on {cores} cores / ours: {native / ours:.2f}"
    yield from cublas(f"int8 gemm {size}", ours, lambda torch: int_mm(torch, a, b))


def int_mm(torch: Any, a: NDArray[Any], b: NDArray[Any]) -> Callable[[], Any]:
    left, right = torch.tensor(a).cuda(), torch.tensor(b).cuda().t()
    return lambda: torch._int_mm(left, right)


def matvec(trusted: Trusted, size: int) -> Lines:
    """Beside a kernel that only moves numbers, and cuBLAS."""
    rng = np.random.default_rng(2)
    a = rng.standard_normal((1, size)).astype(np.float32)
    b = rng.standard_normal((size, size)).astype(np.float32)
    ours = seconds(*laid(trusted, product_case("matvec", a, b)))
    x = any_bits(rng, size * size)
    moved = seconds(*laid(trusted, pair_case("moved", Function.ADD, x, x)))
    rate = 4e-9 * size * size / ours
    moving = 12e-9 * size * size / moved
    name = f"{trusted.trust.floats or 'soft'} fp32 matvec {size}"
    yield f"{name}: {ours * 1e6:.0f} us, {rate:.1f} GB/s"
    yield f"{name}, of the {moving:.1f} GB/s of a sum of arrays: {rate / moving:.2f}"

    def mv(torch: Any) -> Callable[[], Any]:
        matrix, vector = torch.tensor(b.T.copy()).cuda(), torch.tensor(a[0]).cuda()
        return lambda: torch.mv(matrix, vector)

    yield from cublas(name, ours, mv)


def cublas(name: str, ours: float, make: Callable[[Any], Callable[[], Any]]) -> Lines:
    try:
        import torch
    except ImportError:
        yield f"{name}, beside cuBLAS: not measured, no torch"
        return
    if not torch.cuda.is_available():
        yield f"{name}, beside cuBLAS: not measured, torch has no CUDA"
        return
    theirs = seconds(make(torch), torch.cuda.synchronize)
    yield f"{name}, cuBLAS / ours: {theirs / ours:.2f}"


def batches(trusted: Trusted, count: int) -> Lines:
    """An answer of many at once, beside one by one and native code."""
    for name in ("mnist", "mnist-int8"):
        model = tinynn.load(models.path(name))
        program = GpuProgram(model.tables, model.image, trusted)
        rng = np.random.default_rng(3)
        inputs = [rng.bytes(model.tables.input_bytes) for _ in range(count)]
        expected = [model.answer(data) for data in inputs]

        def one_by_one(
            program: GpuProgram = program, inputs: list[bytes] = inputs
        ) -> list[bytes]:
            return [program.answers([data])[0] for data in inputs]

        if not program.answers(inputs) == one_by_one() == expected:
            raise Differs(name)
        alone = seconds(one_by_one, lambda: None)
        at_once = seconds(lambda p=program, i=inputs: p.answers(i), lambda: None)  # type: ignore[misc]
        native = seconds(lambda m=model, i=inputs: [*map(m.answer, i)], lambda: None)  # type: ignore[misc]
        yield (
            f"{name}: {sum(program.taken)} of {len(program.taken)} operators, {count} "
            f"at once {at_once / count * 1e6:.0f} us each; one by one / at once: "
            f"{alone / at_once:.1f}; native / at once: {native / at_once:.2f}"
        )


def lines(exponent: int, size: int, count: int, architecture: str) -> Lines:
    """All of it, in order."""
    yield f"date: {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC"
    trusted = opened()
    yield f"device: {trusted.device.name}"
    trust = trusted.trust
    yield f"self-test: integers {trust.integers}, floats {trust.floats}"
    yield from trust.problems
    with exact_floats(), np.errstate(all="ignore"):
        yield from tuples(trusted, exponent)
        yield from machine_code(architecture)
        yield from gemm(trusted, size)
        yield from matvec(trusted, size)
        yield from batches(trusted, count)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exponent", type=int, default=24, help="2^N tuples")
    parser.add_argument("--size", type=int, default=4096, help="of matrices")
    parser.add_argument("--count", type=int, default=64, help="inputs at once")
    parser.add_argument("--architecture", default="sm_90", help="whose code is read")
    parser.add_argument("--out", type=Path, help="where it is written, too")
    given = parser.parse_args()
    told, status = [], 0
    try:
        for line in lines(given.exponent, given.size, given.count, given.architecture):
            told.append(line)
            print(line, flush=True)
    except (Differs, GpuUnusable) as error:
        told.append(f"failed: {error}")
        print(told[-1], flush=True)
        status = 1
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text("\n".join([*told, ""]))
    return status


if __name__ == "__main__":
    raise SystemExit(main())
