"""The self-test finds what a device gets wrong, on the pipelines that answers use.

lavapipe computes strictly, so devices that don't are shaders with one thing changed.
"""

from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest
from support.images.gpu_twin import device_or_skip
from support.images.models import digit_reader

import tinynn
from tinynn.errors import GpuUnusable
from tinynn.gpu.cases import float_cases
from tinynn.gpu.layout import Arithmetic, Kernel
from tinynn.gpu.program import GpuProgram
from tinynn.gpu.trust import Trust, Trusted, examined, problem
from tinynn.gpu.webgpu import WebGpu
from tinynn.gpu.wgsl import shader

Edit = Callable[[str], str]


def replaced(before: str, after: str) -> Edit:
    """Once at least, where it occurs at all."""
    return lambda text: text.replace(before, after)


PLUS = "return rounded(a + b);"
TIMES = "return rounded(a * b);"
CHAIN = "total = plus(total, times("
TOO_LARGE = "return num(bits(s) - u32(rounded(s - a) > b && s > 0.0));"
KEPT = """
fn kept(a: f32) -> f32 {
  return select(a, num(bits(a) & 0x80000000u), (bits(a) & 0x7f800000u) == 0u);
}
"""
FUSED = """
fn half_of(a: f32) -> f32 {  // the upper twelve bits
  return num(bits(a) & 0xfffff000u);
}
// The sum with a product that is not rounded, up to an error of the second order.
fn fused(total: f32, a: f32, b: f32) -> f32 {
  let p = rounded(a * b);
  let a1 = half_of(a);
  let b1 = half_of(b);
  let a2 = a - a1;
  let b2 = b - b1;
  let lost = rounded(rounded(rounded(a1 * b1) - p) + rounded(a1 * b2));
  let product_rest = rounded(rounded(lost + rounded(a2 * b1)) + rounded(a2 * b2));
  let sum = rounded(total + p);
  let back = rounded(sum - total);
  let sum_rest = rounded(rounded(total - rounded(sum - back)) + rounded(p - back));
  return rounded(sum + rounded(product_rest + sum_rest));
}
"""


def fusing(text: str) -> str:
    """A product goes into its sum unrounded."""
    text = text.replace(f"{CHAIN}left, right));", "total = fused(total, left, right);")
    text = text.replace(
        f"{CHAIN}num(x), num(w)));", "total = fused(total, num(x), num(w));"
    )
    return text + FUSED


def flushing(text: str) -> str:
    """Subnormal operands and results are zeros."""
    text = text.replace(PLUS, "return kept(rounded(kept(a) + kept(b)));")
    return text.replace(TIMES, "return kept(rounded(kept(a) * kept(b)));") + KEPT


def backwards(text: str) -> str:
    """A sum begins with its last term."""
    for name, count in (("k", "words[TERMS]"), ("k", "across"), ("line", "lines")):
        before = f"for (var {name} = 0u; {name} < {count}; {name}++) {{"
        after = f"for (var t = 0u; t < {count}; t++) {{\n"
        text = text.replace(before, f"{after} let {name} = {count} - 1u - t;")
    return text


MUTANTS: dict[str, tuple[Edit, str]] = {
    "fused": (fusing, "a product is rounded"),
    "flushing": (flushing, "sums of subnormal products"),
    "flushing results only": (
        lambda text: text.replace(TIMES, "return kept(rounded(a * b));") + KEPT,
        "sums of subnormal products",
    ),
    "reversed": (backwards, "long sums in order"),
    "towards zero": (
        replaced(PLUS, f"let s = rounded(a + b); {TOO_LARGE}"),
        "long sums in order",
    ),
    "no infinities": (
        replaced(TIMES, "return clamp(rounded(a * b), -3.4e38, 3.4e38);"),
        "sums of special numbers",
    ),
}


def mutated(edit: Edit, *arithmetics: Arithmetic) -> Callable[..., str]:
    """The shaders of a device that computes so, in all kernels of floats."""

    def text(kernel: Kernel, arithmetic: Arithmetic) -> str:
        plain = shader(kernel, arithmetic)
        return edit(plain) if arithmetic in arithmetics else plain

    return text


@pytest.mark.parametrize("name", MUTANTS)
def test_device_that_computes_so_is_found_and_gets_integers(name: str) -> None:
    """Its floats are computed in integers, and its answers are everybody's."""
    device_or_skip()
    edit, what = MUTANTS[name]
    device = WebGpu(mutated(edit, Arithmetic.STRICT))
    trust = examined(device)
    assert (trust.integers, trust.floats) == (True, Arithmetic.SOFT)
    assert f"strict: {what}: expected " in trust.problems[0]


@pytest.mark.parametrize("name", ["fused", "flushing", "reversed"])
@pytest.mark.parametrize("kernel", [Kernel.SUMS, Kernel.WINDOW])
def test_each_kernel_of_sums_is_tested_by_itself(name: str, kernel: Kernel) -> None:
    """A compiler may fuse in one pipeline and not in the other."""
    device_or_skip()
    edit, _ = MUTANTS[name]

    def text(other: Kernel, arithmetic: Arithmetic) -> str:
        plain = shader(other, arithmetic)
        strict = arithmetic is Arithmetic.STRICT
        return edit(plain) if strict and other is kernel else plain

    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        cases = [*islice(float_cases(rng, 256), 14)]
        assert {case.launch.kernel for case in cases} == {Kernel.SUMS, Kernel.WINDOW}
        assert problem(WebGpu(text), cases, Arithmetic.STRICT)
        others = [case for case in cases if case.launch.kernel is not kernel]
        assert problem(WebGpu(text), others, Arithmetic.STRICT) is None


def test_device_whose_floats_and_integers_fail_has_bytes_only() -> None:
    device_or_skip()
    lost = mutated(
        lambda text: text.replace("return canonical(bits(total));", "return 1u;"),
        Arithmetic.STRICT,
        Arithmetic.SOFT,
    )
    trusted = Trusted(WebGpu(lost))
    assert (trusted.trust.integers, trusted.trust.floats) == (True, None)
    model = tinynn.load(digit_reader())
    program = GpuProgram(model.tables, model.image, trusted)
    assert not any(program.taken)
    data = bytes(range(36))
    assert program.answers([data]) == [model.answer(data)]


def test_device_whose_bytes_are_wrong_is_not_used() -> None:
    device_or_skip()
    edit = replaced("total += dot4I8Packed(x, w);", "total += i32(dot4U8Packed(x, w));")
    with pytest.raises(GpuUnusable, match="exact integers.*products of bytes"):
        Trusted(WebGpu(mutated(edit, Arithmetic.WHOLE)))


def test_device_that_begins_to_fail_is_found_at_the_next_test() -> None:
    device_or_skip()
    device, model = WebGpu(), tinynn.load(digit_reader())
    trusted = Trusted(device, every=3)
    program = GpuProgram(model.tables, model.image, trusted)
    assert any(program.taken) and trusted.trust.floats is Arithmetic.STRICT
    device._text = mutated(flushing, Arithmetic.STRICT)
    device._pipelines.clear()
    data = bytes(range(36))
    for _ in range(2):
        program.answers([data])
        assert trusted.trust.floats is Arithmetic.STRICT
    program.answers([data])
    assert trusted.trust.floats is Arithmetic.SOFT
    assert program.answers([data]) == [model.answer(data)]


def test_device_that_is_lost_leaves_all_to_native_code() -> None:
    held = device_or_skip()
    model = tinynn.load(digit_reader())
    trusted = Trusted(held.device)
    program = GpuProgram(model.tables, model.image, trusted)
    data = bytes(range(36))
    assert program.answers([data]) == [model.answer(data)]
    trusted.lose("as if")
    assert not any(program.taken)
    assert program.answers([data]) == [model.answer(data)]
    assert trusted.trust == Trust(False, None, ("as if",))
