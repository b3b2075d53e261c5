"""Native kernels of block weights, by every way that a processor may have."""

import ctypes

import numpy as np
import pytest
from llvmlite import ir

from mips_vm import native
from tinynn.blocks import PANEL_ROWS, BlockKind
from tinynn.blocks.kinds import tensor_bytes
from tinynn.kernels import byte_products, halves, panels
from tinynn.kernels.byte_products import Dot
from tinynn.kernels.halves import Widen
from tinynn.kernels.writing import FLOAT_BYTES, LANES, Values, Writer, word

DOTS: dict[str, tuple[Dot, tuple[str, ...]]] = {
    "vnni": (byte_products.dot_vnni, ("avx512vnni", "avx512vl")),
    "pairs": (byte_products.dot_pairs, ("avx2",)),
}
WIDENED: dict[str, tuple[Widen, tuple[str, ...]]] = {
    "converted": (halves.widen_converted, ("f16c",)),
    "plain": (halves.widen_plain, ()),
}


def run(module: str, kernel: str, *words: object) -> None:
    """The kernel, on arrays and numbers."""
    function = native.load_ir(module).function(kernel, None, ctypes.c_void_p)
    plain = [w.ctypes.data if isinstance(w, np.ndarray) else w for w in words]
    function(np.array(plain, np.int64).ctypes.data)


def skip_without(features: tuple[str, ...]) -> None:
    if not native.has_feature(*features):
        pytest.skip(f"this processor lacks {', '.join(features)}")


@pytest.mark.parametrize("way", WIDENED)
def test_every_half_is_widened_exactly(way: str) -> None:
    widen, features = WIDENED[way]
    skip_without(features)
    module = ir.Module("widen")
    write = Writer(module, "widen", 2)
    kind = ir.VectorType(ir.IntType(16), LANES)

    def eight(index: ir.Value, _: Values) -> Values:
        at = write.at(write.pointer(1), write.build.mul(index, word(2)))
        found = widen(write, write.build.load(at, typ=kind, align=1))
        to = write.build.mul(index, word(FLOAT_BYTES))
        write.store(found, write.at(write.pointer(0), to))
        return []

    write.loop(word(0), word(1 << 16), eight, step=LANES)
    write.finish()
    words = np.arange(1 << 16, dtype=np.uint16)
    y = np.zeros(1 << 16, np.float32)
    run(str(module), "widen", y, words)
    expected = words.view(np.float16).astype(np.float32)
    nan = np.isnan(expected)
    assert (np.isnan(y) == nan).all()
    assert y[~nan].tobytes() == expected[~nan].tobytes()


@pytest.mark.parametrize("way", DOTS)
@pytest.mark.parametrize("kind", [*BlockKind], ids=lambda kind: kind.name)
def test_panels_by_any_way_are_those_of_plain_ones(kind: BlockKind, way: str) -> None:
    dot, features = DOTS[way]
    skip_without(features)
    rng = np.random.default_rng(kind)
    blocks, rows = 5, 2 * PANEL_ROWS + 3
    data = rng.integers(0, 256, tensor_bytes(kind, rows, blocks * kind.block))
    q = rng.integers(-128, 128, blocks * kind.block).astype(np.int8)
    q[: kind.block] = -128
    d = rng.random(blocks).astype(np.float32)
    sums = q.reshape(-1, kind.group).sum(axis=1).astype(np.int32)
    found = []
    for each, widen in (
        (dot, halves.best_widen()),
        (byte_products.dot_plain, halves.widen_plain),
    ):
        y = np.zeros(rows + 1, np.float32)
        module = panels.panel_ir(kind, each, widen)
        name = f"panel.{kind.name.lower()}"
        run(module, name, y, q, d, sums, data.astype(np.uint8), rows, blocks)
        assert y[rows] == 0
        found.append(y.tobytes())
    assert found[0] == found[1]
